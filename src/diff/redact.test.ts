import assert from 'node:assert/strict';
import { test } from 'node:test';
import { thingContract } from '../testing/contract.ts';
import { jsonReply } from '../testing/replies.ts';
import { judgePair } from './judge.ts';
import { redactTarget, redactValue } from './redact.ts';

const hash = (text: string): string => `h${text.length}0000000`;

const SECRET = 'hunter2-correct-horse';
const EMAIL = 'ada.lovelace@example.org';
const CARDS = ['4111 1111', '41111111', 'DE89'];
const JWT = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhZGEifQ.c2lnbmF0dXJl';

const places: readonly (readonly [string, unknown])[] = [
  ['a field with the name of a secret', { password: SECRET }],
  ['a nested one', { user: { apiKey: SECRET } }],
  ['an object under the name of a secret', { token: { value: SECRET } }],
  ['a list under the name of a secret', { secrets: [SECRET] }],
  ['an e-mail inside a text', { note: `write to ${EMAIL} soon` }],
  ['a field name that is an e-mail', { [EMAIL]: 1 }],
  ['a token inside a text', { note: `it is ${JWT} now` }],
  ['an Authorization value inside a text', { note: `Bearer ${SECRET}` }],
  ['a secret in the query of a link', { next: `https://a.example/x?page=2&access_token=${SECRET}#top` }],
  ['the number of a card', { note: 'paid by 4111 1111 1111 1111' }],
  ['a card as a number', { note: 4111111111111111 }],
  ['an account', { note: 'to DE89 3704 0044 0532 0130 00' }],
  ['a field name that is an account', { DE89370400440532013000: 1 }],
  ['a line of a file of settings', { note: `DB_PASSWORD=${SECRET}` }],
  ['a line of YAML', { note: `  password: ${SECRET} and more of it` }],
  ['JSON inside a text', { note: `{"a":1,"access_token": "${SECRET}"}` }],
  [
    'a secret that is cut in two where a text is cut',
    { note: `${`${JWT} `.repeat(8)}${'x'.repeat(70)} ${JWT}.${SECRET}` },
  ],
  ['a cookie header', { 'set-cookie': `sid=${SECRET}; HttpOnly` }],
];

for (const [title, value] of places) {
  test(`${title} is not kept`, () => {
    const kept = JSON.stringify(redactValue(value, undefined, hash));
    for (const secret of [SECRET, EMAIL, JWT, ...CARDS]) assert.ok(!kept.includes(secret), kept);
    assert.match(kept, /redacted/);
  });
}

test('what the contract calls sensitive is not kept, whatever its name', () => {
  const { contract, operation } = thingContract(
    '{ type: object, properties: { a: { type: string, format: password }, b: { type: string, x-sensitive: true }, c: { type: string, writeOnly: true }, d: { type: string } } }',
  );
  const body = (suffix: string): unknown => ({
    a: `${SECRET}${suffix}`,
    b: `${SECRET}${suffix}`,
    c: `${SECRET}${suffix}`,
    d: `plain${suffix}`,
  });
  const judged = judgePair(
    { contract, operation, hash },
    { legacy: jsonReply(body('')), candidate: jsonReply(body('x')) },
  );
  assert.notEqual(judged, 'budget');
  const kept = JSON.stringify(judged);
  assert.ok(!kept.includes(SECRET), kept);
  assert.match(kept, /plainx/);
});

test('header values of a finding are redacted as well', () => {
  const { contract, operation } = thingContract('{ type: object }');
  const withLocation = (value: string) => jsonReply({}, { headers: ['Location', value] });
  const judged = judgePair(
    { contract, operation, hash },
    { legacy: withLocation(`/x?token=${SECRET}`), candidate: withLocation('/y') },
  );
  assert.ok(!JSON.stringify(judged).includes(SECRET));
});

test('the same secret gets the same mark, another one another', () => {
  const marks = [SECRET, SECRET, `${SECRET}!`].map((password) =>
    JSON.stringify(redactValue({ password }, undefined, hash)),
  );
  assert.equal(marks[0], marks[1]);
  assert.notEqual(marks[0], marks[2]);
});

test('a target keeps its shape and loses its secrets', () => {
  assert.equal(redactTarget('/trades/7?page=2&sort=-at', hash), '/trades/7?page=2&sort=-at');
  assert.equal(
    redactTarget(`/users/${EMAIL}?api_key=${SECRET}`, hash),
    '/users/‹redacted email h2400000›?api_key=‹redacted secret h2100000›',
  );
  assert.ok(!redactTarget('/users/ada%40example.org', hash).includes('ada%40'));
});

test('long texts, long lists and deep trees are cut and say so', () => {
  const kept = JSON.stringify(
    redactValue(
      {
        text: 'x'.repeat(9000),
        list: Array.from({ length: 500 }, (_, index) => index),
        deep: { a: { b: { c: { d: { e: { f: 1 } } } } } },
      },
      undefined,
      hash,
    ),
  );
  assert.ok(kept.length < 1000);
  assert.match(kept, /9000 characters/);
  assert.match(kept, /480 more items/);
  assert.match(kept, /1 properties/);
});

for (const name of [
  'pwd',
  'userPwd',
  'pinCode',
  'otpCode',
  'basicAuth',
  'accessKey',
  'clientKey',
  'cvc',
  'sessionId',
  'x-auth',
  'signature',
]) {
  test(`a field called ${name} is a secret`, () =>
    assert.match(JSON.stringify(redactValue({ [name]: SECRET }, undefined, hash)), /redacted/));
}

for (const name of [
  'author',
  'pinned',
  'passport',
  'compass',
  'secretary',
  'tokenCount',
  'max_tokens',
  'passwordResetAt',
  'cookieConsent',
  'Libanon',
  'state',
]) {
  test(`a field called ${name} is none`, () =>
    assert.doesNotMatch(JSON.stringify(redactValue({ [name]: 'plain' }, undefined, hash)), /redacted/));
}

test('a filter by state, key or code is no secret; the code of a sign-in is', () => {
  assert.doesNotMatch(redactTarget('/callback?state=xyz&code=4%2F0AX', hash), /xyz|0AX/);
  assert.equal(redactTarget('/tasks?state=open&key=price', hash), '/tasks?state=open&key=price');
});

test('user information of an address goes, up to the last @', () => {
  assert.doesNotMatch(String(redactValue(`https://bob:S3C@RET@host/x`, undefined, hash)), /S3C|RET/);
});

test('nested addresses and long texts cost what a short text costs', () => {
  let nested = 'bob@example.com';
  for (let level = 0; level < 40; level += 1) nested = `?a=${encodeURIComponent(nested)}`.slice(0, 100_000);
  const hostile = [`/a${nested}`, ...['a', '?', 'eyJ-', '@a.', '&x=', '%3Fa='].map((piece) => piece.repeat(300_000))];
  let calls = 0;
  for (const text of hostile) redactTarget(text, (marked) => hash(String(calls++ + marked.length)));
  // Each mark is one call; without a bound on nesting there are a million of them, and the test never ends.
  assert.ok(calls < 10_000, String(calls));
});
