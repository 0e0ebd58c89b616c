// Walks two JSON values through one schema and reports every difference, never only the first.
import type { SchemaNode } from '../contract/index.ts';
import { walkArray } from './arrays.ts';
import type { RawFinding, View } from './raw-finding.ts';
import { isSecretName } from './redact.ts';
import { compareScalars } from './scalars.ts';
import { childOf, isObject, type JsonObject, sameType, typeOf } from './values.ts';
import {
  BudgetExceeded,
  escapeSegment,
  MAX_DEPTH,
  type Pair,
  type Position,
  report,
  WALK_LIMITS,
  type Walk,
  type WalkLimits,
} from './walk-state.ts';

/** Every difference between two values under one schema. Throws BudgetExceeded. */
export function walkBodies(root: Position, pair: Pair, limits: WalkLimits = WALK_LIMITS): readonly RawFinding[] {
  const walk: Walk = { findings: [], limits, nodes: 0, visit: walkValue };
  walkValue(walk, root, pair);
  return walk.findings;
}

function walkValue(walk: Walk, at: Position, pair: Pair): void {
  walk.nodes += 1;
  if (walk.nodes > walk.limits.maxNodes) throw new BudgetExceeded('nodes');
  if (at.depth > MAX_DEPTH) throw new BudgetExceeded('depth');
  const types = { legacy: typeOf(pair.legacy), candidate: typeOf(pair.candidate) };
  if (!sameType(types.legacy, types.candidate)) return reportType(walk, at, pair);
  if (isObject(pair.legacy) && isObject(pair.candidate)) return walkObject(walk, at, [pair.legacy, pair.candidate]);
  if (Array.isArray(pair.legacy) && Array.isArray(pair.candidate))
    return walkArray(walk, at, [pair.legacy, pair.candidate]);
  const difference = compareScalars(pair, at.node);
  if (difference) report(walk, at, { ...difference, types: `${types.legacy}→${types.candidate}` }, pair);
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

function walkObject(walk: Walk, at: Position, [legacy, candidate]: readonly [JsonObject, JsonObject]): void {
  const holder = { legacy, candidate, node: at.node, secret: at.secret };
  for (const name of Object.keys(legacy)) {
    const inside = enter(at, name, holder);
    if (Object.hasOwn(candidate, name)) walkValue(walk, inside, { legacy: legacy[name], candidate: candidate[name] });
    else reportMissing(walk, own(at, inside, name), { name, owner: at.node, value: legacy[name] });
  }
  for (const name of Object.keys(candidate)) {
    if (Object.hasOwn(legacy, name)) continue;
    reportAdded(walk, own(at, enter(at, name, holder), name), { owner: at.node, name, value: candidate[name] });
  }
}

interface Lone {
  readonly name: string;
  readonly owner: SchemaNode | undefined;
  readonly value: unknown;
}

function reportMissing(walk: Walk, at: Position, { name, owner, value }: Lone): void {
  const types = `${typeOf(value)}→absent`;
  const pair = { legacy: value, candidate: undefined };
  if (owner?.required.has(name))
    report(walk, at, { rule: 'required-property-missing', class: 'breaking', types }, pair);
  else if (at.node) report(walk, at, { rule: 'optional-property-missing', class: 'value', types }, pair);
  else report(walk, at, { rule: 'undocumented-property-missing', class: 'undocumented', types }, pair);
}

function reportAdded(walk: Walk, at: Position, { value }: Lone): void {
  const types = `absent→${typeOf(value)}`;
  const pair = { legacy: undefined, candidate: value };
  if (at.node) report(walk, at, { rule: 'optional-property-added', class: 'additive', types }, pair);
  else report(walk, at, { rule: 'undocumented-property-added', class: 'undocumented', types }, pair);
}

function enter(at: Position, name: string, holder: View): Position {
  const node = childOf(at.node, name);
  const place = node?.place ?? ownPlace(at, name);
  const secret = at.secret || node?.sensitive === true || isSecretName(name);
  return { node, place, pointer: `${at.pointer}/${escapeSegment(name)}`, depth: at.depth + 1, holder, secret };
}

// Whether a property is there is a matter of the object that declares it, not of the schema that it refers to: two
// properties of one type that are missing are two causes.
function own(at: Position, inside: Position, name: string): Position {
  return { ...inside, place: ownPlace(at, name) };
}

function ownPlace(at: Position, name: string): string {
  return `${at.place}/properties/${escapeSegment(templateName(name))}`;
}

/** A property name that is data rather than a name (an id used as a key) would make a cause of every record. */
function templateName(name: string): string {
  return /^\d+$|^[0-9a-f]{8}-[0-9a-f-]{27}$|@|.{65}/i.test(name) ? '*' : name;
}
