import assert from 'node:assert/strict';
import { test } from 'node:test';
import { contractFrom } from '../testing/contract.ts';
import type { SchemaNode } from './index.ts';

/** The view of a schema, with others beside it. */
function viewOf(schema: string, { version = '3.1.0', others = '' } = {}): SchemaNode {
  const contract = contractFrom(`openapi: ${version}
info: { title: T, version: '1' }
paths:
  /a:
    get:
      operationId: getA
      responses:
        '200': { description: ok, content: { application/json: { schema: { $ref: '#/components/schemas/A' } } } }
components:
  schemas:
    A: ${schema}
${others}`);
  const [operation] = contract.operations;
  const response = operation && contract.response(operation, 200, 'application/json');
  assert.ok(response?.kind === 'declared' && response.body);
  return response.body;
}

const A = '#/components/schemas/A';

test('a schema is placed where it is declared, references followed', () => {
  const view = viewOf("{ type: object, properties: { b: { $ref: '#/components/schemas/B' }, c: { type: string } } }", {
    others: "    B: { $ref: '#/components/schemas/C' }\n    C: { type: integer, format: int64 }",
  });
  assert.equal(view.place, A);
  assert.equal(view.property('b')?.place, '#/components/schemas/C');
  assert.equal(view.property('b')?.format, 'int64');
  assert.equal(view.property('c')?.place, `${A}/properties/c`);
});

test('one place is one node', () => {
  const view = viewOf(
    "{ properties: { b: { $ref: '#/components/schemas/A' }, c: { $ref: '#/components/schemas/A' } } }",
  );
  assert.equal(view.property('b'), view);
  assert.equal(view.property('c')?.property('b'), view);
});

test('what stands beside a $ref counts', () => {
  const others = '    B: { type: array, items: { type: string } }';
  const view = viewOf("{ $ref: '#/components/schemas/B', x-parity: { volatile: true, order: any }, minItems: 1 }", {
    others,
  });
  assert.equal(view.volatile, true);
  assert.deepEqual(view.order, { kind: 'set' });
  assert.deepEqual(view.types, new Set(['array']));
  assert.equal(view.place, '#/components/schemas/B');
});

test('beside a $ref of OpenAPI 3.0 only extensions and nullable count', () => {
  const others = '    B: { type: string, format: date }';
  const schema = "{ $ref: '#/components/schemas/B', x-parity: { volatile: true }, nullable: true, format: uuid }";
  const view = viewOf(schema, { others, version: '3.0.3' });
  assert.equal(view.volatile, true);
  assert.equal(view.format, 'date');
  assert.deepEqual(view.types, new Set(['string', 'null']));
  assert.equal(view.place, '#/components/schemas/B');
});

test('allOf unites properties and required, and intersects types and members', () => {
  const view = viewOf(
    `
      required: [a]
      properties: { a: { type: [string, 'null'] } }
      allOf:
        - { type: object, required: [b], properties: { b: { type: number } } }
        - { $ref: '#/components/schemas/B' }`,
    {
      others: '    B: { required: [c], properties: { a: { enum: [x, y, null] }, b: { type: integer }, c: {} } }',
    },
  );
  assert.deepEqual(view.required, new Set(['a', 'b', 'c']));
  assert.deepEqual(view.types, new Set(['object']));
  assert.deepEqual(view.property('a')?.types, new Set(['string', 'null']));
  assert.deepEqual(view.property('a')?.members, new Set(['x', 'y', null]));
  assert.deepEqual(view.property('b')?.types, new Set(['integer']));
  assert.equal(view.property('c')?.types, undefined);
  assert.equal(view.property('c')?.place, '#/components/schemas/B/properties/c');
});

test('oneOf and anyOf unite types, members and properties, and intersect required', () => {
  for (const keyword of ['oneOf', 'anyOf']) {
    const view = viewOf(`
      ${keyword}:
        - { type: object, required: [kind, a], properties: { kind: { const: a }, a: { type: string } } }
        - { type: object, required: [kind, b], properties: { kind: { const: b }, b: { type: string } } }
        - { type: 'null' }`);
    assert.deepEqual(view.types, new Set(['object', 'null']));
    assert.deepEqual(view.required, new Set(['kind']));
    assert.deepEqual(view.property('kind')?.members, new Set(['a', 'b']));
    assert.deepEqual(view.property('kind')?.types, new Set(['string']));
    assert.equal(view.property('kind')?.place, `${A}/${keyword}/0/properties/kind`);
    assert.equal(view.property('b')?.place, `${A}/${keyword}/1/properties/b`);
    assert.equal(view.property('z'), undefined);
  }
});

