import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { thingContract } from '../testing/contract.ts';
import { jsonReply } from '../testing/replies.ts';
import { checkPair } from './conformance.ts';

const hash = (text: string): string => `${text.length}-of-${[...text].reverse().join('')}`;

interface Sides {
  readonly legacy: unknown;
  readonly candidate: unknown;
}

function breaches(schema: string, { legacy, candidate }: Sides, { more = '', keepsShapesOnly = false } = {}) {
  const { contract, operation } = thingContract(schema, more);
  const pair = { legacy: jsonReply(legacy), candidate: jsonReply(candidate) };
  return checkPair({ contract, operation, hash, keepsShapesOnly }, pair).breaches.map(
    ({ keyword, found, by }) => `${keyword} ${found} ${by}`,
  );
}

const ROW = '{ type: object, required: [a, b], properties: { a: { type: integer }, b: { type: integer } } }';

describe('what is broken is blamed on', () => {
  test('who alone does it, and on both where both do it alike', () => {
    assert.deepEqual(breaches(ROW, { legacy: { a: 1, b: 'x' }, candidate: { a: 'x', b: 'x' } }), [
      'type string both',
      'type string candidate',
    ]);
  });

  test('both, although one breaks much more before it', () => {
    const many = Array.from({ length: 30 }, () => ({ a: 'x', b: 1 }));
    const last = { a: 1, b: null };
    const found = breaches(`{ type: array, items: ${ROW} }`, { legacy: [...many, last], candidate: [last] });
    assert.deepEqual(found, ['type string legacy', 'type null both']);
  });

  test('nobody for each branch of a choice that thousands of items are none of', () => {
    const schema =
      '{ type: array, items: { oneOf: [{ type: object, required: [x] }, { type: object, required: [y] }] } }';
    const body = Array.from({ length: 20_000 }, () => ({}));
    assert.deepEqual(breaches(schema, { legacy: [], candidate: body }), ['oneOf object candidate']);
  });
});

describe('a member that an enum has not is told, and not', () => {
  const legacy = {};
  test('where it is the value of a secret by its name', () => {
    const more = '    Level: { type: string, enum: [x] }';
    const schema =
      "{ type: object, properties: { level: { $ref: '#/components/schemas/Level' }, pin: { $ref: '#/components/schemas/Level' } } }";
    assert.deepEqual(breaches(schema, { legacy, candidate: { level: 'hi' } }, { more }), ['enum "hi" candidate']);
    assert.deepEqual(breaches(schema, { legacy, candidate: { pin: 'hi' } }, { more }), [
      'enum another value candidate',
    ]);
  });

  test('where the contract calls what it is in sensitive', () => {
    const schema =
      '{ type: object, properties: { patient: { type: object, x-sensitive: true, properties: { diagnosis: { enum: [A, B] } } } } }';
    assert.deepEqual(breaches(schema, { legacy, candidate: { patient: { diagnosis: 'HIV' } } }), [
      'enum another value candidate',
    ]);
  });

  test('where no value is to be kept', () => {
    const schema = '{ type: object, properties: { level: { enum: [x] } } }';
    const found = breaches(schema, { legacy, candidate: { level: 'hi' } }, { keepsShapesOnly: true });
    assert.deepEqual(found, ['enum another value candidate']);
  });
});
