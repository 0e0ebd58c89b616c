// An A/A probe: legacy is asked the same twice, so that what it disagrees with itself about is known. Decision 0027.
import type { Finding, RuleId } from './finding.ts';

/** What an exchange showed for which legacy was asked twice. */
export interface ProbeObservation {
  /** The candidate against legacy's first reply, before anything is forgiven. */
  readonly candidate: readonly Finding[];
  /** Legacy's second reply against its first. */
  readonly legacy: readonly Finding[];
}

/** One kind of difference at one place, and in how many probes of the operation it was seen. */
export interface ProbedKind {
  readonly fingerprint: string;
  /** A pointer template. */
  readonly pointer: string;
  readonly rule: RuleId;
  readonly place: string;
  /** Probes in which the candidate differed from legacy, and legacy from itself. */
  readonly both: number;
  readonly candidateOnly: number;
  readonly legacyOnly: number;
}

/** The probes of one operation. */
export interface ProbeCounts {
  readonly probes: number;
  /** Differences for which there was no room among the kinds. */
  readonly unlisted: number;
  readonly kinds: readonly ProbedKind[];
}