test('a branch that is only null makes a schema nullable and changes nothing else', () => {
  const view = viewOf(
    "{ oneOf: [{ type: string, format: date-time, enum: [x], x-parity: { volatile: true } }, { type: 'null' }] }",
  );
  assert.deepEqual(view.types, new Set(['string', 'null']));
  assert.deepEqual(view.members, new Set(['x', null]));
  assert.equal(view.format, 'date-time');
  assert.equal(view.volatile, true);
});

test('what excuses a difference must be declared by every branch', () => {
  const view = viewOf(`
      oneOf:
        - { type: array, items: {}, x-parity: { order: any }, format: x }
        - { type: array, items: {}, x-parity: { volatile: true } }
        - { type: number, x-parity: { tolerance: { abs: 1 } } }`);
  assert.deepEqual(view.order, { kind: 'ordered' });
  assert.equal(view.volatile, false);
  assert.equal(view.format, undefined);
  assert.deepEqual(view.tolerance, { abs: 1, rel: 0 });
});

test('nullable of OpenAPI 3.0 adds null beside type, enum, allOf and $ref', () => {
  const view = viewOf(
    `
      properties:
        a: { type: string, nullable: true }
        b: { type: string, nullable: true, enum: [x] }
        c: { nullable: true, allOf: [{ $ref: '#/components/schemas/B' }] }
        d: { nullable: true }
        e: { type: string, nullable: false }`,
    { version: '3.0.3', others: '    B: { type: object, properties: { z: { type: string } } }' },
  );
  assert.deepEqual(view.property('a')?.types, new Set(['string', 'null']));
  assert.deepEqual(view.property('b')?.members, new Set(['x', null]));
  assert.deepEqual(view.property('c')?.types, new Set(['object', 'null']));
  assert.equal(view.property('c')?.property('z')?.place, '#/components/schemas/B/properties/z');
  assert.equal(view.property('d')?.types, undefined);
  assert.deepEqual(view.property('e')?.types, new Set(['string']));
});

test('nullable means nothing in OpenAPI 3.1', () => {
  assert.deepEqual(viewOf('{ type: string, nullable: true }').types, new Set(['string']));
});

for (const [what, schema, order] of [
  ['nothing', '{}', { kind: 'ordered' }],
  ['x-parity any', '{ x-parity: { order: any } }', { kind: 'set' }],
  ['x-parity strict over a vendor', '{ x-parity: { order: strict }, insertionOrder: false }', { kind: 'ordered' }],
  ['x-parity key', '{ x-parity: { key: [id, no] } }', { kind: 'keyed', keys: ['id', 'no'], strict: false }],
  [
    'x-parity key in order',
    '{ x-parity: { key: [id], order: strict } }',
    { kind: 'keyed', keys: ['id'], strict: true },
  ],
  [
    'a Kubernetes map',
    '{ x-kubernetes-list-type: map, x-kubernetes-list-map-keys: [name] }',
    { kind: 'keyed', keys: ['name'], strict: false },
  ],
  ['a Kubernetes map without keys', '{ x-kubernetes-list-type: map }', { kind: 'ordered' }],
  ['a Kubernetes set', '{ x-kubernetes-list-type: set }', { kind: 'set' }],
  ['a Kubernetes atomic list', '{ x-kubernetes-list-type: atomic, insertionOrder: false }', { kind: 'ordered' }],
  ['x-ms-identifiers', '{ x-ms-identifiers: [name] }', { kind: 'keyed', keys: ['name'], strict: false }],
  ['no x-ms-identifiers', '{ x-ms-identifiers: [] }', { kind: 'ordered' }],
  ['insertionOrder false', '{ insertionOrder: false }', { kind: 'set' }],
  ['insertionOrder true', '{ insertionOrder: true }', { kind: 'ordered' }],
  ['uniqueItems alone', '{ uniqueItems: true }', { kind: 'ordered' }],
] as const) {
  test(`the order of items by ${what}`, () => {
    assert.deepEqual(viewOf(schema).order, order);
  });
}

