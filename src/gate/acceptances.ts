// Acceptances are applied when the evidence is read and not when it is made: one that is added, expires or is taken back
// counts at once, also for what was seen before. Decision 0022.
import {
  type Acceptance,
  type DifferenceKind,
  type DifferenceSet,
  type Evidence,
  type OperationEvidence,
  type RuleId,
  VALUE_RULES,
} from '../core/index.ts';
import type { NoisePlace } from './noise.ts';
import { pairsOf } from './parity.ts';

export type AcceptanceState = 'live' | 'expired' | 'stale' | 'too-broad';

/** An acceptance, and what it did to the evidence. */
export interface AcceptanceUse {
  readonly acceptance: Acceptance;
  /** Only a live one accepts. */
  readonly state: AcceptanceState;
  /** Exchanges that showed its difference, whatever else they showed. */
  readonly shown: number;
  /** Of these, those in which nothing stood that is not accepted. */
  readonly accepted: number;
  /** Pairs of the operation that were compared. */
  readonly compared: number;
}

export interface AcceptanceContext {
  readonly nowMs: number;
  /** The rule of a cluster; undefined where it is not kept. */
  readonly ruleOf: (cluster: string) => RuleId | undefined;
  /** Places at which legacy disagrees with itself, by the probes; none without it. */
  readonly noise?: readonly NoisePlace[];
}

export interface Accepted {
  /** The same, with what is accepted or noise moved from `different` to `accepted` and `noise`. */
  readonly evidence: Evidence;
  /** In the order of the acceptances. */
  readonly uses: readonly AcceptanceUse[];
}

export function applyAcceptances(
  evidence: Evidence,
  acceptances: readonly Acceptance[],
  context: AcceptanceContext,
): Accepted {
  const seen = new Map(evidence.operations.map((operation) => [operation.operationId, operation]));
  const judged = acceptances.map((acceptance) => ({
    acceptance,
    // Made for another contract the same place may mean another thing.
    state:
      acceptance.contract === evidence.binding.contract
        ? stateOf(acceptance, seen.get(acceptance.operation), context)
        : ('stale' as const),
  }));
  const live = judged.filter(({ state }) => state === 'live').map(({ acceptance }) => acceptance);
  const forgiven = new Set((context.noise ?? []).filter(({ state }) => state === 'forgiven').map(placeKey));
  const outcomeOf: OutcomeOf = ({ kinds }, operation) => {
    const own = live.filter((acceptance) => acceptance.operation === operation.operationId);
    const counting = kinds.filter((kind) => !forgiven.has(placeKey({ ...kind, operationId: operation.operationId })));
    if (counting.length === 0) return 'noise';
    const isAccepted = (kind: DifferenceKind): boolean =>
      own.some((acceptance) => isAbout(acceptance, kind, operation, context));
    return counting.every(isAccepted) ? 'accepted' : 'different';
  };
  return {
    evidence: { ...evidence, operations: evidence.operations.map((operation) => agree(operation, outcomeOf)) },
    uses: judged.map(({ acceptance, state }) => ({
      acceptance,
      state,
      ...countUse(acceptance, seen.get(acceptance.operation), { outcomeOf, context }),
    })),
  };
}

function placeKey({ operationId, fingerprint, pointer }: DifferenceKind & { readonly operationId: string }): string {
  return JSON.stringify([operationId, fingerprint, pointer]);
}

/** Whether it is this kind of difference that an acceptance of the operation is about. */
export function isAbout(
  { fingerprint, pointer }: Pick<Acceptance, 'fingerprint' | 'pointer'>,
  kind: DifferenceKind,
  { clusterOf }: Pick<OperationEvidence, 'clusterOf'>,
  { ruleOf }: Pick<AcceptanceContext, 'ruleOf'>,
): boolean {
  if (pointer !== undefined && pointer !== kind.pointer) return false;
  if (fingerprint !== undefined) return fingerprint === kind.fingerprint;
  // By the place alone a value is accepted, and never a presence, a type or a length.
  const rule = ruleOf(clusterOf[kind.fingerprint] ?? '');
  return rule !== undefined && VALUE_RULES.has(rule);
}

function stateOf(
  { expiresMs, fingerprint, ceiling }: Acceptance,
  operation: OperationEvidence | undefined,
  { nowMs, ruleOf }: AcceptanceContext,
): AcceptanceState {
  if (nowMs >= expiresMs) return 'expired';
  const cluster = fingerprint === undefined ? undefined : operation?.clusterOf[fingerprint];
  if (cluster === undefined || ceiling !== undefined) return 'live';
  const rule = ruleOf(cluster);
  return rule === undefined || UNREAD.has(rule) ? 'too-broad' : 'live';
}

/** What was not taken apart hides all that it may hold; beside another status or media type no body is. */
const UNREAD: ReadonlySet<RuleId> = new Set([
  'response-status-changed',
  'response-media-type-changed',
  'response-body-changed',
  'response-body-malformed',
  'response-body-not-json',
  'response-body-unreadable',
]);

/** What the exchanges of a set count as. */
type OutcomeOf = (set: DifferenceSet, operation: OperationEvidence) => 'different' | 'accepted' | 'noise';

function agree(operation: OperationEvidence, outcomeOf: OutcomeOf): OperationEvidence {
  return operation.differences.reduce<OperationEvidence>((moved, set) => {
    const outcome = outcomeOf(set, operation);
    return outcome === 'different' ? moved : move(moved, set, outcome);
  }, operation);
}

function move(operation: OperationEvidence, set: DifferenceSet, outcome: 'accepted' | 'noise'): OperationEvidence {
  const { outcomes, classes } = operation;
  const { exchanges } = set;
  return {
    ...operation,
    outcomes: {
      ...outcomes,
      different: outcomes.different - exchanges,
      [outcome]: outcomes[outcome] + exchanges,
    },
    classes: { ...classes, [set.class]: classes[set.class] - exchanges },
    // It agrees now, and without a body it speaks for none.
    bodyless: operation.bodyless + (set.bodyless ? exchanges : 0),
    forgiven: operation.forgiven + (outcome === 'noise' ? exchanges : 0),
    differences: operation.differences.filter((other) => other !== set),
  };
}

function countUse(
  acceptance: Acceptance,
  operation: OperationEvidence | undefined,
  { outcomeOf, context }: { readonly outcomeOf: OutcomeOf; readonly context: AcceptanceContext },
): Pick<AcceptanceUse, 'shown' | 'accepted' | 'compared'> {
  if (!operation) return { shown: 0, accepted: 0, compared: 0 };
  const sets = operation.differences.filter(({ kinds }) =>
    kinds.some((kind) => isAbout(acceptance, kind, operation, context)),
  );
  const sum = (some: readonly DifferenceSet[]): number => some.reduce((all, { exchanges }) => all + exchanges, 0);
  return {
    shown: sum(sets),
    accepted: sum(sets.filter((set) => outcomeOf(set, operation) === 'accepted')),
    compared: pairsOf(operation).n,
  };
}
