import { formatCount, formatShare, type GatePolicy, type GateReason, type OperationEvidence } from '../core/index.ts';
import { clopperPearson } from './clopper-pearson.ts';
import { describeMissing, type Judgement, judgeShare } from './judge.ts';

const CODES = {
  pass: 'ERRORS_WITHIN_LIMIT',
  fail: 'ERRORS_ABOVE_LIMIT',
  inconclusive: 'INSUFFICIENT_REQUESTS',
} as const;

/**
 * Of the requests that both sides were asked, those that only the candidate failed. What both fail is the request's
 * doing, or the network's, and says nothing about the candidate.
 */
export function judgeErrors(evidence: OperationEvidence, policy: GatePolicy): GateReason {
  const judgement = judgeShare({
    counts: { k: evidence.onlyCandidateFailed, n: evidence.paired },
    ...limitsOf(evidence, policy),
    perSecond: evidence.pairsPerSecond,
  });
  const hasTrials = judgement.n > 0;
  return {
    ...judgement,
    gate: 'errors',
    operationId: evidence.operationId,
    group: evidence.group,
    code: hasTrials ? CODES[judgement.state] : 'NO_EVIDENCE',
    message: `${evidence.operationId}: ${hasTrials ? describe(judgement) : 'no request was sent to both sides'}`,
  };
}

/**
 * `margin` times legacy's share, and at least the floor: a legacy without errors would make the limit 0, which no
 * number of good requests could ever pass.
 *
 * Legacy's share is itself an estimate, and three failures in five requests are no licence to fail. So a pass has to
 * stay below what legacy's share is at least, while a failure is measured against what was seen.
 */
function limitsOf(evidence: OperationEvidence, policy: GatePolicy): { limit: number; passLimit: number } {
  const { margin, floor } = policy.errors;
  const legacy = { k: evidence.onlyLegacyFailed, n: Math.max(evidence.paired, evidence.onlyLegacyFailed) };
  const seen = legacy.n > 0 ? legacy.k / legacy.n : 0;
  const atLeast = clopperPearson(legacy)?.[0] ?? 0;
  return { limit: Math.min(1, Math.max(floor, margin * seen)), passLimit: Math.max(floor, margin * atLeast) };
}

function describe(judgement: Judgement): string {
  const { k, n, limit, state } = judgement;
  const seen = `only the candidate failed ${formatCount(k)} of ${formatCount(n)} requests sent to both sides`;
  const against = `${seen} (${formatShare(k / n)}, limit ${formatShare(limit)})`;
  return state === 'inconclusive' ? `${against}; ${describeMissing(judgement, 'requests without one')}` : against;
}
