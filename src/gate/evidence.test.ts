// Made-up evidence for the tests of this room. The name keeps it out of the package.
import {
  type Distribution,
  type Evidence,
  FINDING_CLASSES,
  type GatePolicy,
  type OperationEvidence,
  OUTCOMES,
  type Outcome,
  UNCOMPARED_REASONS,
} from '../core/index.ts';

export function distribution(values: readonly number[]): Distribution {
  const sorted = values.toSorted((one, other) => one - other);
  return {
    n: sorted.length,
    quantileMs: (q) => sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)] ?? Number.NaN,
    countAbove: (limitMs) => sorted.filter((value) => value > limitMs).length,
  };
}

export function operation(
  operationId: string,
  outcomes: Partial<Record<Outcome, number>>,
  rest: Partial<OperationEvidence> = {},
): OperationEvidence {
  const whole = { ...zeros(OUTCOMES), ...outcomes };
  const side = { requests: 0, errors: 0, conforms: 0, violates: 0, latency: distribution([]) };
  const total = Object.values(whole).reduce((sum, count) => sum + count, 0);
  return {
    operationId,
    group: undefined,
    eligible: total,
    outcomes: whole,
    uncompared: zeros(UNCOMPARED_REASONS),
    classes: zeros(FINDING_CLASSES),
    differences: [],
    clusterOf: {},
    probed: { probes: 0, unlisted: 0, kinds: [] },
    forgiven: 0,
    features: { n: 0, seen: {} },
    legacy: side,
    candidate: side,
    bodyless: 0,
    onlyLegacyFailed: 0,
    onlyCandidateFailed: 0,
    paired: total - whole.uncompared,
    baseline: distribution([]),
    judged: distribution([]),
    pairsPerSecond: 0,
    served: { legacy: total, candidate: 0 },
    fallbacks: 0,
    ...rest,
  };
}

export function evidence(...operations: readonly OperationEvidence[]): Evidence {
  return { binding: { contract: 'c0ffee', rules: '1', build: 'b1' }, fromMs: 1, toMs: 2, operations };
}

export const POLICY: GatePolicy = {
  parity: { limit: 0.01 },
  errors: { margin: 1.2, floor: 0.01 },
  latency: [],
  accepted: { budget: 0.2, operations: {} },
  exempt: {},
};

/** The keys of a record come from its own list of names, which is what the record type asks for. */
function zeros<Name extends string>(names: readonly Name[]): Record<Name, number> {
  return Object.fromEntries(names.map((name) => [name, 0])) as Record<Name, number>;
}
