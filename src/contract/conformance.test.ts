import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Conformance } from '../core/index.ts';
import { contractFrom } from '../testing/contract.ts';
import type { CheckedReply } from './index.ts';

const OK: CheckedReply = { status: 200, headers: ['Content-Type', 'application/json'] };

interface Scene {
  readonly version?: string;
  /** More schemas, as lines of YAML. */
  readonly others?: string;
}

/** Judges bodies by a schema; the result says where they violate it, in order. */
function judging(schema: string, { version = '3.1.0', others = '' }: Scene = {}) {
  const contract = contractFrom(`openapi: ${version}
info: { title: T, version: '1' }
paths:
  /a/{id}:
    get:
      operationId: getA
      responses:
        '200': { description: ok, content: { application/json: { schema: ${schema} } } }
components:
  schemas:
    Any: {}
${others}`);
  const [operation] = contract.operations;
  assert.ok(operation);
  return (body: unknown) => brief(contract.check(operation, OK, body));
}

function brief(conformance: Conformance): string | string[] {
  if (conformance.kind !== 'violates') return conformance.kind;
  return conformance.violations.map((violation) => violation.at);
}

test('a body is judged by its schema, and every violation is placed', () => {
  const judge = judging(
    '{ type: object, required: [id], properties: { id: { type: integer }, at: { format: date-time } } }',
  );
  assert.equal(judge({ id: 1, at: '2026-01-01T00:00:00Z' }), 'conforms');
  assert.deepEqual(judge({ id: '1', at: 'today' }), ['/id', '/at']);
  assert.deepEqual(judge({}), ['']);
  assert.deepEqual(judge([]), ['']);
});

test('violations name no value, since it may be a secret', () => {
  const contract = contractFrom(`openapi: 3.1.0
info: { title: T, version: '1' }
paths:
  /a:
    get:
      responses:
        '200':
          description: ok
          content:
            application/json: { schema: { properties: { a: { enum: [x] }, b: { format: email }, c: { pattern: '^d' }, d: { const: 1 } } } }
`);
  const [operation] = contract.operations;
  assert.ok(operation);
  const conformance = contract.check(operation, OK, { a: 'secret', b: 'secret', c: 'secret', d: 'secret' });
  assert.ok(conformance.kind === 'violates');
  assert.equal(conformance.violations.length, 4);
  assert.ok(!JSON.stringify(conformance.violations.map(({ message }) => message)).includes('secret'));
});

test('at most 20 violations are told', () => {
  const judge = judging('{ type: array, items: { type: string } }');
  assert.equal(judge(Array.from({ length: 5000 }, (_, index) => index)).length, 20);
});

test('an undeclared property violates a closed schema at its own place', () => {
  const judge = judging('{ type: object, properties: { a: {} }, additionalProperties: false }');
  assert.deepEqual(judge({ a: 1, 'b/c': 2 }), ['/b~1c']);
});

test('recursive schemas are judged to any sensible depth', () => {
  const judge = judging("{ $ref: '#/components/schemas/Tree' }", {
    others:
      "    Tree: { type: object, required: [id], properties: { children: { type: array, items: { $ref: '#/components/schemas/Tree' } } } }",
  });
  assert.equal(judge({ id: 1, children: [{ id: 2, children: [] }] }), 'conforms');
  assert.deepEqual(judge({ id: 1, children: [{ id: 2, children: [{}] }] }), ['/children/0/children/0']);
});

test('a body nested without end is unchecked, not thrown at', () => {
  const judge = judging("{ $ref: '#/components/schemas/Nest' }", {
    others: "    Nest: { type: array, items: { $ref: '#/components/schemas/Nest' } }",
  });
  let body: unknown[] = [];
  for (let depth = 0; depth < 100_000; depth++) body = [body];
  assert.equal(judge(body), 'unchecked');
  assert.equal(judge([[]]), 'conforms');
});

test('a schema that refers to a path, with braces and slashes in its place, compiles', () => {
  const place = '#/paths/~1a~1{id}/get/responses/200/content/application~1json/schema/properties/b%20%2563';
  const judge = judging(`{ properties: { 'b %63': { type: string }, d: { $ref: '${place}' } } }`);
  assert.deepEqual(judge({ d: 1 }), ['/d']);
  assert.equal(judge({ d: 'x' }), 'conforms');
});

