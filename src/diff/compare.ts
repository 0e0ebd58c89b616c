// The conductor: two replies through one contract, from the status down to the last leaf of the body.
import type { Contract, DeclaredResponse, Operation } from '../contract/index.ts';
import type { Reply } from '../core/index.ts';
import { compareBodies } from './bodies.ts';
import { compareHeaders, sameHeaders } from './headers.ts';
import { contentTypeOf, essenceOf } from './media-type.ts';
import type { RawFinding } from './raw-finding.ts';
import { BudgetExceeded } from './walk-state.ts';

/** The same operation answered by both sides, bodies already decoded from their content encoding. */
export interface Pairing {
  readonly operation: Operation;
  readonly legacy: Reply;
  readonly candidate: Reply;
}

export type Comparison =
  | { readonly kind: 'compared'; readonly findings: readonly RawFinding[] }
  /** The pair was too large or too deep to judge; `bound` names which limit. */
  | { readonly kind: 'budget'; readonly bound: string };

/** True when both replies are byte for byte the same in all that counts. Cheap enough for every request. */
export function isIdentical(contract: Contract, { operation, legacy, candidate }: Pairing): boolean {
  if (legacy.status !== candidate.status || !sameBytes(legacy.body, candidate.body)) return false;
  return sameHeaders(legacy.headers, candidate.headers, () =>
    declaredHeaders(contract.response(operation, legacy.status, contentTypeOf(legacy))),
  );
}

/** Every difference between two replies. */
export function compareReplies(contract: Contract, pairing: Pairing): Comparison {
  try {
    return { kind: 'compared', findings: findAll(contract, pairing) };
  } catch (error) {
    if (error instanceof BudgetExceeded) return { kind: 'budget', bound: error.message };
    // The stack of this thread ended before the depth that is allowed.
    if (error instanceof RangeError) return { kind: 'budget', bound: 'depth' };
    throw error;
  }
}

function findAll(contract: Contract, pairing: Pairing): readonly RawFinding[] {
  const { operation, legacy, candidate } = pairing;
  if (legacy.status !== candidate.status) return [statusChanged(pairing)];
  const declared = contract.response(operation, legacy.status, contentTypeOf(legacy));
  const headers = compareHeaders(legacy.headers, candidate.headers, declaredHeaders(declared));
  // A body of another media type is another thing altogether: that it is one is the whole finding.
  if (essenceOf(contentTypeOf(legacy)) !== essenceOf(contentTypeOf(candidate)))
    return [...headers, mediaTypeChanged(pairing, declared)];
  return sameBytes(legacy.body, candidate.body) ? headers : [...headers, ...compareBodies(pairing, declared)];
}

function declaredHeaders(
  declared: DeclaredResponse,
): Extract<DeclaredResponse, { kind: 'declared' }>['headers'] | undefined {
  return declared.kind === 'undeclared-status' ? undefined : declared.headers;
}

function sameBytes(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && Buffer.compare(left, right) === 0;
}

function statusChanged({ operation, legacy, candidate }: Pairing): RawFinding {
  const view = {
    legacy: { status: legacy.status },
    candidate: { status: candidate.status },
    node: undefined,
    secret: false,
  };
  const types = `${legacy.status}→${candidate.status}`;
  return {
    rule: 'response-status-changed',
    class: 'breaking',
    place: `${operation.place}/responses`,
    types,
    at: '',
    view,
  };
}

function mediaTypeChanged({ legacy, candidate }: Pairing, declared: DeclaredResponse): RawFinding {
  const [from, to] = [contentTypeOf(legacy), contentTypeOf(candidate)];
  const view = { legacy: { 'content-type': from }, candidate: { 'content-type': to }, node: undefined, secret: false };
  const types = `${essenceOf(from) || 'none'}→${essenceOf(to) || 'none'}`;
  return {
    rule: 'response-media-type-changed',
    class: 'breaking',
    place: declared.place,
    types,
    at: 'header:content-type',
    view,
  };
}
