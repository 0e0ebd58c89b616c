import type { DifferenceSet } from './acceptance.ts';
import type { FeatureCounts } from './features.ts';
import type { FindingClass } from './finding.ts';
import type { Outcome, UncomparedReason } from './outcome.ts';
import type { ProbeCounts } from './probe.ts';

/** Latencies folded into a mergeable sketch with 1 percent relative error. Values are milliseconds. */
export interface Distribution {
  readonly n: number;
  /** The value at `q` in 0..1; NaN when empty. */
  quantileMs(q: number): number;
  /** How many values are above `limitMs`. */
  countAbove(limitMs: number): number;
}

/** What the evidence was made with. Change one and it starts again. */
export interface EvidenceBinding {
  /** Digest of the contract. */
  readonly contract: string;
  /** Version of the comparison rules. */
  readonly rules: string;
  /** The candidate's build, from `candidateBuild` of the config; `unknown` when not given. */
  readonly build: string;
}

export interface SideEvidence {
  /** Requests sent to this side for this operation, live or shadow. */
  readonly requests: number;
  /** Of these, how many got no usable response: transport, timeout or 5xx. */
  readonly errors: number;
  readonly conforms: number;
  readonly violates: number;
  readonly latency: Distribution;
}

/** The counts about one operation. */
export interface OperationEvidence {
  readonly operationId: string;
  readonly group: string | undefined;
  /** Requests that arrived for it; the outcomes sum to this once none is in flight. */
  readonly eligible: number;
  readonly outcomes: Readonly<Record<Outcome, number>>;
  readonly uncompared: Readonly<Record<UncomparedReason, number>>;
  /** Exchanges with outcome `different`, by the class of their worst finding. */
  readonly classes: Readonly<Record<FindingClass, number>>;
  /** Exchanges with outcome `different`, by the set of their findings. Some may be in none, where there were too many sets. */
  readonly differences: readonly DifferenceSet[];
  /** What requests had in a sample of the pairs that agreed. */
  readonly features: FeatureCounts;
  /** The cluster of each fingerprint in one of these sets. */
  readonly clusterOf: Readonly<Record<string, string>>;
  /** What legacy disagreed with itself about, where it was asked twice. */
  readonly probed: ProbeCounts;
  /** Exchanges that are `noise` by the probes, and not by having been read again; 0 until they were applied. */
  readonly forgiven: number;
  readonly legacy: SideEvidence;
  readonly candidate: SideEvidence;
  /** Of the matching exchanges, those that answered HEAD: they had no body to differ in, and speak for none. */
  readonly bodyless: number;
  /** Exchanges in which only that side failed. */
  readonly onlyLegacyFailed: number;
  readonly onlyCandidateFailed: number;
  /** Exchanges in which both sides were asked, and at least one of them gave a usable response. */
  readonly paired: number;
  /**
   * Latency is judged against a frozen bound: `baseline` holds legacy's first windows until they carry the quantile,
   * `judged` the candidate's requests of later windows.
   */
  readonly baseline: Distribution;
  readonly judged: Distribution;
  /** Compared exchanges per second over the evidence; 0 when unknown. */
  readonly pairsPerSecond: number;
  readonly served: { readonly legacy: number; readonly candidate: number };
  readonly fallbacks: number;
}

/** The counts a verdict rests on. */
export interface Evidence {
  readonly binding: EvidenceBinding;
  /** Milliseconds since the epoch; both 0 when there is no evidence. */
  readonly fromMs: number;
  readonly toMs: number;
  readonly operations: readonly OperationEvidence[];
}
