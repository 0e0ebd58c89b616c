// The gate on what is accepted: an acceptance is a debt with a date, and not a way to stop looking.
import {
  type Acceptance,
  formatCount,
  formatShare,
  type GatePolicy,
  type GateReason,
  lastDayOf,
  type OperationEvidence,
} from '../core/index.ts';
import type { AcceptanceUse } from './acceptances.ts';
import { describeMissing, judgeShare } from './judge.ts';
import { neededToPass } from './needed.ts';
import { pairsOf } from './parity.ts';

type Reason = Pick<GateReason, 'state' | 'code' | 'value' | 'limit' | 'k' | 'n' | 'message'> & Partial<GateReason>;

/** One reason for each acceptance of the operation that is not as it should be, or has a ceiling; and one for all of them. */
export function judgeAccepted(
  { id, group }: { readonly id: string; readonly group?: string | undefined },
  operation: OperationEvidence | undefined,
  policy: GatePolicy,
  uses: readonly AcceptanceUse[],
): readonly GateReason[] {
  const own = uses.filter(({ acceptance }) => acceptance.operation === id);
  const reasons = [
    ...own.flatMap((use) => judgeUse(use, policy) ?? []),
    ...(operation && own.length > 0 ? [judgeBudget(operation, policy)] : []),
  ];
  return reasons.map((reason) => ({
    gate: 'accepted',
    operationId: id,
    group,
    interval: null,
    needed: null,
    etaSeconds: null,
    ...reason,
    message: `${id}: ${reason.message}`,
  }));
}

function judgeUse(use: AcceptanceUse, policy: GatePolicy): Reason | undefined {
  const { acceptance, state, shown, compared } = use;
  const seen = { value: compared > 0 ? shown / compared : null, limit: null, k: shown, n: compared };
  const fail = (code: GateReason['code'], why: string): Reason => ({
    ...seen,
    state: 'fail',
    code,
    message: `${nameOf(acceptance)} ${why}`,
  });
  if (state === 'expired')
    return fail('ACCEPTANCE_EXPIRED', `expired on ${lastDayOf(acceptance)}: renew it, or take it out`);
  if (state === 'stale')
    return fail('ACCEPTANCE_STALE', 'was made for another contract: look at the difference again and renew it');
  if (state === 'too-broad')
    return fail('ACCEPTANCE_TOO_BROAD', 'accepts what nobody took apart or can look at: give it a ceiling');
  if (isUnused(use, policy))
    return fail('ACCEPTANCE_UNUSED', `was met by none of ${formatCount(compared)} pairs: take it out`);
  return acceptance.ceiling === undefined ? undefined : judgeCeiling(use, acceptance.ceiling);
}

/** As many pairs as pass the gate on parity are enough to know that it is not needed. */
function isUnused({ shown, compared }: AcceptanceUse, { parity }: GatePolicy): boolean {
  const enough = neededToPass({ k: 0, n: 0 }, parity.limit);
  return shown === 0 && enough !== null && compared >= enough;
}

const CEILING = {
  pass: 'ACCEPTANCE_WITHIN_CEILING',
  fail: 'ACCEPTANCE_ABOVE_CEILING',
  inconclusive: 'INSUFFICIENT_PAIRS',
} as const;

function judgeCeiling({ acceptance, shown, compared }: AcceptanceUse, ceiling: number): Reason {
  const judgement = judgeShare({ counts: { k: shown, n: compared }, limit: ceiling, perSecond: 0 });
  const seen = `${nameOf(acceptance)} is shown by ${formatCount(shown)} of ${formatCount(compared)} pairs (ceiling ${formatShare(ceiling)})`;
  const missing = judgement.state === 'inconclusive' ? `; ${describeMissing(judgement, 'pairs without it')}` : '';
  return { ...judgement, code: CEILING[judgement.state], message: `${seen}${missing}` };
}

function judgeBudget(operation: OperationEvidence, { accepted: policy }: GatePolicy): Reason {
  const { n } = pairsOf(operation);
  const k = operation.outcomes.accepted;
  // An own property only: an operation may be called `constructor`.
  const own = Object.hasOwn(policy.operations, operation.operationId)
    ? policy.operations[operation.operationId]
    : undefined;
  const limit = own ?? policy.budget;
  const value = n > 0 ? Math.min(1, k / n) : null;
  const isOver = (value ?? 0) > limit;
  const message = `${formatCount(k)} of ${formatCount(n)} pairs agree only by acceptance (budget ${formatShare(limit)})`;
  return {
    state: isOver ? 'fail' : 'pass',
    code: isOver ? 'ACCEPTED_ABOVE_BUDGET' : 'ACCEPTED_WITHIN_BUDGET',
    value,
    limit,
    k,
    n,
    message,
  };
}

function nameOf({ fingerprint, pointer, at }: Acceptance): string {
  const line = at?.line === undefined ? '' : ` (line ${at.line})`;
  const what = [fingerprint, pointer === undefined ? undefined : JSON.stringify(pointer)].filter(Boolean).join(' at ');
  return `the acceptance of ${what}${line}`;
}
