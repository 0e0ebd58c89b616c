import assert from 'node:assert/strict';
import { test } from 'node:test';
import { contractFrom } from '../testing/contract.ts';

const responses = "responses: { '200': { description: ok } }";

test('operations stand in the order of the document with id, tags and place', () => {
  const contract = contractFrom(`openapi: 3.0.3
info: { title: Shop, version: '1' }
paths:
  /trades/{id}:
    get: { operationId: getTrade, tags: [trades], ${responses} }
    delete: { operationId: dropTrade, ${responses} }
  /health:
    get: { operationId: health, ${responses} }
`);
  assert.deepEqual(contract.operations, [
    {
      id: 'getTrade',
      method: 'GET',
      path: '/trades/{id}',
      tags: ['trades'],
      index: 0,
      place: '#/paths/~1trades~1{id}/get',
    },
    {
      id: 'dropTrade',
      method: 'DELETE',
      path: '/trades/{id}',
      tags: [],
      index: 1,
      place: '#/paths/~1trades~1{id}/delete',
    },
    { id: 'health', method: 'GET', path: '/health', tags: [], index: 2, place: '#/paths/~1health/get' },
  ]);
  assert.deepEqual(contract.warnings, []);
  assert.equal(contract.title, 'Shop');
  assert.match(contract.digest, /^[0-9a-f]{16}$/);
});

test('a missing id is derived from method and path, is unique, and is warned of with file and line', () => {
  const contract = contractFrom(`openapi: 3.0.3
info: { title: T, version: '1' }
paths:
  /trades/{id}:
    get: { ${responses} }
  /trades/{id}/legs/{leg-no}.json:
    get: { ${responses} }
  /:
    get: { ${responses} }
  /order-books:
    post: { operationId: getTradesById, ${responses} }
`);
  assert.deepEqual(
    contract.operations.map((operation) => operation.id),
    ['getTradesById2', 'getTradesByIdLegsByLegNoJson', 'getRoot', 'getTradesById'],
  );
  assert.equal(
    contract.warnings[0],
    `${contract.file}:5  GET /trades/{id} has no operationId; it is called getTradesById2`,
  );
  assert.equal(contract.warnings.length, 3);
});

test('a path item may stand elsewhere, and its operations are placed there', () => {
  const contract = contractFrom(`openapi: 3.1.0
info: { title: T, version: '1' }
paths:
  /a: { $ref: '#/components/pathItems/A' }
components:
  pathItems:
    A:
      get: { operationId: getA, ${responses} }
`);
  assert.equal(contract.operations[0]?.place, '#/components/pathItems/A/get');
  assert.equal(contract.match('GET', '/a')?.id, 'getA');
});

test('a contract without operations is warned of', () => {
  const contract = contractFrom("openapi: 3.1.0\ninfo: { title: T, version: '1' }\npaths: {}\n");
  assert.deepEqual(contract.warnings, [`${contract.file}:3  the contract declares no operation`]);
});
