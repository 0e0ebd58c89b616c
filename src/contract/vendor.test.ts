import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse } from 'yaml';
import { contractFrom } from '../testing/contract.ts';
import { vendorContract } from './vendor.ts';

const ROOT = 'file:///work/openapi.yaml';

async function vendor(files: Readonly<Record<string, string>>) {
  const read: string[] = [];
  const vendored = await vendorContract(ROOT, async (url) => {
    read.push(url);
    const text = files[url] ?? files[url.replace('file:///work/', '')];
    if (text === undefined) throw new Error(`nobody has ${url}`);
    return parse(text, { merge: true });
  });
  return { ...vendored, read };
}

/** One operation whose 200 body has this schema. */
function openapi(schema: string, more = ''): string {
  return `openapi: 3.1.0
info: { title: T, version: '1' }
paths:
  /things:
    get:
      operationId: list
      responses: { '200': { description: ok, content: { application/json: { schema: ${schema} } } } }
${more}`;
}

const COMMON = `components:
  schemas:
    Thing: { type: object, properties: { id: { type: integer }, parent: { $ref: '#/components/schemas/Thing' }, price: { $ref: 'money.yaml' } } }
`;

test('what is referred to becomes a component under its own name, each once, also where it refers to itself', async () => {
  const { root, sources, read } = await vendor({
    'openapi.yaml': openapi("{ type: array, items: { $ref: 'defs/common.yaml#/components/schemas/Thing' } }"),
    'defs/common.yaml': COMMON,
    'defs/money.yaml': 'type: string',
  });
  const thing = '#/components/schemas/Thing';
  assert.deepEqual(root['components'], {
    schemas: {
      Thing: {
        type: 'object',
        properties: { id: { type: 'integer' }, parent: { $ref: thing }, price: { $ref: '#/components/schemas/money' } },
      },
      money: { type: 'string' },
    },
  });
  assert.match(JSON.stringify(root['paths']), /"items":\{"\$ref":"#\/components\/schemas\/Thing"\}/);
  assert.deepEqual(sources, ['file:///work/defs/common.yaml', 'file:///work/defs/money.yaml']);
  assert.deepEqual(read, [ROOT, ...sources], 'each document is read once');
});

test('a name that is taken gets a number, and what refers back into the contract is what stands there', async () => {
  const { root } = await vendor({
    'openapi.yaml': openapi(
      "{ $ref: 'other.yaml#/Thing' }",
      "components: { schemas: { Thing: { type: string }, 'Own': { type: boolean } } }",
    ),
    'other.yaml':
      "Thing: { type: object, properties: { a: { $ref: 'openapi.yaml#/components/schemas/Own' }, b: { $ref: '#/b~1c' } } }\n'b/c': { type: integer }",
  });
  assert.deepEqual(root['components'], {
    schemas: {
      Thing: { type: 'string' },
      Own: { type: 'boolean' },
      Thing_2: {
        type: 'object',
        properties: { a: { $ref: '#/components/schemas/Own' }, b: { $ref: '#/components/schemas/b_1c' } },
      },
      b_1c: { type: 'integer' },
    },
  });
});

test('parameters, responses, headers and whole paths are followed, each to where its like stands', async () => {
  const { root } = await vendor({
    'openapi.yaml': `openapi: 3.0.3
info: { title: T, version: '1' }
paths:
  /a: { $ref: 'paths.yaml#/a' }
`,
    'paths.yaml': `a:
  parameters: [{ $ref: 'parts.yaml#/Limit' }]
  get:
    operationId: getA
    responses: { '200': { $ref: 'parts.yaml#/Ok' }, default: { $ref: 'https://example.test/errors.yaml#/Error' } }
`,
    'parts.yaml': `Limit: { name: limit, in: query, schema: { type: integer } }
Ok: { description: ok, headers: { X-A: { $ref: '#/A' } } }
A: { schema: { type: string } }
`,
    'https://example.test/errors.yaml': 'Error: { description: wrong }',
  });
  const { responses, parameters, headers } = root['components'] as Record<string, object>; // as vendor makes it
  assert.deepEqual(
    [Object.keys(responses ?? {}), Object.keys(parameters ?? {}), Object.keys(headers ?? {})],
    [['Ok', 'Error'], ['Limit'], ['A']],
  );
  const contract = contractFrom(JSON.stringify(root));
  assert.deepEqual(
    contract.operations.map(({ id }) => id),
    ['getA'],
  );
});

test('the schemas that a discriminator maps to come along, by reference and by name', async () => {
  const { root } = await vendor({
    'openapi.yaml': openapi("{ $ref: 'pets.yaml#/components/schemas/Pet' }"),
    'pets.yaml': `components:
  schemas:
    Pet: { oneOf: [{ $ref: '#/components/schemas/Cat' }], discriminator: { propertyName: k, mapping: { c: Cat, d: 'dog.yaml#/Dog' } } }
    Cat: { type: object }
`,
    'dog.yaml': 'Dog: { type: object, required: [bark] }',
  });
  const { schemas } = root['components'] as { schemas: Record<string, { discriminator?: { mapping: object } }> };
  assert.deepEqual(Object.keys(schemas).toSorted(), ['Cat', 'Dog', 'Pet']);
  assert.deepEqual(schemas['Pet']?.discriminator?.mapping, {
    c: '#/components/schemas/Cat',
    d: '#/components/schemas/Dog',
  });
});

test('what only looks like a reference stays: in an example, and as the name of a property', async () => {
  const schema = `{ type: object, example: { $ref: 'nowhere.yaml' }, properties: { $ref: { type: string } } }`;
  const { root, sources } = await vendor({ 'openapi.yaml': openapi(schema) });
  assert.deepEqual(sources, []);
  assert.match(JSON.stringify(root), /"example":\{"\$ref":"nowhere.yaml"\}/);
});

test('an anchor of YAML that is used twice is followed once', async () => {
  const { root } = await vendor({
    'openapi.yaml': openapi("{ $ref: 'a.yaml#/A' }"),
    'a.yaml': "A: { properties: { x: &x { $ref: '#/B' }, y: *x } }\nB: { type: integer }",
  });
  const ref = { $ref: '#/components/schemas/B' };
  assert.deepEqual(root['components'], { schemas: { A: { properties: { x: ref, y: ref } }, B: { type: 'integer' } } });
});

test('a reference that leads to nothing is told with the document that it leads to', async () => {
  const files = { 'openapi.yaml': openapi("{ $ref: 'a.yaml#/Missing' }"), 'a.yaml': 'A: 1' };
  await assert.rejects(vendor(files), (error: { code?: string; message?: string; at?: { file: string } }) => {
    assert.equal(error.code, 'PG_CONTRACT_REF');
    assert.match(error.message ?? '', /a\.yaml#\/Missing` leads to nothing/);
    assert.equal(error.at?.file, 'file:///work/a.yaml');
    return true;
  });
});
