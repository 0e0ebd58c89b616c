import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Conformance } from '../core/index.ts';
import { contractFrom } from '../testing/contract.ts';
import type { CheckedReply } from './index.ts';

const contract = contractFrom(`openapi: 3.1.0
info: { title: T, version: '1' }
paths:
  /a:
    get:
      operationId: getA
      responses:
        '200':
          description: ok
          headers:
            X-Trace: { required: true, schema: { type: string } }
            X-Note: { schema: { type: string } }
          content:
            application/json: { schema: { type: object } }
            application/xml: { schema: { type: object } }
            text/csv: { schema: { type: string } }
            image/png: {}
        '202': { description: no content }
        default: { description: failed, content: { application/problem+json: { schema: { type: object } } } }
  /b:
    get: { operationId: getB, responses: { '200': { description: ok } } }
`);
const [getA, getB] = contract.operations;
assert.ok(getA && getB);

/** Without what of the contract is broken, which patch.test.ts looks at. */
function check(reply: CheckedReply, body?: unknown, operation = getA): Conformance {
  assert.ok(operation);
  const judged = contract.check(operation, reply, body);
  if (judged.kind !== 'violates') return judged;
  return { ...judged, breaches: [] };
}

const CONFORMS: Conformance = { kind: 'conforms' };
const violates = (...violations: [at: string, message: string][]): Conformance => ({
  kind: 'violates',
  violations: violations.map(([at, message]) => ({ at, message })),
  breaches: [],
});
const typed = (contentType: string): string[] => ['x-trace', '1', 'content-type', contentType];

test('a status that is documented nowhere violates', () => {
  assert.deepEqual(
    check({ status: 418, headers: [] }, undefined, getB),
    violates(['', 'the status 418 is not documented for getB']),
  );
});

test('a media type that is documented nowhere violates', () => {
  assert.deepEqual(
    check({ status: 200, headers: typed('text/html; charset=utf-8') }),
    violates(['', 'the media type text/html is not documented for status 200 of getA']),
  );
  assert.deepEqual(
    check({ status: 200, headers: ['X-Trace', '1'] }),
    violates(['', 'the content-type is missing, and one is documented for status 200 of getA']),
  );
});

test('a required header that is missing violates, beside the body, whatever the case of names', () => {
  assert.deepEqual(
    check({ status: 200, headers: ['CONTENT-TYPE', 'application/json'] }, 5),
    violates(['header:x-trace', 'the required header x-trace is missing'], ['', 'must be object']),
  );
  assert.deepEqual(check({ status: 200, headers: ['X-TRACE', '', 'Content-Type', 'application/json'] }, {}), CONFORMS);
});

test('a body that is not JSON under a JSON media type violates', () => {
  assert.deepEqual(check({ status: 200, headers: typed('application/json') }), violates(['', 'the body is not JSON']));
  assert.deepEqual(
    check({ status: 500, headers: ['content-type', 'application/problem+json'] }),
    violates(['', 'the body is not JSON']),
  );
});

test('a text or a file conforms by its media type, and a schema that only JSON could keep is unchecked', () => {
  assert.deepEqual(check({ status: 200, headers: typed('text/csv') }), CONFORMS);
  assert.deepEqual(check({ status: 200, headers: typed('image/png') }), CONFORMS);
  assert.equal(check({ status: 200, headers: typed('application/xml') }).kind, 'unchecked');
});

test('JSON null is a body', () => {
  assert.deepEqual(check({ status: 200, headers: typed('application/json') }, null), violates(['', 'must be object']));
});

test('a response that has no content by its nature is not asked for one', () => {
  assert.deepEqual(check({ status: 200, headers: ['x-trace', '1'], answersHead: true }), CONFORMS);
  assert.deepEqual(check({ status: 200, headers: typed('application/json'), answersHead: true }), CONFORMS);
  assert.deepEqual(check({ status: 204, headers: [] }), CONFORMS);
  assert.deepEqual(check({ status: 304, headers: [] }), CONFORMS);
  assert.deepEqual(check({ status: 202, headers: [] }), CONFORMS);
  assert.deepEqual(
    check({ status: 200, headers: [], answersHead: true }),
    violates(['header:x-trace', 'the required header x-trace is missing']),
  );
});
