import type { Location } from './errors.ts';
import type { FindingClass } from './finding.ts';

/** A reviewed, expiring decision that a difference is intended. */
export interface Acceptance {
  readonly operation: string;
  /** Which difference of that operation; undefined for any change of a value at `pointer`. */
  readonly fingerprint: string | undefined;
  /** Only there: a pointer template such as `/prices/*`; undefined for all places of the fingerprint. */
  readonly pointer: string | undefined;
  readonly owner: string;
  readonly reason: string;
  readonly ticket: string | undefined;
  /** Milliseconds since the epoch: the end of its last day, UTC. */
  readonly expiresMs: number;
  /** The share of the operation's compared exchanges, 0..1, that may show it; undefined for all of them. */
  readonly ceiling: number | undefined;
  /** Digest of the contract that it was made for. */
  readonly contract: string;
  /** Where it is written. */
  readonly at: Location | undefined;
}

/** The last day on which it holds, UTC: `2027-03-31`. */
export function lastDayOf({ expiresMs }: Pick<Acceptance, 'expiresMs'>): string {
  return new Date(expiresMs - 1).toISOString().slice(0, 10);
}

/** One kind of difference at one place: what is accepted or not. */
export interface DifferenceKind {
  readonly fingerprint: string;
  /** A pointer template; undefined in what an earlier version stored. */
  readonly pointer: string | undefined;
}

/** Exchanges of one operation that were different, and whose findings beyond the cosmetic are of exactly these kinds. */
export interface DifferenceSet {
  /** Ascending. */
  readonly kinds: readonly DifferenceKind[];
  /** Of the worst of them. */
  readonly class: FindingClass;
  /** They answered HEAD, and had no body to differ in. */
  readonly bodyless: boolean;
  readonly exchanges: number;
}
