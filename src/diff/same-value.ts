import { Bytes } from './bytes.ts';
import { ExactNumber } from './exact-json.ts';
import { isObject, type JsonObject } from './values.ts';

/** Deeper values are called different, and are then looked at by the walk, which knows what to do with depth. */
const MAX_DEPTH = 32;

/** Whether two parsed values are the same to the last digit. Says no in doubt: it only ever saves the walk some work. */
export function isSameValue(left: unknown, right: unknown, depth = 0): boolean {
  if (typeof left !== 'object' || left === null) return Object.is(left, right);
  if (depth >= MAX_DEPTH) return false;
  if (Array.isArray(left)) return Array.isArray(right) && areSameItems(left, right, depth);
  if (isObject(left)) return isObject(right) && areSameProperties(left, right, depth);
  if (left instanceof Bytes) return right instanceof Bytes && left.isSame(right);
  return left instanceof ExactNumber && right instanceof ExactNumber && left.text === right.text;
}

function areSameItems(left: readonly unknown[], right: readonly unknown[], depth: number): boolean {
  if (left.length !== right.length) return false;
  for (let index = 0; index < left.length; index += 1)
    if (!isSameValue(left[index], right[index], depth + 1)) return false;
  return true;
}

// By `for in`, which makes no list of names: what JSON.parse makes inherits nothing that it would meet.
function areSameProperties(left: JsonObject, right: JsonObject, depth: number): boolean {
  let names = 0;
  for (const name in left) {
    // What `right` has not by itself it may seem to have from `Object.prototype`.
    if (name === '__proto__' && !Object.hasOwn(right, name)) return false;
    if (!isSameValue(left[name], right[name], depth + 1)) return false;
    names += 1;
  }
  for (const _ in right) names -= 1;
  return names === 0;
}
