import assert from 'node:assert/strict';
import { test } from 'node:test';
import { thingContract } from '../testing/contract.ts';
import { jsonReply } from '../testing/replies.ts';
import { compareReplies } from './compare.ts';

/** The findings between two bodies under one schema, as `rule class types at`. */
function findings(schema: string, legacy: unknown, candidate: unknown): readonly string[] {
  const { contract, operation } = thingContract(schema);
  const compared = compareReplies(contract, { operation, legacy: jsonReply(legacy), candidate: jsonReply(candidate) });
  assert.equal(compared.kind, 'compared');
  return compared.findings.map(({ rule, class: kind, types, at }) => `${rule} ${kind} ${types} ${at}`);
}

interface Case {
  readonly title: string;
  readonly schema: string;
  readonly legacy: unknown;
  readonly candidate: unknown;
  readonly found: readonly string[];
}

const THING =
  '{ type: object, required: [id], properties: { id: { type: integer }, note: { type: string }, kind: { enum: [a, b] }, at: { type: string, format: date-time }, price: { type: string, format: decimal }, ref: { type: string, format: uuid }, link: { type: string, format: uri }, gone: { type: [string, "null"] } } }';
const LIST = '{ type: array, items: { type: object, properties: { id: { type: integer }, v: { type: string } } } }';
const KEYED =
  '{ type: array, x-kubernetes-list-type: map, x-kubernetes-list-map-keys: [id], items: { type: object, properties: { id: { type: integer }, v: { type: string } } } }';
const SET = '{ type: array, insertionOrder: false, items: { type: string } }';

