import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AliasParameter, BackendRequest, RawHeaders } from '../core/index.ts';
import { rewriteRequest } from './rewrite.ts';

const PARAMETERS: readonly AliasParameter[] = [
  { in: 'query', name: 'cursor', alias: 'cursor' },
  { in: 'query', name: 'page[after]', alias: 'cursor' },
  { in: 'path', name: 'id', alias: 'order', segment: 2 },
  { in: 'header', name: 'x-cart', alias: 'cart' },
  { in: 'cookie', name: 'seen', alias: 'cursor' },
];

/** What the other side issued: the same in upper case, of all that begins with `k`. */
function lookup(_alias: string, value: string): string | undefined {
  return value.startsWith('k') ? value.toUpperCase() : undefined;
}

function request(target: string, headers: RawHeaders = []): BackendRequest {
  return { group: 'things', method: 'GET', target, headers, body: undefined };
}

function rewritten(target: string, headers: RawHeaders = []) {
  const given = request(target, headers);
  const known = rewriteRequest(given, PARAMETERS, lookup);
  return known === 'unknown' ? known : known === given ? 'same' : [known.target, ...known.headers];
}

const CASES: readonly (readonly [title: string, target: string, expected: 'same' | 'unknown' | string])[] = [
  ['a cursor in the query', '/a/b/c?x=1&cursor=k1&y=%20', '/a/b/c?x=1&cursor=K1&y=%20'],
  ['one that is escaped, by its value', '/?cursor=k%2B%2f', '/?cursor=K%2B%2F'],
  ['a space as a plus', '/?cursor=k+1', '/?cursor=K%201'],
  ['a name that is escaped', '/?page%5Bafter%5D=k1', '/?page%5Bafter%5D=K1'],
  ['each time that it stands there', '/?cursor=k1&cursor=k2', '/?cursor=K1&cursor=K2'],
  ['an id in the path', '/v1/orders/k7/lines', '/v1/orders/K7/lines'],
  ['a plus in the path, which is a plus', '/v1/orders/k+7/lines', '/v1/orders/K%2B7/lines'],
  ['another parameter with the same value', '/?other=k1', 'same'],
  ['an empty one, which is the first page', '/?cursor=&cursor', 'same'],
  ['one without a name', '/?=k1', 'same'],
  ['what nobody has issued', '/?cursor=z1', 'unknown'],
  ['what is no UTF-8', '/?cursor=%ff', 'unknown'],
];

for (const [title, target, expected] of CASES)
  test(`${title}`, () => {
    // The path of the other cases has an id that is not brought back.
    const only = PARAMETERS.filter((parameter) => (parameter.in === 'path') === target.startsWith('/v1'));
    const given = request(target);
    const known = rewriteRequest(given, only, lookup);
    assert.equal(known === given ? 'same' : known === 'unknown' ? known : known.target, expected);
  });

test('headers and cookies are known by their names, and every other byte of them stays', () => {
  const headers = ['Host', 'k', 'X-Cart', 'k1', 'Cookie', 'a=1; sid=k2;seen=k3; b="x=k"', 'Accept', 'k'];
  assert.deepEqual(rewritten('/x/k/y', headers), [
    '/x/K/y',
    ...['Host', 'k', 'X-Cart', 'K1', 'Cookie', 'a=1; sid=K2;seen=K3; b="x=k"', 'Accept', 'k'],
  ]);
});

test('a cookie that was not seen being set stays, and is nothing unknown; one that the contract names is', () => {
  const target = '/x/k/y';
  assert.deepEqual(rewritten(target, ['Cookie', 'theme=dark; lonely']), ['/x/K/y', 'Cookie', 'theme=dark; lonely']);
  assert.equal(rewritten(target, ['Cookie', 'seen=z']), 'unknown');
});

test('a path that is shorter than its template is left alone', () => {
  assert.equal(rewritten('/'), 'same');
});
