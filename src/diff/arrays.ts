// Pairs the items of two arrays as the contract declares: by position, by key, or as a set. Pairing is never guessed.
import type { SchemaNode } from '../contract/index.ts';
import { alignOrdered, alignSet, type Step } from './align.ts';
import { isSameValue } from './same-value.ts';
import { canonical, isObject, isStrict, numberText, typeOf } from './values.ts';
import { escapeSegment, type Pair, type Position, report, type Walk } from './walk-state.ts';

type Arrays = readonly [legacy: readonly unknown[], candidate: readonly unknown[]];

export function walkArray(walk: Walk, at: Position, arrays: Arrays): void {
  const order = at.node?.order ?? { kind: 'ordered' };
  if (order.kind === 'keyed') return walkKeyed(walk, at, { arrays, keys: order.keys });
  if (order.kind === 'set') return walkSet(walk, at, arrays);
  walkOrdered(walk, at, arrays);
}

function walkOrdered(walk: Walk, at: Position, arrays: Arrays): void {
  if (isSameValue(...arrays)) return;
  const [left, right] = canonicalBoth(arrays, at.node);
  if (isReordered(left, right)) return walkReordered(walk, at, arrays);
  walkSteps(walk, at, { arrays, steps: alignOrdered(left, right) });
}

function walkSet(walk: Walk, at: Position, arrays: Arrays): void {
  if (isSameValue(...arrays)) return;
  const [left, right] = canonicalBoth(arrays, at.node);
  if (isReordered(left, right)) return walkReordered(walk, at, arrays);
  walkSteps(walk, at, { arrays, steps: alignSet(left, right) });
}

function walkReordered(walk: Walk, at: Position, arrays: Arrays): void {
  const [left, right] = canonicalBoth(arrays, at.node);
  reportOrder(walk, at, { legacy: arrays[0], candidate: arrays[1] });
  walkSteps(walk, at, { arrays, steps: alignSet(left, right) });
}

interface Alignment {
  readonly arrays: Arrays;
  readonly steps: readonly Step[];
}

function walkSteps(walk: Walk, at: Position, { arrays: [legacy, candidate], steps }: Alignment): void {
  for (const step of steps) {
    if (step.kind === 'missing') reportMissing(walk, at, { index: step.legacy, value: legacy[step.legacy] });
    else if (step.kind === 'added') reportAdded(walk, at, { index: step.candidate, value: candidate[step.candidate] });
    else if (!isSameValue(legacy[step.legacy], candidate[step.candidate]))
      walkItem(walk, at, { index: step.legacy, legacy: legacy[step.legacy], candidate: candidate[step.candidate] });
  }
}

function canonicalBoth(
  [legacy, candidate]: Arrays,
  node: SchemaNode | undefined,
): readonly [readonly string[], readonly string[]] {
  return [canonicalItems(legacy, node), canonicalItems(candidate, node)];
}

function canonicalItems(items: readonly unknown[], node: SchemaNode | undefined): readonly string[] {
  return items.map((item, index) => canonical(item, node?.item(index)));
}

function isReordered(left: readonly string[], right: readonly string[]): boolean {
  if (left.length !== right.length || left.every((item, index) => item === right[index])) return false;
  const sorted = [...right].sort();
  return [...left].sort().every((item, index) => item === sorted[index]);
}

function reportOrder(walk: Walk, at: Position, pair: Pair): void {
  const types = 'array→array';
  if (at.node && !isStrict(at.node)) report(walk, at, { rule: 'array-order-free', class: 'cosmetic', types }, pair);
  else report(walk, at, { rule: 'array-order-changed', class: 'value', types }, pair);
}

interface Keyed {
  readonly arrays: Arrays;
  readonly keys: readonly string[];
}

function walkKeyed(walk: Walk, at: Position, { arrays, keys }: Keyed): void {
  const [legacy, candidate] = arrays;
  const [left, right] = [keysOf(legacy, keys), keysOf(candidate, keys)];
  if (!left || !right) return reportAmbiguous(walk, at, { legacy, candidate });
  for (const [key, index] of left) {
    const other = right.get(key);
    if (other === undefined) reportMissing(walk, at, { index, key, value: legacy[index] });
    else walkItem(walk, at, { index, key, legacy: legacy[index], candidate: candidate[other] });
  }
  for (const [key, index] of right) if (!left.has(key)) reportAdded(walk, at, { index, key, value: candidate[index] });
  const shared = [...left.keys()].filter((key) => right.has(key));
  const order = [...right.keys()].filter((key) => left.has(key));
  if (shared.some((key, index) => key !== order[index])) reportOrder(walk, at, { legacy, candidate });
}

/** Key → index; undefined when an item has no key or two have the same one. A key that changed its type still pairs. */
function keysOf(items: readonly unknown[], keys: readonly string[]): ReadonlyMap<string, number> | undefined {
  const found = new Map<string, number>();
  for (const [index, item] of items.entries()) {
    const key = keyOf(item, keys);
    if (key === undefined || found.has(key)) return undefined;
    found.set(key, index);
  }
  return found;
}

function keyOf(item: unknown, keys: readonly string[]): string | undefined {
  if (!isObject(item)) return undefined;
  const parts = keys.map((key) => (Object.hasOwn(item, key) ? item[key] : undefined));
  if (parts.some((part) => part === undefined || part === null || typeof part === 'object')) return undefined;
  return parts.map((part) => numberText(part)).join(',');
}

function reportAmbiguous(
  walk: Walk,
  at: Position,
  pair: Pair & { readonly legacy: readonly unknown[]; readonly candidate: readonly unknown[] },
): void {
  if (canonicalItems(pair.legacy, at.node).join() === canonicalItems(pair.candidate, at.node).join()) return;
  report(walk, at, { rule: 'array-key-not-unique', class: 'inconclusive', types: 'array→array' }, pair);
}

interface ItemAt {
  readonly index: number;
  readonly key?: string;
}

function walkItem(walk: Walk, at: Position, item: ItemAt & Pair): void {
  walk.visit(walk, enterItem(at, item), { legacy: item.legacy, candidate: item.candidate });
}

function reportMissing(walk: Walk, at: Position, item: ItemAt & { readonly value: unknown }): void {
  const types = `${typeOf(item.value)}→absent`;
  report(
    walk,
    ownItem(at, item),
    { rule: 'array-item-missing', class: 'value', types },
    { legacy: item.value, candidate: undefined },
  );
}

function reportAdded(walk: Walk, at: Position, item: ItemAt & { readonly value: unknown }): void {
  const types = `absent→${typeOf(item.value)}`;
  report(
    walk,
    ownItem(at, item),
    { rule: 'array-item-added', class: 'value', types },
    { legacy: undefined, candidate: item.value },
  );
}

function enterItem(at: Position, { index, key }: ItemAt): Position {
  const node = at.node?.item(index);
  const segment = key === undefined ? String(index) : `[${escapeSegment(key)}]`;
  return {
    node,
    place: node?.place ?? `${at.place}/items`,
    pointer: `${at.pointer}/${segment}`,
    depth: at.depth + 1,
    holder: undefined,
    secret: at.secret || node?.sensitive === true,
  };
}

/** How many items there are is a matter of the list, not of the schema of its items. */
function ownItem(at: Position, item: ItemAt): Position {
  return { ...enterItem(at, item), place: `${at.place}/items` };
}
