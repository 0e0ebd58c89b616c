import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describePlace } from './place.ts';

test('places of the contract read as people say them', () => {
  const places = {
    '#/components/schemas/Trade/properties/id': 'Trade.id',
    '#/components/schemas/Page/properties/items/items/properties/legs/prefixItems/1': 'Page.items[].legs[1]',
    '#/components/schemas/Map/additionalProperties/properties/x': 'Map.*.x',
    '#/components/schemas/Order/allOf/1/properties/total': 'Order.total',
    '#/components/schemas/Order/properties/properties': 'Order.properties',
    '#/components/responses/NotFound/content/application~1json/schema/properties/code': 'NotFound body.code',
    '#/components/headers/Limit': 'Limit',
    '#/paths/~1trades/get/responses/200': 'GET /trades 200',
    '#/paths/~1trades/get/responses': 'GET /trades',
    '#/paths/~1trades~1{tradeId}/get/responses/200/headers/ETag': 'GET /trades/{tradeId} 200 header ETag',
    '#/paths/~1a/get/responses/404/content/application~1json/schema/items': 'GET /a 404 body[]',
    '#/paths/~1a/get/responses/404/body/properties/x~1y': 'GET /a 404 body.x/y',
    '#header:etag': 'header etag',
    '': '',
    'something else': 'something else',
    '#/components': '#/components',
    '#/components/schemas/constructor/properties/__proto__': 'constructor.__proto__',
  };
  assert.deepEqual(Object.keys(places).map(describePlace), Object.values(places));
});
