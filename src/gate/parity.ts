import {
  formatCount,
  formatShare,
  type GatePolicy,
  type GateReason,
  type OperationEvidence,
  type Outcome,
  type UncomparedReason,
} from '../core/index.ts';
import { type Counts, PASS_AT } from './e-process.ts';
import { describeMissing, type Judgement, judgeShare, type Question } from './judge.ts';

/**
 * The outcomes that say whether the two sides agree; HEAD has no body to agree in. `drift` is a race between the two reads and says nothing about
 * either side; errors are the errors gate's.
 */
const TRIALS: readonly Outcome[] = ['equal', 'equivalent', 'accepted', 'noise', 'different', 'flaky'];
/** `flaky` counts against: a candidate that is wrong now and then is wrong. */
const BAD: readonly Outcome[] = ['different', 'flaky'];

/** Not compared for what the bodies themselves are, so that leaving them out would not be fair to chance. */
const UNREAD: readonly UncomparedReason[] = ['body-too-large', 'budget', 'undecodable'];

const CODES = {
  pass: 'PARITY_WITHIN_LIMIT',
  fail: 'MISMATCH_ABOVE_LIMIT',
  inconclusive: 'INSUFFICIENT_PAIRS',
} as const;

/** The pairs that say whether the sides agree, and those among them that do not. */
export function pairsOf(evidence: OperationEvidence): Counts {
  return { k: sumOf(evidence, BAD), n: sumOf(evidence, TRIALS) - evidence.bodyless };
}

export function judgeParity(evidence: OperationEvidence, policy: GatePolicy): GateReason {
  const counts = pairsOf(evidence);
  const unread = UNREAD.reduce((sum, reason) => sum + evidence.uncompared[reason], 0);
  const judgement = judgeShare({
    counts,
    // What could not be read may differ: a pass has to hold even if all of it does.
    passCounts: { k: counts.k + unread, n: counts.n + unread },
    limit: policy.parity.limit,
    ...(evidence.forgiven > 0 && halfOf(policy.parity.limit)),
    perSecond: evidence.pairsPerSecond,
  });
  return {
    ...judgement,
    gate: 'parity',
    operationId: evidence.operationId,
    group: evidence.group,
    code: judgement.n === 0 ? 'NO_EVIDENCE' : CODES[judgement.state],
    message: `${evidence.operationId}: ${judgement.n === 0 ? describeNothing(evidence) : describe(judgement)}`,
  };
}

/** The other half of the limit, and of the error, is spent on what the probes forgave (noise.ts). */
function halfOf(limit: number): Pick<Question, 'passLimit' | 'passAt'> {
  return { passLimit: limit / 2, passAt: PASS_AT * 2 };
}

function sumOf(evidence: OperationEvidence, outcomes: readonly Outcome[]): number {
  return outcomes.reduce((sum, outcome) => sum + evidence.outcomes[outcome], 0);
}

function describe(judgement: Judgement): string {
  const { k, n, limit, state } = judgement;
  const seen = `${formatCount(k)} of ${formatCount(n)} pairs differ (${formatShare(k / n)}, limit ${formatShare(limit)})`;
  return state === 'inconclusive' ? `${seen}; ${describeMissing(judgement, 'pairs without a difference')}` : seen;
}

/** Says which reason kept the requests from being compared, so that the reader knows what to change. */
function describeNothing(evidence: OperationEvidence): string {
  const reasons = Object.entries(evidence.uncompared)
    .filter(([, requests]) => requests > 0)
    .sort(([, one], [, other]) => other - one)
    .map(([reason, requests]) => `${reason} ${formatCount(requests)}`);
  const why = reasons.length > 0 ? ` (not compared: ${reasons.join(', ')})` : '';
  return `no pair was compared in ${formatCount(evidence.eligible)} requests${why}`;
}