test('$anchor, $id and $dynamicRef are followed', () => {
  const judge = judging(
    "{ properties: { a: { $ref: '#here' }, b: { $ref: 'https://example.com/b' }, c: { $dynamicRef: '#node' } } }",
    {
      others: `    B: { $anchor: here, type: string }
    C: { $id: https://example.com/b, properties: { n: { $ref: '#/components/schemas/B' } } }
    D: { $dynamicAnchor: node, type: number }`,
    },
  );
  assert.deepEqual(judge({ a: 1, b: { n: 1 }, c: 'x' }), ['/a', '/b/n', '/c']);
  assert.equal(judge({ a: 'x', b: { n: 'x' }, c: 1 }), 'conforms');
});

test('keywords of JSON Schema 2020-12 are judged', () => {
  const judge = judging('{ prefixItems: [{ type: string }], items: false, minContains: 1, contains: { const: x } }');
  assert.equal(judge(['x']), 'conforms');
  assert.notEqual(judge(['x', 1]), 'conforms');
  assert.notEqual(judge(['y']), 'conforms');
});

const V30 = { version: '3.0.3', others: '    B: { type: object, required: [b] }' };

for (const [what, schema, good, bad] of [
  ['type', '{ type: string, nullable: true }', [null, 'x'], [1]],
  ['a type and an enum without null', '{ type: string, nullable: true, enum: [x] }', [null, 'x'], ['y']],
  ['an enum without a type', '{ nullable: true, enum: [x] }', [null, 'x'], ['y']],
  ['no type', '{ nullable: true }', [null, 1, 'x'], []],
  ['allOf', "{ nullable: true, allOf: [{ $ref: '#/components/schemas/B' }] }", [null, { b: 1 }], [{}, 1]],
  [
    'type and allOf',
    "{ type: object, nullable: true, allOf: [{ $ref: '#/components/schemas/B' }] }",
    [null, { b: 1 }],
    [{}],
  ],
  ['$ref', "{ nullable: true, $ref: '#/components/schemas/B' }", [null, { b: 1 }], [{}]],
  ['false', '{ type: string, nullable: false }', ['x'], [null]],
] as const) {
  test(`nullable of OpenAPI 3.0 beside ${what}`, () => {
    const judge = judging(`{ properties: { v: ${schema} } }`, V30);
    for (const v of good) assert.equal(judge({ v }), 'conforms', JSON.stringify(v));
    for (const v of bad) assert.notEqual(judge({ v }), 'conforms', JSON.stringify(v));
    for (const v of bad) assert.notEqual(judge({ v }), 'unchecked', JSON.stringify(v));
  });
}

test('exclusive limits of OpenAPI 3.0 are true or false beside the limit', () => {
  const judge = judging(
    '{ type: number, minimum: 0, exclusiveMinimum: true, maximum: 9, exclusiveMaximum: false }',
    V30,
  );
  assert.deepEqual(
    [0, 1, 9, 10].map((value) => judge(value)),
    [[''], 'conforms', 'conforms', ['']],
  );
});

test('in OpenAPI 3.0 a keyword beside a $ref is ignored, in 3.1 it is not', () => {
  const others = '    B: { type: string }';
  const schema = "{ properties: { a: { $ref: '#/components/schemas/B', minLength: 3 } } }";
  assert.equal(judging(schema, { version: '3.0.3', others })({ a: 'x' }), 'conforms');
  assert.deepEqual(judging(schema, { others })({ a: 'x' }), ['/a']);
});

test('a writeOnly property need not be in a response, and must not be', () => {
  for (const version of ['3.0.3', '3.1.0']) {
    const others = '    Secret: { type: string, writeOnly: true }';
    const judge = judging(
      "{ type: object, required: [id, pw, key], properties: { id: { type: integer }, pw: { type: string, writeOnly: true }, key: { $ref: '#/components/schemas/Secret' } } }",
      { version, others },
    );
    assert.equal(judge({ id: 1 }), 'conforms');
    assert.deepEqual(judge({ id: 1, pw: 'x', key: 'y' }), ['/pw', '/key']);
    assert.deepEqual(judge({}), ['']);
  }
});