const cases: readonly Case[] = [
  {
    title: 'the order of keys and white space are no difference',
    schema: THING,
    legacy: '{"id":1,"note":"x"}',
    candidate: '{ "note": "x", "id": 1 }',
    found: [],
  },
  {
    title: 'bytes in base64, with padding and without',
    schema:
      '{ type: object, properties: { a: { type: string, contentEncoding: base64 }, b: { type: string, format: byte } } }',
    legacy: { a: 'aGVsbG8=', b: 'aGVsbG8=' },
    candidate: { a: 'aGVsbG8', b: 'aGVsbG9=' },
    found: ['format-respelled cosmetic string→string /a', 'value-changed value string→string /b'],
  },
  {
    title: 'a name that stands twice on the candidate hides a value from some clients',
    schema: THING,
    legacy: '{"id":1,"note":"x"}',
    candidate: '{"id":2,"id":1,"note":"x"}',
    found: ['property-duplicated breaking once→twice /id'],
  },
  {
    title: 'a name that stands twice with another hidden value is another body',
    schema: LIST,
    legacy: '[{"id":1},{"id":2,"v":"a","v":"c"}]',
    candidate: '[{"id":1},{"id":2,"v":"b","v":"c"}]',
    found: ['property-duplicated value twice→once /1/v', 'property-duplicated breaking once→twice /1/v'],
  },
  {
    title: 'the same names twice with the same values are no difference',
    schema: THING,
    legacy: '{"id":1,"id":2}',
    candidate: '{"id":1, "id":2}',
    found: [],
  },
  {
    title: 'a value that differs',
    schema: THING,
    legacy: { id: 1 },
    candidate: { id: 2 },
    found: ['value-changed value integer→integer /id'],
  },
  {
    title: 'an integer that became a string is breaking',
    schema: THING,
    legacy: { id: 1 },
    candidate: { id: '1' },
    found: ['property-type-changed breaking integer→string /id'],
  },
  {
    title: 'a required property that is missing is breaking',
    schema: THING,
    legacy: { id: 1 },
    candidate: {},
    found: ['required-property-missing breaking integer→absent /id'],
  },
  {
    title: 'an optional property that is missing counts as a value',
    schema: THING,
    legacy: { id: 1, note: 'x' },
    candidate: { id: 1 },
    found: ['optional-property-missing value string→absent /note'],
  },
  {
    title: 'a declared property that is new is additive',
    schema: THING,
    legacy: { id: 1 },
    candidate: { id: 1, note: 'x' },
    found: ['optional-property-added additive absent→string /note'],
  },
  {
    title: 'an undeclared property that is new',
    schema: THING,
    legacy: { id: 1 },
    candidate: { id: 1, extra: 1 },
    found: ['undocumented-property-added undocumented absent→integer /extra'],
  },
  {
    title: 'an undeclared property that is missing',
    schema: THING,
    legacy: { id: 1, extra: 1 },
    candidate: { id: 1 },
    found: ['undocumented-property-missing undocumented integer→absent /extra'],
  },
  {
    title: 'every difference, not only the first',
    schema: THING,
    legacy: { id: 1, note: 'x', kind: 'a' },
    candidate: { id: 2, note: 'y', kind: 'b' },
    found: [
      'value-changed value integer→integer /id',
      'value-changed value string→string /note',
      'value-changed value string→string /kind',
    ],
  },
  {
    title: 'an enum member the contract does not know',
    schema: THING,
    legacy: { id: 1, kind: 'a' },
    candidate: { id: 1, kind: 'c' },
    found: ['enum-value-unknown breaking string→string /kind'],
  },
  {
    title: 'an unknown member of an extensible enum is additive',
    schema: '{ type: object, properties: { kind: { type: string, enum: [a], x-extensible-enum: true } } }',
    legacy: { kind: 'a' },
    candidate: { kind: 'z' },
    found: ['enum-value-unknown additive string→string /kind'],
  },
  {
    title: 'a value that became null where null is allowed',
    schema: THING,
    legacy: { id: 1, gone: 'x' },
    candidate: { id: 1, gone: null },
    found: ['property-became-null value string→null /gone'],
  },
  {
    title: 'a value that became null where null is not allowed',
    schema: THING,
    legacy: { id: 1, note: 'x' },
    candidate: { id: 1, note: null },
    found: ['property-became-null breaking string→null /note'],
  },
  {
    title: 'null is not absent',
    schema: THING,
    legacy: { id: 1, gone: null },
    candidate: { id: 1 },
    found: ['optional-property-missing value null→absent /gone'],
  },
  {
    title: 'an instant in another spelling is cosmetic',
    schema: THING,
    legacy: { id: 1, at: '2026-01-02T03:04:05Z' },
    candidate: { id: 1, at: '2026-01-02T04:04:05.000+01:00' },
    found: ['format-respelled cosmetic string→string /at'],
  },
  {
    title: 'an instant that differs below a millisecond is another one',
    schema: THING,
    legacy: { id: 1, at: '2026-01-02T03:04:05.123456Z' },
    candidate: { id: 1, at: '2026-01-02T03:04:05.123999Z' },
    found: ['value-changed value string→string /at'],
  },
  {
    title: 'a time without an offset is no instant',
    schema: THING,
    legacy: { id: 1, at: '2026-01-02T03:04:05Z' },
    candidate: { id: 1, at: '2026-01-02T03:04:05' },
    found: ['value-changed value string→string /at'],
  },
  {
    title: 'a decimal in another spelling is cosmetic',
    schema: THING,
    legacy: { id: 1, price: '1.10' },
    candidate: { id: 1, price: '1.1' },
    found: ['format-respelled cosmetic string→string /price'],
  },
  {
    title: 'money off by 0.01 is not',
    schema: THING,
    legacy: { id: 1, price: '10.00' },
    candidate: { id: 1, price: '10.01' },
    found: ['value-changed value string→string /price'],
  },
  {
    title: 'a uuid in capitals is cosmetic',
    schema: THING,
    legacy: { id: 1, ref: '0f8fad5b-d9cb-469f-a165-70867728950e' },
    candidate: { id: 1, ref: '0F8FAD5B-D9CB-469F-A165-70867728950E' },
    found: ['format-respelled cosmetic string→string /ref'],
  },
  {
    title: 'a uri with a default port and host in capitals is cosmetic',
    schema: THING,
    legacy: { id: 1, link: 'https://a.example/x' },
    candidate: { id: 1, link: 'https://A.EXAMPLE:443/x' },
    found: ['format-respelled cosmetic string→string /link'],
  },
  {
    title: 'a uri with another path is not',
    schema: THING,
    legacy: { id: 1, link: 'https://a.example/x' },
    candidate: { id: 1, link: 'https://a.example/X' },
    found: ['value-changed value string→string /link'],
  },
  {
    title: 'a volatile value may differ',
    schema: '{ type: object, properties: { t: { type: string, x-parity: { volatile: true } } } }',
    legacy: { t: 'a' },
    candidate: { t: 'b' },
    found: ['volatile-value cosmetic string→string /t'],
  },
  {
    title: 'a volatile value may not vanish',
    schema: '{ type: object, required: [t], properties: { t: { type: string, x-parity: { volatile: true } } } }',
    legacy: { t: 'a' },
    candidate: {},
    found: ['required-property-missing breaking string→absent /t'],
  },
  {
    title: 'a volatile value may not change its type',
    schema: '{ type: object, properties: { t: { type: string, x-parity: { volatile: true } } } }',
    legacy: { t: 'a' },
    candidate: { t: 1 },
    found: ['property-type-changed breaking string→integer /t'],
  },
  {
    title: 'a number within the declared tolerance',
    schema: '{ type: object, properties: { n: { type: number, x-parity: { tolerance: { abs: 0.1 } } } } }',
    legacy: { n: 0.2 },
    candidate: { n: 0.3 },
    found: ['tolerated-number cosmetic number→number /n'],
  },
  {
    title: 'a number beyond it',
    schema: '{ type: object, properties: { n: { type: number, x-parity: { tolerance: { abs: 0.1 } } } } }',
    legacy: { n: 0.2 },
    candidate: { n: 0.31 },
    found: ['value-changed value number→number /n'],
  },
  {
    title: 'integers beyond double precision are told apart',
    schema: THING,
    legacy: '{"id":9007199254740993}',
    candidate: '{"id":9007199254740992}',
    found: ['value-changed value integer→integer /id'],
  },
  {
    title: 'long fractions are told apart',
    schema: THING,
    legacy: '{"id":0.12345678901234567891}',
    candidate: '{"id":0.12345678901234567892}',
    found: ['value-changed value number→number /id'],
  },
  {
    title: '1, 1.0 and 10e-1 are one number',
    schema: '{ type: array, items: { type: number } }',
    legacy: '[1, 1, 100]',
    candidate: '[1.0, 10e-1, 1e2]',
    found: [],
  },
  {
    title: '__proto__ is a field like any other',
    schema: THING,
    legacy: '{"id":1}',
    candidate: '{"id":1,"__proto__":{"x":1}}',
    found: ['undocumented-property-added undocumented absent→object /__proto__'],
  },
  {
    title: 'constructor is a field like any other',
    schema: THING,
    legacy: '{"id":1,"constructor":1}',
    candidate: '{"id":1}',
    found: ['undocumented-property-missing undocumented integer→absent /constructor'],
  },
  {
    title: 'a list that became an object',
    schema: LIST,
    legacy: [{ id: 1 }],
    candidate: { data: [] },
    found: ['property-type-changed breaking array→object '],
  },
  {
    title: 'one insertion in an ordered list is one finding',
    schema: LIST,
    legacy: [{ id: 1 }, { id: 2 }, { id: 3 }],
    candidate: [{ id: 1 }, { id: 9 }, { id: 2 }, { id: 3 }],
    found: ['array-item-added value absent→object /1'],
  },
  {
    title: 'one removal from an ordered list is one finding',
    schema: LIST,
    legacy: [{ id: 1 }, { id: 2 }, { id: 3 }],
    candidate: [{ id: 1 }, { id: 3 }],
    found: ['array-item-missing value object→absent /1'],
  },
  {
    title: 'another order of an undeclared list is one finding',
    schema: LIST,
    legacy: [{ id: 1 }, { id: 2 }],
    candidate: [{ id: 2 }, { id: 1 }],
    found: ['array-order-changed value array→array '],
  },
  {
    title: 'a changed item between equal ones is compared inside',
    schema: LIST,
    legacy: [{ id: 1 }, { id: 2, v: 'x' }, { id: 3 }],
    candidate: [{ id: 1 }, { id: 2, v: 'y' }, { id: 3 }],
    found: ['value-changed value string→string /1/v'],
  },
  {
    title: 'a cosmetic difference inside an item is found',
    schema: '{ type: array, items: { type: string, format: date-time } }',
    legacy: ['2026-01-02T03:04:05Z'],
    candidate: ['2026-01-02T03:04:05+00:00'],
    found: ['format-respelled cosmetic string→string /0'],
  },
  {
    title: 'another order of a keyed list is cosmetic',
    schema: KEYED,
    legacy: [
      { id: 1, v: 'a' },
      { id: 2, v: 'b' },
    ],
    candidate: [
      { id: 2, v: 'b' },
      { id: 1, v: 'a' },
    ],
    found: ['array-order-free cosmetic array→array '],
  },
  {
    title: 'items of a keyed list are compared by key',
    schema: KEYED,
    legacy: [
      { id: 1, v: 'a' },
      { id: 2, v: 'b' },
    ],
    candidate: [
      { id: 2, v: 'x' },
      { id: 1, v: 'a' },
    ],
    found: ['value-changed value string→string /[2]/v', 'array-order-free cosmetic array→array '],
  },
  {
    title: 'a key that became a string still pairs',
    schema: KEYED,
    legacy: [
      { id: 1, v: 'a' },
      { id: 2, v: 'b' },
    ],
    candidate: [
      { id: '1', v: 'a' },
      { id: '2', v: 'b' },
    ],
    found: [
      'property-type-changed breaking integer→string /[1]/id',
      'property-type-changed breaking integer→string /[2]/id',
    ],
  },
  {
    title: 'missing and new keys',
    schema: KEYED,
    legacy: [{ id: 1 }, { id: 2 }],
    candidate: [{ id: 2 }, { id: 3 }],
    found: ['array-item-missing value object→absent /[1]', 'array-item-added value absent→object /[3]'],
  },
  {
    title: 'a key that is not unique cannot be judged',
    schema: KEYED,
    legacy: [
      { id: 1, v: 'a' },
      { id: 1, v: 'b' },
    ],
    candidate: [{ id: 1, v: 'a' }],
    found: ['array-key-not-unique inconclusive array→array '],
  },
  {
    title: 'a keyed list may declare that its order counts',
    schema:
      '{ type: array, x-parity: { key: [id], order: strict }, items: { type: object, properties: { id: { type: integer } } } }',
    legacy: [{ id: 1 }, { id: 2 }],
    candidate: [{ id: 2 }, { id: 1 }],
    found: ['array-order-changed value array→array '],
  },
  {
    title: 'another order of a set is cosmetic',
    schema: SET,
    legacy: ['a', 'b', 'c'],
    candidate: ['c', 'a', 'b'],
    found: ['array-order-free cosmetic array→array '],
  },
  {
    title: 'a set counts its duplicates',
    schema: SET,
    legacy: ['a', 'a', 'b'],
    candidate: ['b', 'a'],
    found: ['array-item-missing value string→absent /1'],
  },
  {
    title: 'a member of a set that was replaced',
    schema: SET,
    legacy: ['a', 'b'],
    candidate: ['b', 'z'],
    found: ['value-changed value string→string /0'],
  },
  { title: 'an empty list against an empty list', schema: LIST, legacy: '[]', candidate: '[ ]', found: [] },
];

