import type { Evidence, GatePolicy, GateReason, OperationEvidence, Verdict } from '../core/index.ts';
import type { AcceptanceUse } from './acceptances.ts';
import { judgeAccepted } from './accepted.ts';
import { judgeErrors } from './errors.ts';
import { judgeLatency, shareAbove } from './latency.ts';
import { neededToPass } from './needed.ts';
import { judgeParity } from './parity.ts';
import { conclude } from './summary.ts';

/** Every operation that has to pass, whether or not anything was seen of it. */
export interface GateScope {
  readonly operations: readonly { readonly id: string; readonly group?: string | undefined }[];
}

/**
 * Judges every operation in scope by every gate. Nothing is averaged over operations, and an operation without
 * evidence is a reason not to pass: silence never passes. `uses`: of the acceptances that were applied to the evidence.
 */
export function evaluateGate(
  evidence: Evidence,
  policy: GatePolicy,
  scope: GateScope,
  uses: readonly AcceptanceUse[] = [],
): Verdict {
  const seen = new Map(evidence.operations.map((operation) => [operation.operationId, operation]));
  return conclude(
    scope.operations.flatMap(({ id, group }) => {
      const operation = seen.get(id);
      const reasons = [
        ...(operation ? judge(operation, policy) : withoutEvidence({ id, group }, policy)),
        ...judgeAccepted({ id, group }, operation, policy, uses),
      ];
      // An own property only: an operation may be called `constructor`.
      const why = Object.hasOwn(policy.exempt, id) ? policy.exempt[id] : undefined;
      return why === undefined ? reasons : reasons.map((reason) => exempted(reason, why));
    }),
  );
}

function judge(operation: OperationEvidence, policy: GatePolicy): readonly GateReason[] {
  const latency = policy.latency.map((limit) => judgeLatency(operation, limit));
  return [judgeParity(operation, policy), judgeErrors(operation, policy), ...latency];
}

function withoutEvidence(operation: GateScope['operations'][number], policy: GatePolicy): readonly GateReason[] {
  const nothing = {
    operationId: operation.id,
    group: operation.group,
    state: 'inconclusive',
    code: 'NO_EVIDENCE',
    value: null,
    k: 0,
    n: 0,
    interval: null,
    etaSeconds: null,
    message: `${operation.id}: no request was seen`,
  } as const;
  const missing = (limit: number) => ({ limit, needed: neededToPass({ k: 0, n: 0 }, limit) });
  return [
    { ...nothing, gate: 'parity', ...missing(policy.parity.limit) },
    { ...nothing, gate: 'errors', ...missing(policy.errors.floor) },
    ...policy.latency.map(
      (limit): GateReason => ({
        ...nothing,
        gate: 'latency',
        ...missing(shareAbove(limit)),
        latency: { quantile: limit.quantile, baselineMs: null, boundMs: limit.maxMs ?? null, candidateMs: null },
      }),
    ),
  ];
}

/** Keeps the numbers: an exempt operation is not judged, and not hidden either. */
function exempted(reason: GateReason, why: string): GateReason {
  const message = `${reason.operationId}: exempt: ${why}`;
  return { ...reason, state: 'exempt', code: 'EXEMPT', needed: null, etaSeconds: null, message };
}
