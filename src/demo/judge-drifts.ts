// Holds what was planted against what was reported. Pure: the demo prints what this says.
import type { Cluster, GateName, GateReason, Outcome } from '../core/index.ts';
import { DRIFTS, type Drift, type Expectation } from './drifts.ts';

/** What a report said. */
export interface Found {
  readonly clusters: readonly (Pick<Cluster, 'id' | 'class' | 'place' | 'types' | 'outcomes' | 'exchanges'> & {
    readonly rule: string;
  })[];
  readonly gates: readonly Pick<GateReason, 'gate' | 'operationId' | 'state' | 'message'>[];
}

/** One expectation of one drift, and what became of it. */
export interface DriftResult {
  readonly drift: string;
  readonly title: string;
  readonly expected: string;
  readonly found: string;
  readonly ok: boolean;
}

export interface DriftVerdict {
  readonly results: readonly DriftResult[];
  /** What was reported and not planted. */
  readonly falseAlarms: readonly string[];
  readonly ok: boolean;
}

export function judgeDrifts(found: Found, drifts: readonly Drift[] = DRIFTS): DriftVerdict {
  const results = drifts.flatMap((drift) => drift.expected.map((expected) => judgeOne(drift, expected, found)));
  const falseAlarms = [...unexpectedClusters(found, drifts), ...unexpectedGates(found, drifts)];
  return { results, falseAlarms, ok: falseAlarms.length === 0 && results.every(({ ok }) => ok) };
}

function judgeOne({ id, title }: Drift, expected: Expectation, found: Found): DriftResult {
  const common = { drift: id, title, expected: describe(expected) };
  if (expected.kind === 'gate') {
    const gates = found.gates.filter(
      ({ gate, operationId }) => gate === expected.gate && operationId === expected.operationId,
    );
    const states = gates.map(({ state }) => `gate ${expected.gate} ${state}`).join(', ');
    return { ...common, found: states || 'nothing', ok: gates.some(({ state }) => state === 'fail') };
  }
  const cluster = found.clusters.find((each) => isCause(expected, each));
  if (!cluster) return { ...common, found: 'nothing', ok: false };
  const outcomes = Object.entries(cluster.outcomes).map(([outcome, count]) => `${count} ${outcome}`);
  const ok = cluster.class === expected.class && Object.keys(cluster.outcomes).join() === expected.outcome;
  return { ...common, found: `${outcomes.join(', ')}, ${cluster.class}, ${cluster.rule}`, ok };
}

function describe(expected: Expectation): string {
  return expected.kind === 'gate'
    ? `gate ${expected.gate} fail`
    : `${expected.outcome}, ${expected.class}, ${expected.rule}`;
}

function isCause(expected: Expectation, cluster: Found['clusters'][number]): boolean {
  return (
    expected.kind === 'cluster' &&
    expected.rule === cluster.rule &&
    expected.place === cluster.place &&
    expected.types === cluster.types
  );
}

function unexpectedClusters({ clusters }: Found, drifts: readonly Drift[]): readonly string[] {
  const planted = drifts.flatMap(({ expected }) => expected);
  const strange = clusters.filter((cluster) => !planted.some((expected) => isCause(expected, cluster)));
  return strange.map(
    ({ id, rule, place, types, exchanges }) => `cause ${id}: ${rule} at ${place} (${types}), ${exchanges} exchanges`,
  );
}

/** A gate may fail on an operation for what was planted there, and for nothing else. */
function unexpectedGates({ gates }: Found, drifts: readonly Drift[]): readonly string[] {
  const failed = gates.filter(({ state }) => state === 'fail');
  return failed
    .filter((gate) => !drifts.some((drift) => explains(drift, gate)))
    .map(({ gate, message }) => `gate ${gate}: ${message}`);
}

const OUTCOME_OF_GATE: Readonly<Partial<Record<GateName, Outcome>>> = {
  parity: 'different',
  errors: 'candidate-error',
};

function explains({ operations, expected }: Drift, { gate, operationId }: Found['gates'][number]): boolean {
  return expected.some((each) =>
    each.kind === 'gate'
      ? each.gate === gate && each.operationId === operationId
      : each.outcome === OUTCOME_OF_GATE[gate] && operations.includes(operationId),
  );
}
