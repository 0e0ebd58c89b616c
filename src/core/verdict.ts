export type VerdictKind = 'pass' | 'fail' | 'inconclusive';

export const GATE_NAMES = ['parity', 'errors', 'latency', 'accepted'] as const;

export type GateName = (typeof GATE_NAMES)[number];

/** Stable codes that scripts may match on. */
export type ReasonCode =
  | 'PARITY_WITHIN_LIMIT'
  | 'MISMATCH_ABOVE_LIMIT'
  | 'INSUFFICIENT_PAIRS'
  | 'NO_EVIDENCE'
  | 'EXEMPT'
  | 'ERRORS_WITHIN_LIMIT'
  | 'ERRORS_ABOVE_LIMIT'
  | 'LATENCY_WITHIN_LIMIT'
  | 'LATENCY_ABOVE_LIMIT'
  | 'LATENCY_BASELINE_TOO_SMALL'
  | 'INSUFFICIENT_REQUESTS'
  | 'ACCEPTANCE_EXPIRED'
  | 'ACCEPTANCE_STALE'
  | 'ACCEPTANCE_TOO_BROAD'
  | 'ACCEPTANCE_UNUSED'
  | 'ACCEPTANCE_WITHIN_CEILING'
  | 'ACCEPTANCE_ABOVE_CEILING'
  | 'ACCEPTED_WITHIN_BUDGET'
  | 'ACCEPTED_ABOVE_BUDGET';

/** One gate on one operation, with the numbers it was decided by. */
export interface GateReason {
  readonly gate: GateName;
  readonly operationId: string;
  readonly group: string | undefined;
  readonly state: VerdictKind | 'exempt';
  readonly code: ReasonCode;
  /** The observed share, 0..1: mismatches of pairs, errors of requests, requests above the latency bound, or pairs accepted. */
  readonly value: number | null;
  /** The limit on that share, 0..1. */
  readonly limit: number | null;
  /** Bad events and trials behind `value`. */
  readonly k: number;
  readonly n: number;
  /** Two-sided 95 percent Clopper-Pearson interval of the share; for people, not for the decision. */
  readonly interval: readonly [number, number] | null;
  /** Further good pairs or requests needed to pass; null when none or when it cannot pass. */
  readonly needed: number | null;
  /** Seconds until then at the observed rate; null when unknown. */
  readonly etaSeconds: number | null;
  /** For latency: the quantile judged, legacy's frozen value and the bound, in milliseconds. */
  readonly latency?: {
    readonly quantile: number;
    readonly baselineMs: number | null;
    readonly boundMs: number | null;
    readonly candidateMs: number | null;
  };
  /** One sentence with value against limit. */
  readonly message: string;
}

export interface Verdict {
  readonly verdict: VerdictKind;
  readonly summary: string;
  readonly reasons: readonly GateReason[];
}

/** A quantile's bound: absolute, relative to legacy's frozen quantile, or both (the lower one holds). */
export interface LatencyLimit {
  /** 0..1, such as 0.99. */
  readonly quantile: number;
  readonly maxMs?: number | undefined;
  readonly over?: { readonly ratio: number; readonly slackMs: number } | undefined;
}

export interface GatePolicy {
  /** Share of mismatching pairs, 0..1, that a pass excludes. */
  readonly parity: { readonly limit: number };
  /** Candidate errors may be `margin` times legacy's share, and never less than `floor` is demanded. */
  readonly errors: { readonly margin: number; readonly floor: number };
  readonly latency: readonly LatencyLimit[];
  /** Share of an operation's pairs, 0..1, that may agree only by acceptance; for some operations another one. */
  readonly accepted: { readonly budget: number; readonly operations: Readonly<Record<string, number>> };
  /** Operation id → why it is not judged. */
  readonly exempt: Readonly<Record<string, string>>;
}
