// Pairs the items of two arrays as the contract declares: by position, by key, or as a set. Pairing is never guessed.
import type { SchemaNode } from '../contract/index.ts';
import { alignOrdered, alignSet, type Step } from './align.ts';
import { ExactNumber } from './exact-json.ts';
import type { Position } from './position.ts';
import { isSameValue } from './same-value.ts';
import { canonical, isObject, isStrict, type JsonObject, typeOf } from './values.ts';
import { addFindings, BudgetExceeded, type Pair, report, type Walk } from './walk-state.ts';

type Arrays = readonly [legacy: readonly unknown[], candidate: readonly unknown[]];

export function walkArray(walk: Walk, at: Position, arrays: Arrays): void {
  const order = at.node?.order ?? { kind: 'ordered' };
  if (order.kind === 'keyed') return walkKeyed(walk, at, { arrays, keys: order.keys });
  if (order.kind === 'set') return walkSet(walk, at, arrays);
  walkOrdered(walk, at, arrays);
}

function walkOrdered(walk: Walk, at: Position, arrays: Arrays): void {
  const ends = sameEnds(arrays);
  if (ends === 'same' || isAlike(walk, at, { arrays, ends })) return;
  const [left, right] = canonicalMiddles(arrays, ends, at.node);
  if (isReordered(left, right)) return walkReordered(walk, at, { arrays, ends, left, right });
  walkSteps(walk, at, { arrays, steps: shifted(alignOrdered(left, right), ends.start) });
}

function walkSet(walk: Walk, at: Position, arrays: Arrays): void {
  const ends = sameEnds(arrays);
  if (ends === 'same') return;
  const [left, right] = canonicalMiddles(arrays, ends, at.node);
  if (isReordered(left, right)) return walkReordered(walk, at, { arrays, ends, left, right });
  walkSteps(walk, at, { arrays, steps: shifted(alignSet(left, right), ends.start) });
}

interface Reordered {
  readonly arrays: Arrays;
  readonly ends: Ends;
  readonly left: readonly string[];
  readonly right: readonly string[];
}

function walkReordered(walk: Walk, at: Position, { arrays, ends, left, right }: Reordered): void {
  reportOrder(walk, at, { legacy: arrays[0], candidate: arrays[1] });
  walkSteps(walk, at, { arrays, steps: shifted(alignSet(left, right), ends.start) });
}

/** How many items at the beginning are the same, and how many at the end of what is left. */
interface Ends {
  readonly start: number;
  readonly end: number;
}

/** Most of two long lists is the same at both ends, and pairing it costs nothing more than seeing that. */
function sameEnds([legacy, candidate]: Arrays): Ends | 'same' {
  const shorter = Math.min(legacy.length, candidate.length);
  let start = 0;
  while (start < shorter && isSameValue(legacy[start], candidate[start])) start += 1;
  if (start === legacy.length && start === candidate.length) return 'same';
  let end = 0;
  while (end < shorter - start && isSameValue(legacy.at(-1 - end), candidate.at(-1 - end))) end += 1;
  return { start, end };
}

/** Below it nothing is saved. */
const WORTH_A_TRIAL = 4;

interface Middle {
  readonly arrays: Arrays;
  readonly ends: Ends;
}

/**
 * Whether each item stands where it stands on the other side and is only spelled otherwise, which is then reported. Most lists
 * in which every item differs are such, and need not be aligned, which is several times as dear.
 */
function isAlike(walk: Walk, at: Position, middle: Middle): boolean {
  const { trial } = walk;
  const [legacy, candidate] = middle.arrays;
  if (trial.kind === 'running') {
    if (legacy.length === candidate.length) walkInPlace(walk, at, middle);
    else trial.isAlike = false;
    return true;
  }
  const items = legacy.length - middle.ends.start - middle.ends.end;
  if (legacy.length !== candidate.length || items < WORTH_A_TRIAL || trial.nodesLeft <= 0) return false;
  const tried = tryInPlace(walk, at, middle);
  trial.nodesLeft -= tried.nodes;
  if (!tried.isAlike) return false;
  addFindings(walk, tried.findings);
  walk.nodes += tried.nodes;
  return true;
}

function tryInPlace(walk: Walk, at: Position, middle: Middle): Pick<Walk, 'findings' | 'nodes'> & { isAlike: boolean } {
  const running = { kind: 'running' as const, isAlike: true };
  const tried: Walk = { ...walk, findings: [], cosmetic: [], nodes: 0, trial: running };
  try {
    walkInPlace(tried, at, middle);
  } catch (error) {
    if (!(error instanceof BudgetExceeded)) throw error;
    running.isAlike = false;
  }
  return { findings: tried.findings, nodes: tried.nodes, isAlike: running.isAlike };
}