test('an extensible enum takes unknown members, whether it is a mark or the list itself', () => {
  const view = viewOf(
    '{ properties: { a: { enum: [x], x-extensible-enum: true }, b: { x-extensible-enum: [y, 1] }, c: { enum: [z] } } }',
  );
  const seen = ['a', 'b', 'c'].map((name) => [view.property(name)?.extensible, view.property(name)?.members]);
  assert.deepEqual(seen, [
    [true, new Set(['x'])],
    [true, new Set(['y', 1])],
    [false, new Set(['z'])],
  ]);
});

test('what must not be stored in clear is sensitive', () => {
  const view = viewOf(
    '{ properties: { a: { writeOnly: true }, b: { format: password }, c: { x-sensitive: true }, d: {} } }',
  );
  assert.deepEqual(
    ['a', 'b', 'c', 'd'].map((name) => view.property(name)?.sensitive),
    [true, true, true, false],
  );
});

test('items are found by index, prefixItems first', () => {
  const view = viewOf('{ prefixItems: [{ type: string }, { type: number }], items: { type: boolean } }');
  assert.deepEqual(
    [0, 1, 2, 9].map((index) => [...(view.item(index)?.types ?? [])].join()),
    ['string', 'number', 'boolean', 'boolean'],
  );
  assert.equal(viewOf('{ prefixItems: [{ type: string }], items: false }').item(1), undefined);
});

test('a map has the schema of its values, and patterns declare properties', () => {
  const view = viewOf(
    "{ additionalProperties: { type: number }, patternProperties: { '^x-': { type: string }, '(?i)bad': {} } }",
  );
  assert.deepEqual(view.additional?.types, new Set(['number']));
  assert.equal(view.property('x-a')?.place, `${A}/patternProperties/^x-`);
  assert.equal(view.property('a'), undefined);
  assert.equal(viewOf('{ additionalProperties: true }').additional, undefined);
  assert.equal(viewOf('{ additionalProperties: false }').additional, undefined);
});

test('a property declared by true is declared, and one declared by false is not', () => {
  const view = viewOf('{ properties: { a: true, b: false } }');
  assert.equal(view.property('a')?.place, `${A}/properties/a`);
  assert.equal(view.property('b'), undefined);
});

test('names that every object inherits are declared only where the contract declares them', () => {
  const none = viewOf('{ properties: { a: {} } }');
  const all = viewOf('{ properties: { __proto__: { type: string }, constructor: { type: number }, toString: {} } }');
  for (const name of ['__proto__', 'constructor', 'toString']) {
    assert.equal(none.property(name), undefined);
    assert.equal(all.property(name)?.place, `${A}/properties/${name}`);
  }
  assert.deepEqual(all.property('constructor')?.types, new Set(['number']));
});

test('a recursive schema is as deep as the data', () => {
  const view = viewOf(
    `
      properties:
        next: { anyOf: [{ $ref: '#/components/schemas/A' }, { $ref: '#/components/schemas/B' }] }`,
    {
      others:
        "    B: { oneOf: [{ $ref: '#/components/schemas/A' }, { properties: { next: { $ref: '#/components/schemas/B' } } }] }",
    },
  );
  let node: SchemaNode | undefined = view;
  for (let depth = 0; depth < 2000; depth++) node = node?.property('next');
  assert.ok(node?.property('next'));
});

test('a schema that is its own part says what it says elsewhere', () => {
  const view = viewOf("{ type: object, allOf: [{ $ref: '#/components/schemas/B' }] }", {
    others: "    B: { required: [b], anyOf: [{ $ref: '#/components/schemas/A' }] }",
  });
  assert.deepEqual(view.types, new Set(['object']));
  assert.deepEqual(view.required, new Set(['b']));
});

test('$anchor and $id name schemas', () => {
  const view = viewOf("{ properties: { a: { $ref: '#here' }, b: { $ref: 'https://example.com/b' } } }", {
    others: '    B: { $anchor: here, type: string }\n    C: { $id: https://example.com/b, type: number }',
  });
  assert.equal(view.property('a')?.place, '#/components/schemas/B');
  assert.equal(view.property('b')?.place, '#/components/schemas/C');
});

test('the items of united arrays are one node, whatever their index', () => {
  const view = viewOf(
    '{ oneOf: [{ type: array, items: { type: string } }, { type: array, items: { type: number } }] }',
  );
  assert.deepEqual(view.item(0)?.types, new Set(['string', 'number']));
  assert.equal(view.item(0), view.item(5));
});
