import assert from 'node:assert/strict';
import { test } from 'node:test';
import { contractFrom } from '../testing/contract.ts';
import type { Contract, SchemaNode } from './index.ts';

const ANIMALS = `    Cat: { type: object, required: [kind, claws], properties: { kind: { type: string }, claws: { type: integer } } }
    Dog: { type: object, required: [kind], properties: { kind: { type: string }, tail: { type: string } } }
    Cats: { type: array, items: { $ref: '#/components/schemas/Cat' } }`;

function contractOf(schema: string, version = '3.1.0'): Contract {
  return contractFrom(`openapi: ${version}
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
${ANIMALS}`);
}

function viewOf(schema: string, version?: string): SchemaNode {
  const contract = contractOf(schema, version);
  const [operation] = contract.operations;
  const response = operation && contract.response(operation, 200, 'application/json');
  assert.ok(response?.kind === 'declared' && response.body);
  return response.body;
}

function conformance(schema: string, body: unknown): string {
  const contract = contractOf(schema);
  const [operation] = contract.operations;
  assert.ok(operation);
  return contract.check(operation, { status: 200, headers: ['content-type', 'application/json'] }, body).kind;
}

const CAT = { kind: 'Cat', claws: 10 };
const DOG = { kind: 'Dog', tail: 'long' };
const REFS = "[{ $ref: '#/components/schemas/Cat' }, { $ref: '#/components/schemas/Dog' }]";
const CAT_PLACE = '#/components/schemas/Cat';
const DOG_PLACE = '#/components/schemas/Dog';

for (const keyword of ['oneOf', 'anyOf'])
  test(`a value is of the first branch of ${keyword} that it satisfies`, () => {
    const view = viewOf(`{ ${keyword}: ${REFS} }`);
    assert.equal(view.narrow(CAT).place, CAT_PLACE);
    assert.deepEqual(view.narrow(CAT).required, new Set(['kind', 'claws']));
    assert.equal(view.narrow(DOG).place, DOG_PLACE);
    assert.equal(view.narrow(DOG), view.narrow({ kind: 'x' }), 'one branch is one schema');
    assert.equal(view.narrow({ kind: 1 }), view, 'of none of them');
  });

test('a schema without branches is what it was', () => {
  const view = viewOf('{ type: object, properties: { a: { type: string } } }');
  assert.equal(view.narrow({ a: 1 }), view);
  assert.equal(view.hasChoice, false);
});

test('the only branch that allows the type is taken, whether its contract is kept or not', () => {
  const view = viewOf(`{ oneOf: [{ $ref: '${CAT_PLACE}' }, { $ref: '#/components/schemas/Cats' }, { type: 'null' }] }`);
  assert.equal(view.narrow({}).place, CAT_PLACE);
  assert.deepEqual(view.narrow([1]).types, new Set(['array']));
  assert.deepEqual(view.narrow(null).types, new Set(['null']));
  assert.equal(view.narrow('x'), view);
});

test('what stands beside the branches stays', () => {
  const view = viewOf(`{ required: [kind], properties: { id: { type: integer } }, oneOf: ${REFS} }`);
  const cat = view.narrow(CAT);
  assert.deepEqual(cat.required, new Set(['kind', 'claws']));
  assert.equal(cat.property('id')?.place, '#/components/schemas/A/properties/id');
  assert.equal(cat.property('tail'), undefined);
  assert.equal(cat, view.narrow({ kind: 'other', claws: 0 }));
});

test('branches within branches, in allOf and beside null are found as well', () => {
  const nested = viewOf(`{ oneOf: [{ anyOf: ${REFS} }, { type: string }] }`);
  assert.equal(nested.narrow(DOG).place, DOG_PLACE);
  const all = viewOf(`{ allOf: [{ type: object, required: [id] }, { oneOf: ${REFS} }] }`);
  assert.deepEqual(all.narrow(CAT).required, new Set(['id', 'kind', 'claws']));
  const nullable = viewOf(`{ nullable: true, oneOf: ${REFS} }`, '3.0.3');
  assert.equal(nullable.narrow(CAT).place, CAT_PLACE);
  assert.deepEqual(nullable.narrow(null).types, new Set(['null']));
});

test('a schema that is its own branch below is narrowed at each level', () => {
  const view = viewOf(
    "{ oneOf: [{ type: object, required: [left], properties: { left: { $ref: '#/components/schemas/A' } } }, { type: object, required: [leaf] }] }",
  );
  const inner = view.narrow({ left: { leaf: 1 } }).property('left');
  assert.equal(inner, view);
  assert.deepEqual(inner?.narrow({ leaf: 1 }).required, new Set(['leaf']));
});

const TAGS = 'discriminator: { propertyName: kind';
const DISCRIMINATED: readonly (readonly [title: string, schema: string])[] = [
  ['the name of the schema', `{ oneOf: ${REFS}, ${TAGS} } }`],
  ['a mapping to a reference', `{ oneOf: ${REFS}, ${TAGS}, mapping: { d: '${DOG_PLACE}', c: '${CAT_PLACE}' } } }`],
  ['a mapping to a name', `{ anyOf: ${REFS}, ${TAGS}, mapping: { d: Dog, c: Cat } } }`],
];

for (const [title, schema] of DISCRIMINATED)
  test(`a discriminator tells the branch by ${title}`, () => {
    const [cat, dog] = schema.includes('mapping') ? ['c', 'd'] : ['Cat', 'Dog'];
    const view = viewOf(schema);
    // Without its claws it would satisfy only the other branch.
    assert.equal(view.narrow({ kind: cat }).place, CAT_PLACE);
    assert.equal(view.narrow({ kind: dog, claws: 1 }).place, DOG_PLACE);
    assert.equal(conformance(schema, { kind: cat }), 'violates');
    assert.equal(conformance(schema, { kind: dog, claws: 1 }), 'conforms');
    assert.equal(conformance(schema, { kind: cat, claws: 1 }), 'conforms');
  });

test('a value that two branches of oneOf allow is told by its tag, and violates without one', () => {
  assert.equal(conformance(`{ oneOf: ${REFS} }`, CAT), 'violates');
  assert.equal(conformance(`{ oneOf: ${REFS}, ${TAGS} } }`, CAT), 'conforms');
});

for (const body of [{ kind: 'Cow' }, { claws: 1 }, { kind: 1, claws: 1 }, 'Cat', null])
  test(`${JSON.stringify(body)} is of no branch that a discriminator knows`, () => {
    const schema = `{ oneOf: ${REFS}, ${TAGS} } }`;
    assert.equal(conformance(schema, body), 'violates');
  });

test('a branch that no tag leads to stands beside those of the discriminator', () => {
  const schema = `{ oneOf: [{ $ref: '${CAT_PLACE}' }, { type: 'null' }], ${TAGS} } }`;
  assert.equal(conformance(schema, null), 'conforms');
  assert.equal(conformance(schema, CAT), 'conforms');
  assert.equal(conformance(schema, DOG), 'violates');
});

test('a tag named like what every object inherits is none', () => {
  const view = viewOf(`{ oneOf: ${REFS}, discriminator: { propertyName: constructor } }`);
  assert.equal(view.narrow(CAT).place, CAT_PLACE);
});