function walkInPlace(walk: Walk, at: Position, { arrays: [legacy, candidate], ends: { start, end } }: Middle): void {
  const { trial } = walk;
  for (let index = start; index < legacy.length - end; index += 1) {
    if (trial.kind === 'running' && !trial.isAlike) return;
    const pair = { legacy: legacy[index], candidate: candidate[index] };
    if (!isSameValue(pair.legacy, pair.candidate)) walk.visit(walk, at.item(index), pair);
  }
}

function canonicalMiddles(
  [legacy, candidate]: Arrays,
  { start, end }: Ends,
  node: SchemaNode | undefined,
): readonly [readonly string[], readonly string[]] {
  const middle = (items: readonly unknown[]): readonly string[] =>
    canonicalItems(items.slice(start, items.length - end), node, start);
  return [middle(legacy), middle(candidate)];
}

function shifted(steps: readonly Step[], by: number): readonly Step[] {
  if (by === 0) return steps;
  return steps.map((step) => {
    if (step.kind === 'missing') return { kind: 'missing', legacy: step.legacy + by };
    if (step.kind === 'added') return { kind: 'added', candidate: step.candidate + by };
    return { kind: 'pair', legacy: step.legacy + by, candidate: step.candidate + by };
  });
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
      walk.visit(walk, at.item(step.legacy), { legacy: legacy[step.legacy], candidate: candidate[step.candidate] });
  }
}

/** `from`: the index of the first of them in its list. */
function canonicalItems(items: readonly unknown[], node: SchemaNode | undefined, from = 0): readonly string[] {
  return items.map((item, index) => canonical(item, node?.item(index + from)));
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
  let paired = 0;
  let last = -1;
  let isReordered = false;
  for (const [key, index] of left) {
    const other = right.get(key);
    if (other === undefined) {
      reportMissing(walk, at, { index, key, value: legacy[index] });
      continue;
    }
    paired += 1;
    isReordered ||= other < last;
    last = other;
    if (!isSameValue(legacy[index], candidate[other]))
      walk.visit(walk, at.item(index, key), { legacy: legacy[index], candidate: candidate[other] });
  }
  if (paired < right.size)
    for (const [key, index] of right)
      if (!left.has(key)) reportAdded(walk, at, { index, key, value: candidate[index] });
  if (isReordered) reportOrder(walk, at, { legacy, candidate });
}

/** Key → index; undefined when an item has no key or two have the same one. A key that changed its type still pairs. */
function keysOf(items: readonly unknown[], keys: readonly string[]): ReadonlyMap<string, number> | undefined {
  const found = new Map<string, number>();
  for (let index = 0; index < items.length; index += 1) {
    const key = keyOf(items[index], keys);
    if (key === undefined) return undefined;
    found.set(key, index);
  }
  return found.size === items.length ? found : undefined;
}

function keyOf(item: unknown, keys: readonly string[]): string | undefined {
  if (!isObject(item)) return undefined;
  const [only = ''] = keys;
  if (keys.length === 1) return keyPart(item, only);
  const parts = keys.map((key) => keyPart(item, key));
  // As JSON: `a,b` beside `c` is not `a` beside `b,c`.
  return parts.includes(undefined) ? undefined : JSON.stringify(parts);
}

function keyPart(item: JsonObject, name: string): string | undefined {
  const part = Object.hasOwn(item, name) ? item[name] : undefined;
  if (part instanceof ExactNumber) return part.text;
  return part === undefined || part === null || typeof part === 'object' ? undefined : String(part);
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

function reportMissing(walk: Walk, at: Position, { index, key, value }: ItemAt & { readonly value: unknown }): void {
  const what = { rule: 'array-item-missing', class: 'value', types: `${typeOf(value)}→absent` } as const;
  const inside = at.item(index, key);
  report(walk, inside, what, { legacy: value, candidate: undefined }, inside.ownPlace);
}

function reportAdded(walk: Walk, at: Position, { index, key, value }: ItemAt & { readonly value: unknown }): void {
  const what = { rule: 'array-item-added', class: 'value', types: `absent→${typeOf(value)}` } as const;
  const inside = at.item(index, key);
  report(walk, inside, what, { legacy: undefined, candidate: value }, inside.ownPlace);
}
