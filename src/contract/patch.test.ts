import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { stringify } from 'yaml';
import type { Breach, Conformance } from '../core/index.ts';
import { type Contract, loadContract } from './index.ts';

interface Scene {
  readonly schema: string;
  readonly body: unknown;
  readonly version?: string;
  readonly status?: number;
  readonly type?: string;
}

function load(t: TestContext, { schema, version = '3.1.0' }: Scene): string {
  const directory = mkdtempSync(join(tmpdir(), 'paritygate-patch-'));
  t.after(() => rmSync(directory, { recursive: true }));
  const file = join(directory, 'openapi.yaml');
  writeFileSync(
    file,
    `openapi: ${version}
info: { title: T, version: '1' }
paths:
  /it's/{id}:
    get:
      operationId: getIt
      parameters: [{ name: id, in: path, required: true, schema: { type: string } }]
      responses:
        '200':
          description: ok
          content: { application/json: { schema: { $ref: '#/components/schemas/Thing' } } }
components:
  schemas:
    Thing: ${schema}
    Other: { type: object, required: [x], properties: { x: { type: integer } } }
`,
  );
  return file;
}

function check(contract: Contract, { body, status = 200, type = 'application/json' }: Scene): Conformance {
  const [operation] = contract.operations;
  assert.ok(operation);
  return contract.check(operation, { status, headers: ['content-type', type] }, body);
}

function breachesOf(conformance: Conformance): readonly Breach[] {
  if (conformance.kind !== 'violates') return [];
  return conformance.breaches.map(({ keyword, place, found }) => ({ keyword, place, found }));
}

const THING = '#/components/schemas/Thing';

describe('what a body breaks is told with its place, and the patch for it makes it true:', () => {
  for (const [title, scene, expected] of [
    [
      'a null',
      { schema: '{ type: object, properties: { a: { type: string } } }', body: { a: null } },
      [{ keyword: 'type', place: `${THING}/properties/a`, found: 'null' }],
    ],
    [
      'a null, in OpenAPI 3.0',
      { version: '3.0.3', schema: '{ type: object, properties: { a: { type: string } } }', body: { a: null } },
      [{ keyword: 'type', place: `${THING}/properties/a`, found: 'null' }],
    ],
    [
      'one more type among several',
      { schema: '{ type: object, properties: { a: { type: [string, "null"] } } }', body: { a: 1 } },
      [{ keyword: 'type', place: `${THING}/properties/a`, found: 'integer' }],
    ],
    [
      'a fraction',
      { schema: '{ type: object, properties: { a: { type: integer } } }', body: { a: 1.5 } },
      [{ keyword: 'type', place: `${THING}/properties/a`, found: 'number' }],
    ],
    [
      'a fraction, in OpenAPI 3.0',
      { version: '3.0.3', schema: '{ type: object, properties: { a: { type: integer } } }', body: { a: 1.5 } },
      [{ keyword: 'type', place: `${THING}/properties/a`, found: 'number' }],
    ],
    [
      'a property that is missing',
      { schema: "{ type: object, required: [a, it's] }", body: { a: 1 } },
      [{ keyword: 'required', place: THING, found: "it's" }],
    ],
    [
      'a member that is none',
      { schema: '{ type: object, properties: { a: { enum: [x, y] } } }', body: { a: 'z' } },
      [{ keyword: 'enum', place: `${THING}/properties/a`, found: '"z"' }],
    ],
    [
      'a property that nobody declared',
      { schema: '{ type: object, additionalProperties: false, properties: { a: {} } }', body: { a: 1, b: [] } },
      [{ keyword: 'additionalProperties', place: THING, found: 'b: array' }],
    ],
    [
      'a format, below a reference and in a list',
      {
        schema:
          '{ type: array, items: { type: object, properties: { o: { $ref: "#/components/schemas/Other" }, at: { type: string, format: date } } } }',
        body: [{ at: 'today', o: { x: 'no' } }],
      },
      [
        { keyword: 'type', place: '#/components/schemas/Other/properties/x', found: 'string' },
        { keyword: 'format', place: `${THING}/items/properties/at`, found: 'string' },
      ],
    ],
    [
      'limits',
      {
        schema:
          '{ type: object, properties: { a: { type: integer, maximum: 3 }, b: { type: string, pattern: "^x" } } }',
        body: { a: 4, b: 'y' },
      },
      [
        { keyword: 'maximum', place: `${THING}/properties/a`, found: 'integer' },
        { keyword: 'pattern', place: `${THING}/properties/b`, found: 'string' },
      ],
    ],
    [
      'what is in an allOf',
      {
        schema: '{ allOf: [{ $ref: "#/components/schemas/Other" }, { type: object, required: [y] }] }',
        body: { x: 1 },
      },
      [{ keyword: 'required', place: `${THING}/allOf/1`, found: 'y' }],
    ],
    [
      'a status',
      { schema: '{ type: object }', body: {}, status: 418 },
      [{ keyword: 'status', place: "#/paths/~1it's~1{id}/get/responses", found: '418' }],
    ],
    [
      'a media type',
      { schema: '{ type: object }', body: undefined, type: 'text/plain; charset=utf-8' },
      [{ keyword: 'media-type', place: "#/paths/~1it's~1{id}/get/responses/200", found: 'text/plain' }],
    ],
  ] as readonly (readonly [string, Scene, readonly Breach[]])[]) {
    test(title, (t) => {
      const file = load(t, scene);
      const contract = loadContract(file);
      const breaches = breachesOf(check(contract, scene));
      assert.deepEqual(breaches, expected);
      const actions = breaches.flatMap((breach) => contract.proposePatch(breach) ?? []);
      const overlay = `${file}.overlay.yaml`;
      writeFileSync(overlay, stringify({ overlay: '1.1.0', info: { title: 'P', version: '1' }, actions }));
      const patched = loadContract({ contract: file, overlays: [overlay] });
      assert.deepEqual(patched.warnings, []);
      assert.deepEqual(check(patched, scene), { kind: 'conforms' });
    });
  }
});

