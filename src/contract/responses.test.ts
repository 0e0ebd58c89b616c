import assert from 'node:assert/strict';
import { test } from 'node:test';
import { contractFrom } from '../testing/contract.ts';
import type { DeclaredResponse } from './index.ts';

const contract = contractFrom(`openapi: 3.0.3
info: { title: T, version: '1' }
paths:
  /a:
    get:
      operationId: getA
      responses:
        '200':
          description: ok
          headers:
            X-Trace: { $ref: '#/components/headers/Trace' }
            X-Page: { content: { application/json: { schema: { type: integer } } } }
            Content-Type: { required: true, schema: { type: string } }
          content:
            application/json; version=1: { schema: { title: one, type: object } }
            Application/JSON; version=2: { schema: { title: two, type: object } }
            text/*: { schema: { type: string } }
        '204': { description: nothing }
        '206': { description: schemaless, content: { application/json: {} } }
        '404': { $ref: '#/components/responses/NotFound' }
        4XX: { description: client, content: { '*/*': { schema: { type: object } } } }
        default: { $ref: '#/components/responses/Failure' }
  /b:
    get:
      operationId: getB
      responses:
        '200': { description: ok, content: { application/json: { schema: { type: object } }, '*/*': {} } }
components:
  headers:
    Trace: { required: true, schema: { type: string } }
  responses:
    NotFound: { description: none, content: { application/problem+json: { schema: { $ref: '#/components/schemas/Problem' } } } }
    Failure: { $ref: '#/components/responses/Problem' }
    Problem: { description: failed, content: { application/problem+json: { schema: { $ref: '#/components/schemas/Problem' } } } }
  schemas:
    Problem: { type: object, properties: { title: { type: string } } }
`);
const [getA, getB] = contract.operations;
assert.ok(getA && getB);

function declared(status: number, contentType: string | undefined, operation = getA) {
  assert.ok(operation);
  const response = contract.response(operation, status, contentType);
  return response.kind === 'declared' ? `${response.place} ${response.body?.place ?? 'no body'}` : response.kind;
}

const RESPONSES = '#/paths/~1a/get/responses';
const PROBLEM = '#/components/schemas/Problem';

test('the exact status comes before its range, and that before default; references are followed', () => {
  assert.equal(declared(404, 'application/problem+json'), `#/components/responses/NotFound ${PROBLEM}`);
  assert.equal(declared(409, 'a/b'), `${RESPONSES}/4XX ${RESPONSES}/4XX/content/*~1*/schema`);
  assert.equal(declared(500, 'application/problem+json'), `#/components/responses/Problem ${PROBLEM}`);
});

test('a status that nothing declares is undeclared, at the responses of its operation', () => {
  assert.ok(getB);
  assert.deepEqual(contract.response(getB, 404, 'application/json'), {
    kind: 'undeclared-status',
    place: '#/paths/~1b/get/responses',
  });
});

test('media types compare without case and parameters, but declared parameters choose between two', () => {
  const one = `${RESPONSES}/200 ${RESPONSES}/200/content/application~1json; version=1/schema`;
  const two = `${RESPONSES}/200 ${RESPONSES}/200/content/Application~1JSON; version=2/schema`;
  assert.equal(declared(200, 'application/json'), one);
  assert.equal(declared(200, 'APPLICATION/json;charset=utf-8'), one);
  assert.equal(declared(200, 'application/json; charset=utf-8; version=2'), two);
});

test('a media type that no declared range holds is undeclared, also one with the suffix +json', () => {
  for (const contentType of ['application/problem+json', 'image/png', 'textual/plain', '', undefined]) {
    assert.equal(declared(200, contentType), 'undeclared-media-type', contentType);
  }
});

test('a range holds its media types, and an exact one comes before it', () => {
  assert.equal(declared(200, 'text/csv'), `${RESPONSES}/200 ${RESPONSES}/200/content/text~1*/schema`);
  const json = '#/paths/~1b/get/responses/200/content/application~1json/schema';
  assert.equal(declared(200, 'application/json', getB), `#/paths/~1b/get/responses/200 ${json}`);
  assert.equal(declared(200, undefined, getB), '#/paths/~1b/get/responses/200 no body');
});

test('a response without content, or without a schema, is declared without a body', () => {
  assert.equal(declared(204, undefined), `${RESPONSES}/204 no body`);
  assert.equal(declared(204, 'text/html'), `${RESPONSES}/204 no body`);
  assert.equal(declared(206, 'application/json'), `${RESPONSES}/206 no body`);
});

test('headers are known by lower-case name, references followed, and Content-Type is left to the media type', () => {
  for (const contentType of ['application/json', 'image/png']) {
    assert.ok(getA);
    const response: DeclaredResponse = contract.response(getA, 200, contentType);
    assert.ok(response.kind !== 'undeclared-status');
    const headers = [...response.headers.values()].map(({ schema, ...header }) => [header, schema?.types]);
    assert.deepEqual(headers, [
      [{ name: 'x-trace', place: '#/components/headers/Trace', required: true }, new Set(['string'])],
      [{ name: 'x-page', place: `${RESPONSES}/200/headers/X-Page`, required: false }, new Set(['integer'])],
    ]);
  }
});

test('the same response is the same object each time', () => {
  assert.ok(getA);
  const first = contract.response(getA, 200, 'text/csv');
  assert.equal(contract.response(getA, 200, 'TEXT/plain'), first);
});
