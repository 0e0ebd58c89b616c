import { ExactNumber } from './exact-json.ts';
import { isObject } from './values.ts';

/** Deeper values are called different, and are then looked at by the walk, which knows what to do with depth. */
const MAX_DEPTH = 32;

/** Whether two parsed values are the same to the last digit. Says no in doubt: it only ever saves the walk some work. */
export function isSameValue(left: unknown, right: unknown, depth = 0): boolean {
  if (Object.is(left, right)) return true;
  if (depth >= MAX_DEPTH) return false;
  if (Array.isArray(left)) return Array.isArray(right) && areSameItems(left, right, depth);
  if (isObject(left)) return isObject(right) && areSameProperties(left, right, depth);
  return left instanceof ExactNumber && right instanceof ExactNumber && left.text === right.text;
}

function areSameItems(left: readonly unknown[], right: readonly unknown[], depth: number): boolean {
  if (left.length !== right.length) return false;
  for (let index = 0; index < left.length; index += 1)
    if (!isSameValue(left[index], right[index], depth + 1)) return false;
  return true;
}

function areSameProperties(
  left: Readonly<Record<string, unknown>>,
  right: Readonly<Record<string, unknown>>,
  depth: number,
): boolean {
  const names = Object.keys(left);
  if (names.length !== Object.keys(right).length) return false;
  return names.every((name) => Object.hasOwn(right, name) && isSameValue(left[name], right[name], depth + 1));
}
