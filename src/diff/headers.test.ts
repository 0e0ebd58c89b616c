import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RawHeaders } from '../core/index.ts';
import { thingContract } from '../testing/contract.ts';
import { jsonReply } from '../testing/replies.ts';
import { compareReplies, isIdentical } from './compare.ts';

const { contract, operation } = thingContract('{ type: object }');

function findings(legacy: RawHeaders, candidate: RawHeaders): readonly string[] {
  const reply = (headers: RawHeaders) => ({
    ...jsonReply({}),
    headers: ['Content-Type', 'application/json', ...headers],
  });
  const pair = { operation, legacy: reply(legacy), candidate: reply(candidate) };
  const compared = compareReplies(contract, pair);
  assert.equal(compared.kind, 'compared');
  const found = compared.findings.map(({ rule, class: kind, at }) => `${rule} ${kind} ${at}`);
  if (found.length > 0) assert.equal(isIdentical(contract, pair), false, 'the cheap test may not call this identical');
  return found;
}

const cases: readonly (readonly [
  title: string,
  legacy: RawHeaders,
  candidate: RawHeaders,
  found: readonly string[],
])[] = [
  ['case of names and order do not count', ['X-Region', 'eu', 'Vary', 'A'], ['vary', 'A', 'x-region', 'eu'], []],
  [
    'a required header of the contract that is missing is breaking',
    ['X-Region', 'eu'],
    [],
    ['response-header-missing breaking header:x-region'],
  ],
  [
    'an optional one counts as a value',
    ['X-Region', 'eu', 'X-Note', 'n'],
    ['X-Region', 'eu'],
    ['response-header-missing value header:x-note'],
  ],
  [
    'one that was added is additive',
    ['X-Region', 'eu'],
    ['X-Region', 'eu', 'X-Note', 'n'],
    ['response-header-added additive header:x-note'],
  ],
  ['another value', ['X-Region', 'eu'], ['X-Region', 'us'], ['response-header-changed value header:x-region']],
  [
    'a header nobody declared and that does not always matter',
    ['X-Region', 'eu', 'X-Powered-By', 'a'],
    ['X-Region', 'eu'],
    [],
  ],
  [
    'Cache-Control always matters',
    ['X-Region', 'eu', 'Cache-Control', 'no-store'],
    ['X-Region', 'eu'],
    ['response-header-missing value header:cache-control'],
  ],
  [
    'Cache-Control in another order and case is the same',
    ['X-Region', 'eu', 'Cache-Control', 'no-cache, Max-Age=0'],
    ['X-Region', 'eu', 'Cache-Control', 'max-age=0,no-cache'],
    ['format-respelled cosmetic header:cache-control'],
  ],
  [
    'a list sent in two lines is the same list',
    ['X-Region', 'eu', 'Vary', 'A', 'Vary', 'B'],
    ['X-Region', 'eu', 'Vary', 'A, B'],
    [],
  ],
  ['ETag matters by presence only', ['X-Region', 'eu', 'ETag', '"1"'], ['X-Region', 'eu', 'ETag', '"2"'], []],
  [
    'an ETag that is gone',
    ['X-Region', 'eu', 'ETag', '"1"'],
    ['X-Region', 'eu'],
    ['response-header-missing value header:etag'],
  ],
  [
    'cookies matter by name',
    ['X-Region', 'eu', 'Set-Cookie', 'sid=1; Path=/'],
    ['X-Region', 'eu', 'Set-Cookie', 'sid=2; Path=/'],
    [],
  ],
  [
    'another cookie',
    ['X-Region', 'eu', 'Set-Cookie', 'sid=1'],
    ['X-Region', 'eu', 'Set-Cookie', 'sess=1'],
    ['response-header-changed value header:set-cookie'],
  ],
  [
    'a redirect to somewhere else',
    ['X-Region', 'eu', 'Location', '/a'],
    ['X-Region', 'eu', 'Location', '/b'],
    ['response-header-changed value header:location'],
  ],
];

for (const [title, legacy, candidate, found] of cases) {
  test(title, () => assert.deepEqual(findings(legacy, candidate), found));
}

for (const [what, legacy, candidate, rules] of [
  ['another attribute', 'sid=1; Secure; HttpOnly', 'sid=1; Secure', ['response-header-changed']],
  [
    'attributes in another order and lifetime',
    'sid=1; Path=/; Expires=Wed, 21 Oct 2026 07:28:00 GMT',
    'sid=2; expires=Thu, 22 Oct 2026 07:28:00 GMT; path=/',
    [],
  ],
  ['a logout that does not log out', 'sid=; Max-Age=0', 'sid=x; Max-Age=3600', ['response-header-changed']],
] as const) {
  test(`cookies: ${what}`, () => {
    const found = findings(['X-Region', 'eu', 'Set-Cookie', legacy], ['X-Region', 'eu', 'Set-Cookie', candidate]);
    assert.deepEqual(
      found.map((finding) => finding.split(' ')[0]),
      rules,
    );
  });
}

test('another status is the whole finding', () => {
  const compared = compareReplies(contract, {
    operation,
    legacy: jsonReply({ a: 1 }),
    candidate: jsonReply({ b: 2 }, { status: 404 }),
  });
  assert.ok(compared.kind === 'compared');
  assert.deepEqual(
    compared.findings.map(({ rule, types, class: kind }) => [rule, types, kind]),
    [['response-status-changed', '200→404', 'breaking']],
  );
});

test('another media type is the whole finding of the body', () => {
  const html = { ...jsonReply('<p>'), headers: ['Content-Type', 'text/html', 'X-Region', 'eu'] };
  const compared = compareReplies(contract, { operation, legacy: jsonReply({}), candidate: html });
  assert.ok(compared.kind === 'compared');
  assert.deepEqual(
    compared.findings.map(({ rule, types }) => [rule, types]),
    [['response-media-type-changed', 'application/json→text/html']],
  );
});

test('JSON by its media type that is none is breaking', () => {
  const compared = compareReplies(contract, { operation, legacy: jsonReply({}), candidate: jsonReply('<html>') });
  assert.ok(compared.kind === 'compared');
  assert.deepEqual(
    compared.findings.map(({ rule, class: kind }) => [rule, kind]),
    [['response-body-not-json', 'breaking']],
  );
});

test('a body that nobody can read into is compared by its bytes', () => {
  const text = (body: string) => ({ ...jsonReply(body), headers: ['Content-Type', 'image/png', 'X-Region', 'eu'] });
  for (const [candidate, rules] of [
    ['same', []],
    ['other', ['response-body-changed']],
  ] as const) {
    const compared = compareReplies(contract, { operation, legacy: text('same'), candidate: text(candidate) });
    assert.ok(compared.kind === 'compared');
    assert.deepEqual(
      compared.findings.map(({ rule }) => rule),
      rules,
    );
  }
});

test('the same bytes under another content encoding are not identical', () => {
  const legacy = jsonReply({});
  const candidate = jsonReply({}, { headers: ['Content-Encoding', 'gzip'] });
  assert.equal(isIdentical(contract, { operation, legacy, candidate: jsonReply({}) }), true);
  assert.equal(isIdentical(contract, { operation, legacy, candidate }), false);
});
