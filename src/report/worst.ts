import type { GateReason } from '../core/index.ts';
import type { GateEntry } from './document.ts';

type State = GateReason['state'];

const ORDER: readonly (State | null)[] = ['fail', 'inconclusive', 'pass', 'exempt', null];

/** Fail first: what a reader has to act on comes before what is well. */
export function compareStates(one: State | null, other: State | null): number {
  return ORDER.indexOf(one) - ORDER.indexOf(other);
}

export function worstState(states: readonly State[]): State | null {
  return states.toSorted(compareStates)[0] ?? null;
}

/** By state, then by how far the value is over its limit, then by what is still missing. */
export function compareGates(one: GateEntry, other: GateEntry): number {
  return (
    compareStates(one.state, other.state) ||
    excessOf(other) - excessOf(one) ||
    (other.needed ?? 0) - (one.needed ?? 0) ||
    one.operationId.localeCompare(other.operationId, 'en')
  );
}

function excessOf({ value, limit }: GateEntry): number {
  return value === null || limit === null || limit <= 0 ? 0 : value / limit;
}
