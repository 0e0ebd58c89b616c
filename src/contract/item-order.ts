import { type JsonObject, member, stringsOf } from './json.ts';
import type { ItemOrder } from './types.ts';

const ORDERED: ItemOrder = { kind: 'ordered' };
const SET: ItemOrder = { kind: 'set' };

/**
 * How a schema says that items are paired; undefined when it does not. `uniqueItems` alone says that no two items are
 * the same and nothing about their order: a ranking is unique and ordered. Reading it as a set would hide a reordering.
 */
export function declaredOrder(schema: JsonObject): ItemOrder | undefined {
  const order = member(schema['x-parity'], 'order');
  const keys = keysOf(schema);
  if (keys.length > 0) return { kind: 'keyed', keys, strict: order === 'strict' };
  if (order === 'strict') return ORDERED;
  return order === 'any' ? SET : orderOfVendors(schema);
}

function keysOf(schema: JsonObject): readonly string[] {
  const own = stringsOf(member(schema['x-parity'], 'key'));
  if (own.length > 0) return own;
  const type = schema['x-kubernetes-list-type'];
  if (type === undefined) return stringsOf(schema['x-ms-identifiers']);
  return type === 'map' ? stringsOf(schema['x-kubernetes-list-map-keys']) : [];
}

/**
 * https://kubernetes.io/docs/reference/using-api/server-side-apply/#merge-strategy, and `insertionOrder` of the
 * resource schemas of CloudFormation.
 */
function orderOfVendors(schema: JsonObject): ItemOrder | undefined {
  const type = schema['x-kubernetes-list-type'];
  if (type === 'atomic') return ORDERED;
  return type === 'set' || schema['insertionOrder'] === false ? SET : undefined;
}
