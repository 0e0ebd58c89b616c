import type { Cluster, Evidence, GateReason, Verdict } from '../core/index.ts';
import { type BreachInput, listBreaches } from './breaches.ts';
import { listClusters } from './clusters.ts';
import { isoTime } from './counts.ts';
import { type CoverageInput, listCoverage } from './coverage.ts';
import { type AcceptanceEntry, FORMAT_VERSION, type GateEntry, type ReportDocument } from './document.ts';
import { listNoise, type NoiseInput } from './noise.ts';
import { listNotCompared } from './not-compared.ts';
import { copyInterval, listOperations, type OperationInfo } from './operations.ts';
import { contradictionsIn, judgedOf, sumTotals } from './totals.ts';
import { compareGates } from './worst.ts';

/** A change of a weight, on the time line of the evidence. */
export interface WeightMark {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly group: string;
  /** Percent. */
  readonly from: number | null;
  readonly to: number;
  readonly who: string;
  readonly reason?: string | undefined;
}

export interface ReportInputs {
  readonly evidence: Evidence;
  readonly verdict: Verdict;
  readonly clusters: readonly Cluster[];
  /** Those that were applied to the evidence. */
  readonly acceptances: readonly AcceptanceEntry[];
  readonly breaches: readonly BreachInput[];
  readonly noise: readonly NoiseInput[];
  /** Of each operation of the contract. */
  readonly coverage: readonly CoverageInput[];
  /** All operations of the contract. */
  readonly operations: readonly OperationInfo[];
  readonly marks: readonly WeightMark[];
  readonly groups: ReportDocument['groups'];
  readonly generatedAtMs: number;
  /** Of the tool. */
  readonly version: string;
  /** The line of a place in the contract, from 1. */
  readonly lineOf: (place: string) => number | undefined;
  readonly contractFile: string;
  /** By cluster, the difference of each exemplar as text. */
  readonly rendered: ReadonlyMap<string, readonly (string | null)[]>;
  readonly warnings: readonly string[];
  readonly status?: ReportDocument['status'];
}

/** Puts everything a reader has to know into one document. */
export function createReport(inputs: ReportInputs): ReportDocument {
  const { evidence, verdict, status } = inputs;
  const totals = sumTotals(evidence);
  const judged = judgedOf(totals.outcomes);
  return {
    formatVersion: FORMAT_VERSION,
    tool: { name: 'paritygate', version: inputs.version },
    generatedAt: isoTime(inputs.generatedAtMs),
    verdict: { verdict: verdict.verdict, summary: verdict.summary },
    contractFile: inputs.contractFile,
    evidence: { binding: evidence.binding, from: timeOrNull(evidence.fromMs), to: timeOrNull(evidence.toMs) },
    ...(status && { status }),
    warnings: [...inputs.warnings, ...contradictionsIn(evidence)],
    gates: verdict.reasons.map(gateEntryOf).sort(compareGates),
    totals,
    notCompared: listNotCompared(evidence),
    neverSeen: neverSeenOf(inputs),
    exempt: exemptIn(verdict.reasons),
    acceptances: inputs.acceptances,
    noise: [...listNoise(inputs.noise, inputs.lineOf)],
    breaches: listBreaches(inputs.breaches, inputs.lineOf),
    coverage: listCoverage(requestedIn(inputs), inputs.lineOf),
    operations: listOperations(evidence, inputs.operations, verdict.reasons),
    clusters: listClusters(inputs.clusters, { ...inputs, judged }),
    groups: inputs.groups,
    marks: inputs.marks.map((mark) => ({ ...mark, at: isoTime(mark.at), kind: 'weight', reason: mark.reason ?? null })),
  };
}

/** Evidence without requests has no time: both ends are 0. */
function timeOrNull(ms: number): string | null {
  return ms > 0 ? isoTime(ms) : null;
}

function gateEntryOf(reason: GateReason): GateEntry {
  return { ...reason, interval: copyInterval(reason.interval) };
}

/** Of what was never requested it is said once that it was not. */
function requestedIn(inputs: ReportInputs): readonly CoverageInput[] {
  const never = new Set(neverSeenOf(inputs));
  return inputs.coverage.filter(({ operationId }) => !never.has(operationId));
}

function neverSeenOf({ evidence, operations }: ReportInputs): readonly string[] {
  const seen = new Set(
    evidence.operations.filter(({ eligible }) => eligible > 0).map(({ operationId }) => operationId),
  );
  return operations.filter(({ id }) => !seen.has(id)).map(({ id }) => id);
}

/** One line for each operation, whatever the number of gates it is exempt from. */
function exemptIn(reasons: readonly GateReason[]): ReportDocument['exempt'] {
  const exempt = reasons.filter((reason) => reason.state === 'exempt');
  const byOperation = new Map(exempt.map((reason) => [reason.operationId, reason.message]));
  return [...byOperation].map(([operationId, why]) => ({
    operationId,
    why: why.replace(`${operationId}: exempt: `, ''),
  }));
}
