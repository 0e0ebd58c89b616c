import type { FeatureCounts } from './features.ts';
import type { FindingClass, RuleId } from './finding.ts';
import type { Outcome, Side } from './outcome.ts';

/** One redacted example of a cause. */
export interface Exemplar {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly operationId: string;
  readonly method: string;
  readonly target: string;
  readonly served: Side;
  readonly statuses: { readonly legacy: number | null; readonly candidate: number | null };
  /** JSON pointer into the bodies, or `header:<name>`. */
  readonly pointer: string;
  readonly legacy: unknown;
  readonly candidate: unknown;
}

/** All findings that share a cause. */
export interface Cluster {
  readonly id: string;
  readonly rule: RuleId;
  readonly class: FindingClass;
  readonly place: string;
  readonly types: string;
  /** Exchanges that showed it, by the outcome they fell into. */
  readonly outcomes: Readonly<Partial<Record<Outcome, number>>>;
  readonly exchanges: number;
  readonly findings: number;
  /** Exchanges by operation. */
  readonly operations: Readonly<Record<string, number>>;
  readonly fingerprints: readonly string[];
  /** Every change that explains all of its findings, such as `× 100`; none when there is no such. */
  readonly transforms?: readonly string[];
  /** The same for two clusters that were seen in the very same exchanges; a sum of random numbers of 32 bits. */
  readonly exchangeSet?: number;
  /** What the requests had that showed it; none in what an earlier version stored. */
  readonly features?: FeatureCounts;
  readonly firstSeenMs: number;
  readonly lastSeenMs: number;
  /** At most 5. */
  readonly exemplars: readonly Exemplar[];
}

export const MAX_EXEMPLARS = 5;
