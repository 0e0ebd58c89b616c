import assert from 'node:assert/strict';
import { test } from 'node:test';
import { contractFrom } from '../testing/contract.ts';

function parametersOf(parameters: string, more = ''): readonly unknown[] {
  const contract = contractFrom(`openapi: 3.1.0
info: { title: Things, version: '1' }
paths:
  /v1/{shop}/things/{id}/x{part}:
    parameters: [{ name: id, in: path, required: true, schema: { x-parity: { alias: thing } } }]
    get:
      operationId: getThing
      parameters: ${parameters}
      responses: { '200': { description: ok } }
components:
  parameters: { After: { name: after, in: query, schema: { $ref: '#/components/schemas/Cursor' } } }
  schemas: { Cursor: { type: string, x-parity: { alias: cursor } } }
${more}`);
  const [operation] = contract.operations;
  assert.ok(operation);
  return contract.aliasParameters(operation);
}

const ID = { in: 'path', name: 'id', alias: 'thing', segment: 2 };

test('parameters of the path and of the operation, through references, each with what it brings back', () => {
  const written = `[{ $ref: '#/components/parameters/After' }, { name: X-Cart, in: header, schema: { x-parity: { alias: cart } } },
        { name: sid, in: cookie, schema: { x-parity: { alias: session } } }, { name: limit, in: query, schema: { type: integer } }]`;
  assert.deepEqual(parametersOf(written), [
    ID,
    { in: 'query', name: 'after', alias: 'cursor' },
    { in: 'header', name: 'x-cart', alias: 'cart' },
    { in: 'cookie', name: 'sid', alias: 'session' },
  ]);
});

test('one that the operation has by the same name takes the place of that of the path', () => {
  assert.deepEqual(parametersOf('[{ name: id, in: path, required: true, schema: { type: string } }]'), []);
});

test('what fills only a part of a segment is left alone', () => {
  const written = '[{ name: part, in: path, required: true, schema: { x-parity: { alias: part } } }]';
  assert.deepEqual(parametersOf(written), [ID]);
});

test('a name that is none is told, and follows nothing', () => {
  const contract = contractFrom(`openapi: 3.1.0
info: { title: Things, version: '1' }
paths: { /things: { get: { operationId: a, responses: { '200': { description: ok, content: { application/json: { schema: { x-parity: { alias: true } } } } } } } } }
`);
  assert.match(contract.warnings.join('\n'), /:3.*expected `alias` to be a name for what is issued/);
});
