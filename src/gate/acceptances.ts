// Acceptances are applied when the evidence is read and not when it is made: one that is added, expires or is taken back
// counts at once, also for what was seen before. Decision 0022.
import type { Acceptance, DifferenceSet, Evidence, OperationEvidence, RuleId } from '../core/index.ts';
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
}

export interface Accepted {
  /** The same, with what is accepted moved from `different` to `accepted`. */
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
  const live = new Set(judged.flatMap(({ acceptance, state }) => (state === 'live' ? [keyOf(acceptance)] : [])));
  return {
    evidence: { ...evidence, operations: evidence.operations.map((operation) => accept(operation, live)) },
    uses: judged.map(({ acceptance, state }) => ({
      acceptance,
      state,
      ...countUse(acceptance, seen.get(acceptance.operation), live),
    })),
  };
}

/** A fingerprint says its operation too; both are asked for, so that the file can be read by people. */
function keyOf({ operation, fingerprint }: Pick<Acceptance, 'operation' | 'fingerprint'>): string {
  return `${fingerprint} ${operation}`;
}

function stateOf(
  { expiresMs, fingerprint, ceiling }: Acceptance,
  operation: OperationEvidence | undefined,
  { nowMs, ruleOf }: AcceptanceContext,
): AcceptanceState {
  if (nowMs >= expiresMs) return 'expired';
  const cluster = operation?.clusterOf[fingerprint];
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

function accept(operation: OperationEvidence, live: ReadonlySet<string>): OperationEvidence {
  return operation.differences
    .filter((set) => isAccepted(set, operation.operationId, live))
    .reduce<OperationEvidence>(move, operation);
}

function isAccepted({ fingerprints }: DifferenceSet, operation: string, live: ReadonlySet<string>): boolean {
  return fingerprints.every((fingerprint) => live.has(keyOf({ operation, fingerprint })));
}

function move(operation: OperationEvidence, set: DifferenceSet): OperationEvidence {
  const { outcomes, classes } = operation;
  const { exchanges } = set;
  return {
    ...operation,
    outcomes: {
      ...outcomes,
      different: outcomes.different - exchanges,
      accepted: outcomes.accepted + exchanges,
    },
    classes: { ...classes, [set.class]: classes[set.class] - exchanges },
    // It agrees now, and without a body it speaks for none.
    bodyless: operation.bodyless + (set.bodyless ? exchanges : 0),
    differences: operation.differences.filter((other) => other !== set),
  };
}

function countUse(
  { fingerprint }: Acceptance,
  operation: OperationEvidence | undefined,
  live: ReadonlySet<string>,
): Pick<AcceptanceUse, 'shown' | 'accepted' | 'compared'> {
  if (!operation) return { shown: 0, accepted: 0, compared: 0 };
  const sets = operation.differences.filter(({ fingerprints }) => fingerprints.includes(fingerprint));
  const sum = (some: readonly DifferenceSet[]): number => some.reduce((all, { exchanges }) => all + exchanges, 0);
  return {
    shown: sum(sets),
    accepted: sum(sets.filter((set) => isAccepted(set, operation.operationId, live))),
    compared: pairsOf(operation).n,
  };
}
