import {
  formatCount,
  formatMs,
  formatShare,
  type GatePolicy,
  type GateReason,
  type LatencyLimit,
  type OperationEvidence,
} from '../core/index.ts';
import { describeMissing, type Judgement, judgeShare, secondsUntil } from './judge.ts';
import { minimalSample, neededToPass } from './needed.ts';

const CODES = {
  pass: 'LATENCY_WITHIN_LIMIT',
  fail: 'LATENCY_ABOVE_LIMIT',
  inconclusive: 'INSUFFICIENT_REQUESTS',
} as const;

/**
 * "The candidate's p99 is below the bound" asked as a share: at most 1 percent of its requests may be above it. That
 * needs no estimate of the candidate's quantile, and the same counters and test as parity.
 */
export function judgeLatency(evidence: OperationEvidence, limit: LatencyLimit): GateReason {
  const baselineMs = baselineOf(evidence, limit);
  if (limit.over !== undefined && baselineMs === null) return withoutBaseline(evidence, limit);
  const boundMs = boundOf(limit, baselineMs);
  const judgement = judgeShare({
    counts: { k: evidence.judged.countAbove(boundMs), n: evidence.judged.n },
    limit: shareAbove(limit),
    perSecond: evidence.pairsPerSecond,
  });
  return {
    ...judgement,
    ...identityOf(evidence),
    code: CODES[judgement.state],
    latency: { ...latencyOf(evidence, limit), baselineMs, boundMs },
    message: `${evidence.operationId}: ${describe(judgement, limit, boundMs)}${describeBound(limit, baselineMs)}`,
  };
}

/** How many of legacy's requests have to freeze its latency, so that the highest relative bound of a policy exists. */
export function baselineRequestsOf({ latency }: Pick<GatePolicy, 'latency'>): number {
  const relative = latency.filter(({ over }) => over !== undefined);
  return Math.max(0, ...relative.map(({ quantile }) => minimalSample(quantile)));
}

/** The share of requests that may be above the bound; rounded, because 1 - 0.99 is not 0.01. */
export function shareAbove(limit: LatencyLimit): number {
  return Number((1 - limit.quantile).toFixed(9));
}

/** `p99`, `p99.9` */
export function nameQuantile(quantile: number): string {
  return `p${Number((quantile * 100).toFixed(6))}`;
}

/** Legacy's frozen quantile; null while its sample does not carry it. */
function baselineOf({ baseline }: OperationEvidence, { quantile }: LatencyLimit): number | null {
  if (!(baseline.n >= minimalSample(quantile))) return null;
  const ms = baseline.quantileMs(quantile);
  return Number.isFinite(ms) ? ms : null;
}

function boundOf(limit: LatencyLimit, baselineMs: number | null): number {
  const { maxMs, over } = limit;
  const relative =
    over && baselineMs !== null ? baselineMs * (1 + over.ratio) + over.slackMs : Number.POSITIVE_INFINITY;
  return Math.min(maxMs ?? Number.POSITIVE_INFINITY, relative);
}

function identityOf({ operationId, group }: OperationEvidence): Pick<GateReason, 'gate' | 'operationId' | 'group'> {
  return { gate: 'latency', operationId, group };
}

function latencyOf({ judged }: OperationEvidence, { quantile }: LatencyLimit) {
  const ms = judged.n >= minimalSample(quantile) ? judged.quantileMs(quantile) : null;
  return { quantile, candidateMs: ms !== null && Number.isFinite(ms) ? ms : null };
}

function withoutBaseline(evidence: OperationEvidence, limit: LatencyLimit): GateReason {
  const [has, wants] = [evidence.baseline.n, minimalSample(limit.quantile)];
  const judging = neededToPass({ k: 0, n: 0 }, shareAbove(limit));
  const needed = judging === null ? null : Math.max(0, wants - has) + judging;
  const name = nameQuantile(limit.quantile);
  return {
    ...identityOf(evidence),
    state: 'inconclusive',
    code: 'LATENCY_BASELINE_TOO_SMALL',
    value: null,
    limit: shareAbove(limit),
    k: 0,
    n: 0,
    interval: null,
    needed,
    etaSeconds: secondsUntil(needed, evidence.pairsPerSecond),
    latency: { ...latencyOf(evidence, limit), baselineMs: null, boundMs: limit.maxMs ?? null },
    message: `${evidence.operationId}: legacy's ${name} needs ${formatCount(wants)} requests and has ${formatCount(has)}`,
  };
}

function describe(judgement: Judgement, limit: LatencyLimit, boundMs: number): string {
  const bound = `the ${nameQuantile(limit.quantile)} bound of ${formatMs(boundMs)}`;
  const missing = describeMissing(judgement, 'requests within it');
  if (judgement.n === 0) return `no candidate request was measured against ${bound}; ${missing}`;
  const share = `${formatShare(judgement.k / judgement.n)}, limit ${formatShare(judgement.limit)}`;
  const seen = `${formatCount(judgement.k)} of ${formatCount(judgement.n)} requests are above ${bound} (${share})`;
  return judgement.state === 'inconclusive' ? `${seen}; ${missing}` : seen;
}

/** Where a relative bound comes from. */
function describeBound({ over }: LatencyLimit, baselineMs: number | null): string {
  if (over === undefined || baselineMs === null) return '';
  const slack = over.slackMs > 0 ? ` and ${formatMs(over.slackMs)}` : '';
  return `; legacy's was ${formatMs(baselineMs)}, allowed are ${formatShare(over.ratio)}${slack} more`;
}
