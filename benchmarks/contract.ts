// OpenAPI contracts of a chosen number of operations. The one that the load asks for, `getItem`, has two parameters and
// shares its prefixes with all others, so that a matcher that tries them one by one would show it.
import { ITEM_SCHEMA } from './items.ts';

export const FEW_OPERATIONS = 10;
/** As many as the largest public REST description that the design was measured on. */
export const MANY_OPERATIONS = 1_223;

const PARTS = ['items', 'orders', 'invoices', 'members', 'keys', 'hooks', 'issues', 'labels', 'runs', 'teams'] as const;

/** The contract as JSON. */
export function createContract(operations: number): string {
  const paths: Record<string, Record<string, object>> = {};
  for (const { path, method, id } of firstOf(operations))
    paths[path] = { ...paths[path], [method]: operationOf(path, id) };
  const info = { title: 'Shops', version: '1' };
  return JSON.stringify({ openapi: '3.1.0', info, paths, components: { schemas: { Item: ITEM_SCHEMA } } });
}

interface Place {
  readonly path: string;
  readonly method: string;
  readonly id: string;
}

function firstOf(count: number): readonly Place[] {
  const places: Place[] = [
    { path: '/shops/{shopId}/items/{itemId}', method: 'get', id: 'getItem' },
    { path: '/shops/{shopId}/items/{itemId}', method: 'post', id: 'postItem' },
  ];
  for (const path of collections()) {
    const name = path.replaceAll(/[^a-z]+/g, '-');
    places.push({ path, method: 'get', id: `list${name}` }, { path, method: 'post', id: `create${name}` });
    if (path.endsWith('/items')) continue;
    const one = `${path}/{itemId}`;
    for (const method of ['get', 'put', 'delete']) places.push({ path: one, method, id: `${method}${name}` });
  }
  return places.slice(0, count);
}

/** `/shops/{shopId}/orders`, `/shops/{shopId}/items/{itemId}/orders`, and so on: wide at the top, three levels deep. */
function collections(): readonly string[] {
  const tops = PARTS.map((part) => `/shops/{shopId}/${part}`);
  const middles = tops.flatMap((top) => PARTS.map((part) => `${top}/{itemId}/${part}`));
  const lows = middles.flatMap((middle) => PARTS.map((part) => `${middle}/{partId}/${part}-of`));
  return [...tops, ...middles, ...lows];
}

function operationOf(path: string, id: string): object {
  const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
  const parameters = names.map((name) => ({ name, in: 'path', required: true, schema: { type: 'string' } }));
  const content = { 'application/json': { schema: { $ref: '#/components/schemas/Item' } } };
  return { operationId: id, tags: ['items'], parameters, responses: { 200: { description: 'OK', content } } };
}
