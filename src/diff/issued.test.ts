import assert from 'node:assert/strict';
import { test } from 'node:test';
import { thingContract } from '../testing/contract.ts';
import { jsonReply } from '../testing/replies.ts';
import { issuedAs } from './issued.ts';
import { judgePair } from './judge.ts';

const ID = '{ type: string, x-parity: { alias: thing } }';
const LIST = `{ type: array, items: { type: object, properties: { id: ${ID}, v: { type: string } } } }`;

function judge(
  schema: string,
  legacy: unknown,
  candidate: unknown,
  headers: readonly (readonly string[])[] = [[], []],
) {
  const { contract, operation } = thingContract(schema);
  const [left = [], right = []] = headers;
  const pair = {
    legacy: jsonReply(legacy, { headers: left }),
    candidate: jsonReply(candidate, { headers: right }),
  };
  const judged = judgePair({ contract, operation, hash: (text) => `h${text.length}` }, pair);
  assert.ok(judged !== 'budget');
  return { outcome: judged.outcome, issued: judged.issued?.map(({ name, legacy: a, candidate: b }) => [name, a, b]) };
}

const rows = (side: string, count: number) => Array.from({ length: count }, (_, n) => ({ id: `${side}${n}`, v: 'x' }));

test('each item of a list is issued by itself, and is the same thing', () => {
  assert.deepEqual(judge(LIST, rows('a', 6), rows('b', 6)), {
    outcome: 'equivalent',
    issued: [0, 1, 2, 3, 4, 5].map((n) => ['thing', `a${n}`, `b${n}`]),
  });
});

test('an item that one side has more of does not shift the others', () => {
  const [legacy, candidate] = [rows('a', 3), rows('b', 4).toSpliced(0, 1, { id: 'b0', v: 'new' })];
  const { outcome, issued } = judge(LIST, legacy, candidate);
  assert.equal(outcome, 'different');
  assert.deepEqual(issued, [
    ['thing', 'a0', 'b1'],
    ['thing', 'a1', 'b2'],
    ['thing', 'a2', 'b3'],
  ]);
});

test('numbers are issued exactly, and what is the same on both sides is not issued', () => {
  const schema =
    '{ type: object, properties: { a: { type: integer, x-parity: { alias: n } }, b: { x-parity: { alias: n } } } }';
  const { issued } = judge(schema, '{"a":9007199254740993,"b":7}', '{"a":9007199254740995,"b":7}');
  assert.deepEqual(issued, [['n', '9007199254740993', '9007199254740995']]);
});

test('of a URL it is the values in its query that differ', () => {
  const pair = { legacy: '/things?limit=2&after=a%2B1#x', candidate: 'https://other/things?after=b&limit=2' };
  assert.deepEqual(issuedAs('cursor', pair), [{ name: 'cursor', legacy: 'a+1', candidate: 'b' }]);
  const text = { legacy: 'what?', candidate: 'which?' };
  assert.deepEqual(issuedAs('cursor', text), [{ name: 'cursor', ...text }]);
});

test('a cookie that both sides set is issued by its name', () => {
  const headers = ['sid=a; Path=/', ' sid = b ; HttpOnly'].map((value) => [
    'Set-Cookie',
    value,
    'Set-Cookie',
    'same=1',
  ]);
  assert.deepEqual(judge('{}', {}, {}, headers).issued, [['cookie:sid', 'a', 'b']]);
  assert.equal(judge('{}', {}, {}, [['Set-Cookie', 'sid=a'], []]).issued, undefined);
});

test('another type, an absent one and nothing at all are not issued, and count as ever', () => {
  const schema = `{ type: object, properties: { id: ${ID} } }`;
  for (const [legacy, candidate] of [
    [{ id: 'a' }, { id: 1 }],
    [{ id: 'a' }, {}],
    [{ id: 'a' }, { id: null }],
  ])
    assert.deepEqual(judge(schema, legacy, candidate), { outcome: 'different', issued: undefined });
});
