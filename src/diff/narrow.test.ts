import assert from 'node:assert/strict';
import { test } from 'node:test';
import { thingContract } from '../testing/contract.ts';
import { jsonReply } from '../testing/replies.ts';
import { compareReplies } from './compare.ts';
import { judgePair } from './judge.ts';

function compare(schema: string, legacy: unknown, candidate: unknown) {
  const { contract, operation } = thingContract(schema);
  const compared = compareReplies(contract, { operation, legacy: jsonReply(legacy), candidate: jsonReply(candidate) });
  assert.equal(compared.kind, 'compared');
  return compared.findings;
}

/** The findings as `rule class types at`. */
function findings(schema: string, legacy: unknown, candidate: unknown): readonly string[] {
  return compare(schema, legacy, candidate).map(({ rule, class: kind, types, at }) => `${rule} ${kind} ${types} ${at}`);
}

const CAT = '{ type: object, required: [claws], properties: { claws: { type: integer }, note: { type: string } } }';
const DOG = '{ type: object, required: [tail], properties: { tail: { type: string }, note: { type: string } } }';
const PET = `{ oneOf: [${CAT}, ${DOG}] }`;

test('what the branch of both values requires is required', () => {
  // Both values are of the second branch by their other names alone.
  const schema = `{ anyOf: [{ type: object, required: [a, b] }, { type: object, required: [a], properties: { c: {} } }] }`;
  assert.deepEqual(findings(schema, { a: 1, c: 1 }, { a: 2 }), [
    'value-changed value integer→integer /a',
    'optional-property-missing value integer→absent /c',
  ]);
  const tagged =
    '{ type: object, properties: { pet: { oneOf: [{ type: object, required: [kind, claws], properties: { kind: { const: cat } } }, { type: object, required: [kind], properties: { kind: { const: dog }, claws: {} } }] } } }';
  assert.deepEqual(findings(tagged, { pet: { kind: 'dog', claws: 1 } }, { pet: { kind: 'dog' } }), [
    'optional-property-missing value integer→absent /pet/claws',
  ]);
});

test('a value of another branch is a finding, and so is all that differs in it', () => {
  assert.deepEqual(findings(PET, { claws: 1, note: 'x' }, { tail: 'long', note: 'x' }), [
    'schema-branch-changed value oneOf/0→oneOf/1 ',
    'optional-property-missing value integer→absent /claws',
    'optional-property-added additive absent→string /tail',
  ]);
});

test('a value of no branch is held to that of the other side', () => {
  assert.deepEqual(findings(PET, { claws: 1, note: 'x' }, { note: 'x' }), [
    'required-property-missing breaking integer→absent /claws',
  ]);
  assert.deepEqual(findings(PET, { note: 'x' }, { claws: 1, note: 'x' }), [
    'optional-property-added additive absent→integer /claws',
  ]);
});

test('a value that is of no branch within its branch is held to that of the other side', () => {
  const schema = `{ anyOf: [{ oneOf: [${CAT}, ${DOG}] }, { type: 'null' }] }`;
  assert.deepEqual(findings(schema, { claws: 1 }, { claws: 'x' }), [
    'property-type-changed breaking integer→string /claws',
  ]);
});

test('a scalar of another branch is another value', () => {
  const schema = '{ oneOf: [{ const: a }, { const: b }, { type: integer }] }';
  assert.deepEqual(findings(schema, '"a"', '"b"'), ['value-changed value string→string ']);
  assert.deepEqual(findings(schema, '"a"', '1'), ['property-type-changed breaking string→integer ']);
});

test('the format of the branch forgives its spellings, and that of another does not', () => {
  const schema =
    '{ type: object, properties: { v: { oneOf: [{ type: string, format: uuid }, { type: string, format: date-time }] } } }';
  const [lower, upper] = ['6ba7b810-9dad-11d1-80b4-00c04fd430c8', '6BA7B810-9DAD-11D1-80B4-00C04FD430C8'];
  assert.deepEqual(findings(schema, { v: lower }, { v: upper }), ['format-respelled cosmetic string→string /v']);
  assert.deepEqual(findings(schema, { v: 'abc' }, { v: 'ABC' }), ['value-changed value string→string /v']);
});

test('a number that no double holds does not hide the branch', () => {
  const schema = `{ oneOf: [{ type: object, required: [no], properties: { id: { type: integer } } }, { type: object, required: [id], properties: { id: { type: integer }, at: { type: string, format: date-time } } }] }`;
  const [legacy, candidate] = ['2026-01-02T03:04:05Z', '2026-01-02T03:04:05.0Z'].map(
    (at) => `{"id":9007199254740993,"at":"${at}"}`,
  );
  assert.deepEqual(findings(schema, legacy, candidate), ['format-respelled cosmetic string→string /at']);
});

test('what one branch calls a secret is shown of no branch', () => {
  const schema =
    '{ oneOf: [{ type: object, required: [a], properties: { note: { type: string } } }, { type: object, required: [b], properties: { note: { type: string, x-sensitive: true } } }] }';
  const { contract, operation } = thingContract(schema);
  const pair = { legacy: jsonReply({ a: 1, note: 'swordfish' }), candidate: jsonReply({ a: 2, note: 'halibut' }) };
  const judged = judgePair({ contract, operation, hash: () => 'hash' }, pair);
  assert.ok(typeof judged === 'object');
  assert.equal(judged.findings.length, 2);
  assert.doesNotMatch(JSON.stringify(judged.findings), /swordfish|halibut/);
});
