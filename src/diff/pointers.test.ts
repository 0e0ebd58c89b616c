import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Reply } from '../core/index.ts';
import { thingContract } from '../testing/contract.ts';
import { jsonReply } from '../testing/replies.ts';
import { judgePair } from './judge.ts';

interface Strictness {
  readonly keepsShapesOnly?: boolean;
}

/** The pointer templates of the findings, each finding's in brackets of its own. */
function pointers(schema: string, legacy: unknown, candidate: unknown, strict: Strictness = {}) {
  return pointersOf(schema, jsonReply(legacy), jsonReply(candidate), strict);
}

function pointersOf(schema: string, legacy: Reply, candidate: Reply, strict: Strictness = {}) {
  const { contract, operation } = thingContract(schema);
  const hash = (text: string): string => `h${text.length}`;
  const judged = judgePair({ contract, operation, hash, ...strict }, { legacy, candidate });
  assert.notEqual(judged, 'budget');
  return judged === 'budget' ? [] : judged.findings.map((finding) => finding.pointers);
}

const LIST = '{ type: array, items: { type: object, properties: { id: { type: integer }, v: { type: string } } } }';
const KEYED =
  '{ type: array, x-kubernetes-list-type: map, x-kubernetes-list-map-keys: [id], items: { type: object, properties: { id: { type: integer }, v: { type: string } } } }';

test('the items of a list are one place, whether they were found by their number or by their key', () => {
  const [legacy, candidate] = ['a', 'b'].map((v) => [1, 2, 3].map((id) => ({ id, v })));
  assert.deepEqual(pointers(LIST, legacy, candidate), [['/*/v']]);
  assert.deepEqual(pointers(KEYED, legacy, candidate), [['/*/v']]);
});

test('the keys of a map are data and one place; declared names beside them are not', () => {
  const schema = '{ type: object, properties: { all: { type: integer } }, additionalProperties: { type: integer } }';
  const found = pointers(schema, { all: 1, EUR: 2, USD: 3 }, { all: 9, EUR: 8, USD: 7 });
  assert.deepEqual(found, [['/all'], ['/*']]);
});

test('two places of one shared schema are one finding at two places', () => {
  const tree =
    '{ type: object, properties: { v: { type: integer }, left: { $ref: "#/components/schemas/Thing" }, all: { type: array, items: { $ref: "#/components/schemas/Thing" } } } }';
  const of = (v: number) => ({ v, left: { v }, all: [{ v }, { v }] });
  assert.deepEqual(pointers(tree, of(1), of(2)), [['/v', '/left/v', '/all/*/v']]);
});

test('names that RFC 6901 escapes are escaped, and names that are data are not told', () => {
  assert.deepEqual(pointers('{}', { 'a/b~c': 1, '12': 1 }, { 'a/b~c': 2, '12': 2 }), [['/*'], ['/a~1b~0c']]);
  assert.deepEqual(pointers('{}', { 'jane@example.com': 1 }, { 'jane@example.com': 2 }), [['/*']]);
});

test('who differs in more than twenty places of one kind has one that nobody can name', () => {
  const schema = '{ type: object, patternProperties: { "^p": { type: integer } } }';
  const of = (value: number) => Object.fromEntries(Array.from({ length: 25 }, (_, n) => [`p${n}`, value]));
  const [found = []] = pointers(schema, of(1), of(2));
  assert.equal(found.length, 21);
  assert.equal(found.at(-1), '…');
});

test('what is nested in itself has templates that end', () => {
  const nest = (depth: number): unknown => (depth === 0 ? { v: 'x' } : { next: nest(depth - 1) });
  const deep = (v: string) => JSON.parse(JSON.stringify(nest(100)).replace('"x"', JSON.stringify(v)));
  const [[template = ''] = []] = pointers('{}', deep('a'), deep('b'));
  assert.equal(template, `${'/next'.repeat(32)}/…`);
});

test('a header, the status and an element of XML have their places too', () => {
  const { status, headers, body } = jsonReply({});
  const header = (value: string): Reply => ({ status, headers: [...headers, 'x-note', value], body, totalMs: 1 });
  assert.deepEqual(pointersOf('{}', header('1'), header('2')), [['header:x-note']]);
  assert.deepEqual(pointersOf('{}', jsonReply({}), { ...jsonReply({}), status: 201 }), [['']]);
  const xml = (text: string): Reply => ({
    status,
    headers: ['content-type', 'application/xml'],
    body: Buffer.from(`<a><b>x</b><b>${text}</b></a>`),
    totalMs: 1,
  });
  assert.deepEqual(pointersOf('{}', xml('y'), xml('z')), [['/a/b/#text']]);
});

test('where no value may be kept, no key of a map is told', () => {
  const found = pointers('{}', { ['x'.repeat(70)]: 1 }, { ['x'.repeat(70)]: 2 }, { keepsShapesOnly: true });
  assert.deepEqual(found, [['/*']]);
});