for (const { title, schema, legacy, candidate, found } of cases) {
  test(title, () => assert.deepEqual(findings(schema, legacy, candidate), found));
}

test('a comparison without a schema still finds every difference', () => {
  const { contract, operation } = thingContract('{ type: object }');
  const [legacy, candidate] = [{ a: [1, { b: 2 }] }, { a: [1, { b: 3 }] }].map((body) =>
    jsonReply(body, { status: 418 }),
  );
  assert.ok(legacy && candidate);
  const compared = compareReplies(contract, { operation, legacy, candidate });
  assert.equal(compared.kind, 'compared');
  assert.deepEqual(
    compared.findings.map(({ at }) => at),
    ['/a/1/b'],
  );
});

test('the same place in a shared schema is one place however deep it stands', () => {
  const more = '    Money: { type: object, properties: { amount: { type: string } } }';
  const { contract, operation } = thingContract(
    "{ type: object, properties: { total: { $ref: '#/components/schemas/Money' }, fee: { $ref: '#/components/schemas/Money' } } }",
    more,
  );
  const body = (amount: string): unknown => ({ total: { amount }, fee: { amount } });
  const compared = compareReplies(contract, {
    operation,
    legacy: jsonReply(body('1')),
    candidate: jsonReply(body('2')),
  });
  assert.equal(compared.kind, 'compared');
  assert.deepEqual(
    [...new Set(compared.findings.map(({ place }) => place))],
    ['#/components/schemas/Money/properties/amount'],
  );
});

test('a body nested beyond the bound is not judged, and never called equal', () => {
  const deep = (leaf: string): string => `${'['.repeat(2000)}${leaf}${']'.repeat(2000)}`;
  const { contract, operation } = thingContract('{ type: array }');
  const compared = compareReplies(contract, {
    operation,
    legacy: jsonReply(deep('1')),
    candidate: jsonReply(deep('2')),
  });
  assert.equal(compared.kind, 'budget');
});