describe('no patch is proposed', () => {
  for (const [title, scene] of [
    [
      'for a value of no branch, whose branches are not blamed either',
      { schema: '{ oneOf: [{ type: string }, { type: object, required: [a] }] }', body: {} },
    ],
    [
      'for another type in OpenAPI 3.0, which knows one only',
      { version: '3.0.3', schema: '{ type: string }', body: 1 },
    ],
    ['for what must not be', { schema: '{ not: { type: object } }', body: {} }],
  ] as readonly (readonly [string, Scene])[]) {
    test(title, (t) => {
      const contract = loadContract(load(t, scene));
      const breaches = breachesOf(check(contract, scene));
      assert.equal(breaches.length, 1);
      assert.deepEqual(
        breaches.map((breach) => contract.proposePatch(breach)),
        [undefined],
      );
    });
  }

  test('for a member of an enum that is a secret: of it only the type is told', (t) => {
    const scene = {
      schema: '{ type: object, properties: { a: { enum: [x], x-sensitive: true } } }',
      body: { a: 'hunter2' },
    };
    const contract = loadContract(load(t, scene));
    const breaches = breachesOf(check(contract, scene));
    assert.deepEqual(
      breaches.map(({ found }) => found),
      ['string'],
    );
    assert.deepEqual(
      breaches.map((breach) => contract.proposePatch(breach)),
      [undefined],
    );
  });
});

test('a value is declared volatile where it stands, and not where its schema has a name that others use', (t) => {
  const file = load(t, { schema: "{ type: object, properties: { it's: { type: string } } }", body: {} });
  const contract = loadContract(file);
  const actions = contract.proposeVolatile(`${THING}/properties/it's`) ?? assert.fail('nothing is proposed');
  const overlay = `${file}.overlay.yaml`;
  writeFileSync(overlay, stringify({ overlay: '1.1.0', info: { title: 'P', version: '1' }, actions }));
  const patched = loadContract({ contract: file, overlays: [overlay] });
  assert.deepEqual(patched.warnings, []);
  const [operation] = patched.operations;
  const declared = operation && patched.response(operation, 200, 'application/json');
  assert.ok(declared?.kind === 'declared');
  assert.equal(declared.body?.property("it's")?.volatile, true);
  assert.equal(contract.proposeVolatile(THING), undefined);
  assert.equal(contract.proposeVolatile('#/nowhere'), undefined);
});
