// Walks two JSON values through one schema and reports every difference, never only the first.
import { walkArray } from './arrays.ts';
import { narrow } from './narrow.ts';
import type { Position } from './position.ts';
import type { RawFinding } from './raw-finding.ts';
import { isSameValue } from './same-value.ts';
import { compareScalars } from './scalars.ts';
import { isObject, type JsonObject, sameType, typeOf } from './values.ts';
import { BudgetExceeded, MAX_DEPTH, type Pair, report, WALK_LIMITS, type Walk, type WalkLimits } from './walk-state.ts';

/** Every difference between two values under one schema. Throws BudgetExceeded. */
export function walkBodies(root: Position, pair: Pair, limits: WalkLimits = WALK_LIMITS): readonly RawFinding[] {
  const trial = { kind: 'open', nodesLeft: limits.maxNodes } as const;
  const walk: Walk = { findings: [], cosmetic: [], limits, nodes: 0, visit: walkValue, trial };
  walkValue(walk, root, pair);
  return walk.findings;
}

function walkValue(walk: Walk, at: Position, pair: Pair): void {
  spend(walk, 1);
  if (at.depth > MAX_DEPTH) throw new BudgetExceeded('depth');
  return walkBranch(walk, at.node?.hasChoice ? narrow(walk, at, pair) : at, pair);
}

/** The contract's choice is made: the value is of one branch, or of nobody knows which. */
function walkBranch(walk: Walk, at: Position, pair: Pair): void {
  const { legacy, candidate } = pair;
  if (isObject(legacy) && isObject(candidate)) return walkObject(walk, at, { legacy, candidate });
  if (Array.isArray(legacy) && Array.isArray(candidate)) return walkArray(walk, at, [legacy, candidate]);
  const [from, to] = [typeOf(legacy), typeOf(candidate)];
  if (!sameType(from, to)) return reportType(walk, at, pair);
  const difference = compareScalars(pair, at.node);
  if (!difference) return;
  // Whether a number is whole is a matter of its value: one cause must not fall apart by it.
  const types = from === to ? `${from}→${from}` : 'number→number';
  report(walk, at, { rule: difference.rule, class: difference.class, types, alias: at.node?.alias }, pair);
}

function spend(walk: Walk, nodes: number): void {
  walk.nodes += nodes;
  if (walk.nodes > walk.limits.maxNodes) throw new BudgetExceeded('nodes');
}

function reportType(walk: Walk, at: Position, pair: Pair): void {
  const [from, to] = [typeOf(pair.legacy), typeOf(pair.candidate)];
  const types = `${from}→${to}`;
  const nullable = at.node?.types?.has('null') === true;
  if (to === 'null') {
    report(walk, at, { rule: 'property-became-null', class: nullable ? 'value' : 'breaking', types }, pair);
  } else if (from === 'null') {
    report(walk, at, { rule: 'property-became-non-null', class: 'value', types }, pair);
  } else {
    report(walk, at, { rule: 'property-type-changed', class: 'breaking', types }, pair);
  }
}

interface Objects extends Pair {
  readonly legacy: JsonObject;
  readonly candidate: JsonObject;
}

function walkObject(walk: Walk, at: Position, objects: Objects): void {
  const { legacy, candidate } = objects;
  const names = Object.keys(legacy);
  spend(walk, names.length);
  let shared = 0;
  for (const name of names) {
    const left = legacy[name];
    const right = candidate[name];
    // Of two values that are the same scalar nothing is asked, not even whether the candidate has it: no scalar of JSON
    // is inherited from `Object.prototype`.
    const isOwn = (left === right && typeof left !== 'object') || Object.hasOwn(candidate, name);
    if (!isOwn) reportMissing(walk, at.property(name, objects), { name, owner: at, value: left, holders: objects });
    else if (left !== right && !isSameValue(left, right))
      walkValue(walk, at.property(name, objects), { legacy: left, candidate: right });
    if (isOwn) shared += 1;
  }
  const added = Object.keys(candidate);
  if (added.length === shared) return;
  for (const name of added)
    if (!Object.hasOwn(legacy, name))
      reportAdded(walk, at.property(name, objects), { name, owner: at, value: candidate[name], holders: objects });
}

interface Lone {
  readonly name: string;
  readonly owner: Position;
  readonly value: unknown;
  readonly holders: Objects;
}

function reportMissing(walk: Walk, at: Position, { name, owner, value, holders }: Lone): void {
  const types = `${typeOf(value)}→absent`;
  const pair = { legacy: value, candidate: undefined };
  const what = owner.node?.required.has(name)
    ? ({ rule: 'required-property-missing', class: 'breaking', types } as const)
    : at.node
      ? ({ rule: 'optional-property-missing', class: 'value', types } as const)
      : ({ rule: 'undocumented-property-missing', class: 'undocumented', types } as const);
  const namesakes = namesakesOf(value, holders.candidate, holders.legacy);
  report(walk, at, { ...what, namesakes }, pair, at.ownPlace);
}

function reportAdded(walk: Walk, at: Position, { value, holders }: Lone): void {
  const types = `absent→${typeOf(value)}`;
  const pair = { legacy: undefined, candidate: value };
  const what = at.node
    ? ({ rule: 'optional-property-added', class: 'additive', types } as const)
    : ({ rule: 'undocumented-property-added', class: 'undocumented', types } as const);
  const namesakes = namesakesOf(value, holders.legacy, holders.candidate);
  report(walk, at, { ...what, namesakes }, pair, at.ownPlace);
}

/** More are data, and not names that somebody would change. */
const MAX_NAMES = 50;

/** The names under which `there` has the value, of those that `here` has not. */
function namesakesOf(value: unknown, there: JsonObject, here: JsonObject): readonly string[] {
  const names = Object.keys(there);
  if (names.length > MAX_NAMES) return [];
  return names.filter((name) => !Object.hasOwn(here, name) && isSameValue(there[name], value));
}
