import type {
  BackendRequest,
  Finding,
  Issued,
  LikelyBody,
  Observation,
  Outcome,
  Reply,
  SeenBreach,
  Side,
  SideObservation,
  SideResult,
  UncomparedReason,
} from '../core/index.ts';

import type { Aliases } from './aliases.ts';

/** What the comparison says of a pair. */
export interface ShadowJudgement {
  readonly outcome: Outcome;
  readonly findings: readonly Finding[];
  readonly conformance?: Readonly<Partial<Record<Side, SideObservation['conformance']>>> | undefined;
  readonly breaches?: readonly SeenBreach[] | undefined;
  /** Ids of the points of the contract that the pair shows and agrees in, without those that were told lately. */
  readonly covered?: readonly string[] | undefined;
  /** What each side issued in the same place, in clear. */
  readonly issued?: readonly Issued[];
  /** A second read of both sides could tell a lasting difference from a passing one. */
  readonly confirmable: boolean;
}

/** What is said of a pair that is identical. */
export type Checked = Pick<ShadowJudgement, 'conformance' | 'breaches' | 'covered'>;

export type Judged = ShadowJudgement | { readonly uncompared: UncomparedReason };

export interface SidePair<Value> {
  readonly legacy: Value;
  readonly candidate: Value;
}

/** What is being compared. */
export interface Subject {
  readonly operationId: string;
  readonly method: string;
}

/** The lane's ports, filled in by the composition root. */
export interface ShadowPorts {
  /**
   * Asks one side over the lane's own connections. Never rejects. What is out of all proportion to a likely body that is
   * a measure is not read to its end (`BODY_OUT_OF_PROPORTION`). Without a promise where the result is known unasked.
   */
  readonly send: (side: Side, request: BackendRequest, likely?: LikelyBody) => Promise<SideResult> | SideResult;
  /** Whether a request would find a connection, as far as that can be told before it is made. */
  readonly hasRoom: (side: Side, request: BackendRequest) => boolean;
  /** As of a lane. */
  readonly liveSteps: () => number;
  readonly nextTurn: (onTurn: () => void) => void;
  /** Judges a pair in which a side failed; undefined when both answered. */
  readonly judgeFailure: (operationId: string, results: SidePair<SideResult>) => ShadowJudgement | undefined;
  /** Judges a pair of which exactly one side could not be read whole. */
  readonly judgeUnreadable: (operationId: string, unreadable: Side) => ShadowJudgement | undefined;
  readonly isIdentical: (operationId: string, pair: SidePair<Reply>) => boolean;
  /** Of a sample of identical pairs what the contract says to them; undefined when this one is not in it. */
  readonly checkSample: (subject: Subject, pair: SidePair<Reply>) => Promise<Checked> | undefined;
  /** Never reject. */
  readonly compare: (subject: Subject, pair: SidePair<Reply>) => Promise<Judged>;
  readonly confirm: (
    subject: Subject,
    served: Side,
    reads: readonly [SidePair<Reply>, SidePair<Reply>],
  ) => Promise<Judged>;
  /** Every difference between two replies, without examples; undefined where they could not be compared. Never rejects. */
  readonly findingsOf: (subject: Subject, pair: SidePair<Reply>) => Promise<readonly Finding[] | undefined>;
  /** Why a side's result counts as an error; undefined when it is usable. */
  readonly failureOf: (result: SideResult) => string | undefined;
  /** HEAD to an operation that is declared for another method. */
  readonly isBodyless: (operationId: string, method: string) => boolean;
  readonly shownTarget: (operationId: string, target: string) => string;
  /** Undefined where there is no time for it. */
  readonly featuresOf: (request: BackendRequest, served: Side) => readonly string[] | undefined;
  readonly record: (observation: Observation) => void;
  /** Whether the budget allows one more second read. */
  readonly mayConfirm: () => boolean;
  /** Whether legacy is to be asked twice for this exchange; drawn anew for each. */
  readonly mayProbe: () => boolean;
  readonly aliases: Aliases;
  readonly delay: (ms: number) => Promise<void>;
  /** Told of every fault of the lane itself; must not throw. */
  readonly onFault: (error: unknown) => void;
}
