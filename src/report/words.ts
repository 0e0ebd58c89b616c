import { type FindingClass, formatCount, formatMs, formatShare, type Outcome } from '../core/index.ts';
import type { AcceptanceEntry, ClusterEntry, GateEntry, ReportDocument } from './document.ts';

/** What every rendering calls things, so that Markdown, HTML and JUnit read alike. */
export const STATE_WORDS: Readonly<Record<GateEntry['state'], { readonly mark: string; readonly word: string }>> = {
  fail: { mark: '✕', word: 'fail' },
  inconclusive: { mark: '?', word: 'inconclusive' },
  pass: { mark: '✓', word: 'pass' },
  exempt: { mark: '–', word: 'exempt' },
};

/** What a verdict means for the cutover, in one line. */
export const VERDICT_MEANING: Readonly<Record<ReportDocument['verdict']['verdict'], string>> = {
  pass: 'On this evidence every gate is passed.',
  fail: 'This candidate may not take more traffic.',
  inconclusive: 'Not enough was seen to decide. This is not a pass.',
};

export const OUTCOME_WORDS: Readonly<Record<Outcome, string>> = {
  equal: 'equal',
  equivalent: 'equivalent by the contract',
  accepted: 'accepted differences',
  noise: 'noise of legacy itself',
  drift: 'drift: agreed on the second read',
  flaky: 'flaky: disagreed with itself',
  different: 'different',
  'candidate-error': 'candidate failed',
  'legacy-error': 'legacy failed',
  uncompared: 'not compared',
};

export const CLASS_WORDS: Readonly<Record<FindingClass, string>> = {
  breaking: 'breaks clients that rely on the contract',
  inconclusive: 'could not be judged',
  undocumented: 'outside the contract',
  value: 'another value',
  additive: 'adds to the response',
  cosmetic: 'spelled differently',
};

export const BREACH_MEANING =
  'Each side against the contract, in the pairs that were checked. What the candidate alone does is a regression; where both do so alike the contract may be wrong, and contract.patch.yaml is an OpenAPI Overlay that would make it true.';

export const NOISE_MEANING =
  'Where legacy disagreed with itself when it was asked the same twice in the same moment. What the candidate is shown to do no more often there is noise; rules.draft.yaml is an OpenAPI Overlay that says so in the contract, for a person to confirm.';

export const COVERAGE_MEANING =
  'Statuses, optional properties, nulls, members of enums and branches that the contract tells apart, and whether a checked pair agreed in them. The verdict says nothing about what was not seen.';

export const ACCEPTANCE_WORDS: Readonly<Record<AcceptanceEntry['state'], string>> = {
  live: 'holds',
  expired: 'expired, does not hold',
  stale: 'made for another contract, does not hold',
  'too-broad': 'too broad without a ceiling, does not hold',
};

/** `40 of 47, ceiling 1 %`: what it accepts of what shows it. */
export function acceptedText({ accepted, shown, compared, ceiling }: AcceptanceEntry): string {
  const most = ceiling === null ? '' : `, ceiling ${formatShare(ceiling)} of ${formatCount(compared)}`;
  return shown === 0
    ? `nothing shows it in ${formatCount(compared)} pairs`
    : `${formatCount(accepted)} of ${formatCount(shown)}${most}`;
}

/** `parity`, `errors`, `latency p99` */
export function gateName({ gate, latency }: GateEntry): string {
  return latency ? `${gate} p${Number((latency.quantile * 100).toFixed(6))}` : gate;
}

/** `3.32 % (40 of 1,204)`, or that nothing was seen. */
export function observedText({ value, k, n }: Pick<GateEntry, 'value' | 'k' | 'n'>): string {
  return value === null || n === 0
    ? 'nothing (n = 0)'
    : `${formatShare(value)} (${formatCount(k)} of ${formatCount(n)})`;
}

export function limitText({ limit, latency }: GateEntry): string {
  const share = limit === null ? 'none' : formatShare(limit);
  return latency?.boundMs == null ? share : `${share} above ${formatMs(latency.boundMs)}`;
}

/** An empty list of causes is good news only where something was compared. */
export function noCauseText({ compared }: ReportDocument['totals']): string {
  return compared === 0 ? 'Nothing was compared, so no difference could be found.' : 'No difference was found.';
}

/** A quantile, or why there is none. */
export function quantileText(ms: number | null, minimum: number): string {
  return ms === null ? `n < ${minimum}` : formatMs(ms);
}

/** `openapi/gateway.yaml:212` where the line is known, else the place itself. */
export function contractLocation(cluster: Pick<ClusterEntry, 'line' | 'place'>, contractFile: string): string {
  return cluster.line === null ? cluster.place : `${contractFile}:${cluster.line}`;
}

/** `getTrade 12, listTrades 3`, the largest first. */
export function countsText(counts: Readonly<Record<string, number>>, most = 8): string {
  const sorted = Object.entries(counts).sort(([, one], [, other]) => other - one);
  const shown = sorted.slice(0, most).map(([name, count]) => `${name} ${formatCount(count)}`);
  const rest = sorted.length - shown.length;
  return shown.join(', ') + (rest > 0 ? ` and ${formatCount(rest)} more operations` : '');
}

/** `GET /trades/{tradeId}`, or that it is none of the contract. */
export function operationPlace(operation: { readonly method: string | null; readonly path: string | null }): string {
  return operation.method === null || operation.path === null
    ? 'not an operation of the contract'
    : `${operation.method} ${operation.path}`;
}