test('a writeOnly property that another branch of allOf requires need not be in a response', () => {
  const judge = judging("{ allOf: [{ $ref: '#/components/schemas/New' }, { type: object, required: [id, pw] }] }", {
    others: '    New: { type: object, properties: { pw: { type: string, writeOnly: true } } }',
  });
  assert.equal(judge({ id: 1 }), 'conforms');
  assert.deepEqual(judge({}), ['']);
});

test('a property is not writeOnly because one of that name is elsewhere', () => {
  const judge = judging('{ allOf: [{ properties: { pw: { writeOnly: true }, in: { required: [pw] } } }] }');
  assert.deepEqual(judge({ in: {} }), ['/in']);
});

test('names that every object inherits are required, allowed and judged like any other', () => {
  const judge = judging(
    '{ type: object, required: [constructor, __proto__], properties: { constructor: { type: string }, __proto__: { type: string }, toString: { type: string } }, additionalProperties: false }',
  );
  assert.equal(judge(JSON.parse('{"constructor":"a","__proto__":"b"}')), 'conforms');
  assert.deepEqual(judge({}), ['', '']);
  assert.deepEqual(judge(JSON.parse('{"constructor":1,"__proto__":2}')), ['/constructor', '/__proto__']);
});

test('a discriminator does not decide: the branches do', () => {
  const judge = judging(
    "{ discriminator: { propertyName: kind, mapping: { d: '#/components/schemas/Dog' } }, oneOf: [{ $ref: '#/components/schemas/Dog' }, { type: object, required: [meow] }] }",
    { version: '3.0.3', others: '    Dog: { type: object, required: [bark] }' },
  );
  assert.equal(judge({ kind: 'd', bark: 1 }), 'conforms');
  assert.equal(judge({ kind: 'zzz', meow: 1 }), 'conforms');
  assert.notEqual(judge({ kind: 'd' }), 'conforms');
});

test('an unknown format is not judged', () => {
  assert.equal(judging('{ type: string, format: iban }')('no iban'), 'conforms');
});

test('a decimal step is judged as people read it', () => {
  const judge = judging('{ type: number, multipleOf: 0.01 }');
  for (const value of [19.99, 0.07, 4.35, 1e6 + 0.01]) assert.equal(judge(value), 'conforms', String(value));
  assert.deepEqual(judge(0.005), ['']);
});

test('a pattern that compiles only without the flag u is judged, and one that never compiles leaves its schema unchecked', () => {
  const judge = judging("{ type: string, pattern: '^a\\-z+$' }");
  assert.equal(judge('a-z'), 'conforms');
  assert.deepEqual(judge('b'), ['']);
  const unchecked = judging("{ type: string, pattern: '(?i)abc' }");
  assert.equal(unchecked('abc'), 'unchecked');
  assert.equal(unchecked('abc'), 'unchecked');
});

test('schemas that mean nothing are unchecked, not thrown at', () => {
  for (const schema of [
    '{ type: text }',
    '{ required: true }',
    '{ minimum: low }',
    '{ properties: 5 }',
    '{ items: 5 }',
  ]) {
    assert.equal(judging(schema)({ a: 1 }), 'unchecked', schema);
  }
});

test('an example with identifiers of its own does not disturb the schemas', () => {
  const judge = judging("{ type: string, example: { $id: 'openapi:contract', $anchor: x }, default: { $id: a } }");
  assert.deepEqual(judge(1), ['']);
});

test('unknown members of an extensible enum conform', () => {
  const judge = judging(
    '{ properties: { a: { type: string, enum: [x], x-extensible-enum: true }, b: { enum: [x] } } }',
  );
  assert.equal(judge({ a: 'y' }), 'conforms');
  assert.deepEqual(judge({ a: 1, b: 'y' }), ['/a', '/b']);
});

test('a $dynamicRef whose anchor stands at several schemas leaves its schema unchecked', () => {
  const judge = judging("{ $dynamicRef: '#node' }", {
    others: '    B: { $dynamicAnchor: node, type: string }\n    C: { $id: other, $dynamicAnchor: node, type: number }',
  });
  assert.equal(judge('x'), 'unchecked');
});

test('identifiers that are given twice, or in the way of draft 4, do not disturb the schemas', () => {
  const judge = judging("{ id: a, type: object, properties: { b: { $ref: '#/components/schemas/B' } } }", {
    others: '    B: { $id: twice, type: string }\n    C: { $id: twice, type: number }',
  });
  assert.deepEqual(judge({ b: 1 }), ['/b']);
});
