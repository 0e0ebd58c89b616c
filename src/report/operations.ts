import type { Distribution, Evidence, GateReason, OperationEvidence, SideEvidence } from '../core/index.ts';
import type { OperationEntry } from './document.ts';
import { inFlightOf } from './totals.ts';
import { compareStates, worstState } from './worst.ts';

/** An operation of the contract, as far as a report names it. */
export interface OperationInfo {
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly group?: string | undefined;
}

/** The smallest samples with a 95 percent upper bound for the quantile; below them a number would be an accident. */
export const QUANTILES = [
  { name: 'p50', q: 0.5, minimum: 5 },
  { name: 'p95', q: 0.95, minimum: 59 },
  { name: 'p99', q: 0.99, minimum: 299 },
] as const;

/** Every operation of which something was seen, worst first. */
export function listOperations(
  evidence: Evidence,
  contract: readonly OperationInfo[],
  reasons: readonly GateReason[],
): readonly OperationEntry[] {
  const declared = new Map(contract.map((operation) => [operation.id, operation]));
  const judged = Map.groupBy(reasons, (reason) => reason.operationId);
  return evidence.operations
    .map((operation) =>
      entryOf(operation, declared.get(operation.operationId), judged.get(operation.operationId) ?? []),
    )
    .sort(
      (one, other) =>
        compareStates(one.state, other.state) ||
        other.outcomes.different + other.outcomes.flaky - one.outcomes.different - one.outcomes.flaky ||
        other.eligible - one.eligible ||
        one.operationId.localeCompare(other.operationId, 'en'),
    );
}

function entryOf(
  operation: OperationEvidence,
  declared: OperationInfo | undefined,
  reasons: readonly GateReason[],
): OperationEntry {
  const { operationId, eligible, outcomes, uncompared, classes, served, fallbacks, legacy, candidate } = operation;
  const parity = reasons.find((reason) => reason.gate === 'parity');
  return {
    operationId,
    method: declared?.method ?? null,
    path: declared?.path ?? null,
    group: operation.group ?? declared?.group ?? null,
    state: worstState(reasons.map((reason) => reason.state)),
    eligible,
    inFlight: inFlightOf(operation),
    outcomes,
    uncompared,
    classes,
    served,
    fallbacks,
    parity: parity ? { k: parity.k, n: parity.n, interval: copyInterval(parity.interval) } : null,
    conformance: { legacy: conformanceOf(legacy), candidate: conformanceOf(candidate) },
    errors: {
      legacy: { requests: legacy.requests, errors: legacy.errors, onlyThisSide: operation.onlyLegacyFailed },
      candidate: {
        requests: candidate.requests,
        errors: candidate.errors,
        onlyThisSide: operation.onlyCandidateFailed,
      },
    },
    latency: { legacy: quantilesOf(legacy.latency), candidate: quantilesOf(candidate.latency) },
  };
}

function conformanceOf({ conforms, violates }: SideEvidence): OperationEntry['conformance']['legacy'] {
  return { conforms, violates };
}

function quantilesOf(latency: Distribution): OperationEntry['latency']['legacy'] {
  const [p50, p95, p99] = QUANTILES.map(({ q, minimum }) =>
    latency.n >= minimum ? finite(latency.quantileMs(q)) : null,
  );
  return { n: latency.n, p50: p50 ?? null, p95: p95 ?? null, p99: p99 ?? null };
}

/** JSON has no NaN. Microseconds are as fine as a request's time is known. */
function finite(ms: number): number | null {
  return Number.isFinite(ms) ? Number(ms.toFixed(3)) : null;
}

export function copyInterval(interval: GateReason['interval']): [number, number] | null {
  return interval && [interval[0], interval[1]];
}
