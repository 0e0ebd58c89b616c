import type { Evidence, EvidenceBinding, OperationEvidence } from '../core/index.ts';
import { listDifferences } from './difference-sets.ts';
import { addEncoded, createDistribution, createSketch, type LatencySketch } from './latency-sketch.ts';
import { addCounts, createCounts, type OperationCounts } from './operation-counts.ts';
import { closeProbes } from './probe-tally.ts';
import type { OperationRecord } from './window.ts';

/**
 * Requests that carry legacy's p99: below them an upper bound of it does not exist (0.99^n > 0.05). A policy that bounds
 * a higher quantile relative to legacy's needs more, and asks for them.
 */
export const BASELINE_REQUESTS = 299;

interface OperationTotals {
  group: string | undefined;
  readonly counts: OperationCounts;
  readonly legacy: LatencySketch;
  readonly candidate: LatencySketch;
  readonly baseline: LatencySketch;
  readonly judged: LatencySketch;
}

/** Folds windows, given in the order of their time, into the counts that a verdict rests on. */
export function createEvidenceFold(baselineRequests = BASELINE_REQUESTS): {
  add(operation: OperationRecord): void;
  finish(binding: EvidenceBinding, span: Pick<Evidence, 'fromMs' | 'toMs'>): Evidence;
} {
  const totals = new Map<string, OperationTotals>();

  function totalsOf(operationId: string): OperationTotals {
    const known = totals.get(operationId);
    if (known !== undefined) return known;
    const created = createTotals();
    totals.set(operationId, created);
    return created;
  }

  return {
    add: (operation) => addOperation(totalsOf(operation.operationId), operation, baselineRequests),
    finish: (binding, { fromMs, toMs }) => ({
      binding,
      fromMs,
      toMs,
      operations: [...totals]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([operationId, total]) => finishOperation(operationId, total, (toMs - fromMs) / 1000)),
    }),
  };
}

function createTotals(): OperationTotals {
  return {
    group: undefined,
    counts: createCounts(),
    legacy: createSketch(),
    candidate: createSketch(),
    baseline: createSketch(),
    judged: createSketch(),
  };
}

function addOperation(total: OperationTotals, operation: OperationRecord, baselineRequests: number): void {
  total.group = operation.group ?? total.group;
  addCounts(total.counts, operation.counts);
  addEncoded(total.legacy, operation.legacyLatency);
  addEncoded(total.candidate, operation.candidateLatency);
  // The bound is frozen before the first request that it judges, so a slow candidate cannot move it.
  if (total.baseline.count < baselineRequests) addEncoded(total.baseline, operation.legacyLatency);
  else addEncoded(total.judged, operation.candidateLatency);
}

function finishOperation(operationId: string, total: OperationTotals, seconds: number): OperationEvidence {
  const { counts } = total;
  const ended = Object.values(counts.outcomes).reduce((sum, count) => sum + count, 0);
  return {
    ...counts,
    differences: listDifferences(counts.differences),
    probed: closeProbes(counts.probed),
    forgiven: 0,
    clusterOf: counts.differences.clusters,
    operationId,
    group: total.group,
    legacy: { ...counts.legacy, latency: createDistribution(total.legacy) },
    candidate: { ...counts.candidate, latency: createDistribution(total.candidate) },
    baseline: createDistribution(total.baseline),
    judged: createDistribution(total.judged),
    pairsPerSecond: seconds > 0 ? (ended - counts.outcomes.uncompared) / seconds : 0,
  };
}
