// Which branch of the contract (`oneOf`, `anyOf`) each of two values is of: what one branch requires, the other need not know.
import { Bytes } from './bytes.ts';
import { ExactNumber } from './exact-json.ts';
import type { Position } from './position.ts';
import { isObject, typeOf } from './values.ts';
import { type Pair, report, type Walk } from './walk-state.ts';

/** Below it branches stay united: at every level all that is below would be judged once more. */
const MAX_BRANCH_DEPTH = 64;

/** The position as the branch of both values sees it; a value that is of another branch is a finding. */
export function narrow(walk: Walk, at: Position, pair: Pair): Position {
  const { node } = at;
  if (!node || at.depth > MAX_BRANCH_DEPTH) return at;
  const [left, right] = [node.narrow(toPlain(pair.legacy)), node.narrow(toPlain(pair.candidate))];
  // What breaks the contract is of no branch, or of none within its branch, and is held to that of the other side.
  if (left === right || right.hasChoice) return at.narrowed(left);
  if (left.hasChoice) return at.narrowed(right);
  reportBranch(walk, at, { pair, types: `${nameOf(left.place)}→${nameOf(right.place)}` });
  return at;
}

/** A scalar of another branch is another value, and a value of another type another type, and no more. */
function reportBranch(
  walk: Walk,
  at: Position,
  { pair, types }: { readonly pair: Pair; readonly types: string },
): void {
  const [from, to] = [typeOf(pair.legacy), typeOf(pair.candidate)];
  if (from !== to || (from !== 'object' && from !== 'array')) return;
  report(walk, at, { rule: 'schema-branch-changed', class: 'value', types }, pair);
}

/** `Cat` of `#/components/schemas/Cat`, and `oneOf/1` of a branch that has no name. */
function nameOf(place: string): string {
  return /(?:(?:one|any|all)Of\/)?[^/]*$/.exec(place)?.[0] ?? place;
}

/** The contract knows doubles only, which nearly all bodies are made of. */
function toPlain(value: unknown): unknown {
  return hasExact(value) ? withDoubles(value) : value;
}

function hasExact(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || value instanceof Bytes) return false;
  return value instanceof ExactNumber || Object.values(value).some(hasExact);
}

export function withDoubles(value: unknown): unknown {
  if (value instanceof ExactNumber) return Number(value.text);
  if (Array.isArray(value)) return value.map(withDoubles);
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, withDoubles(each)]));
}
