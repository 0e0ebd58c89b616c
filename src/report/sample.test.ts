// Made-up inputs of a report for the tests of this room. The name keeps it out of the package.
import {
  type Cluster,
  type Distribution,
  FINDING_CLASSES,
  type GateReason,
  type OperationEvidence,
  OUTCOMES,
  type Outcome,
  UNCOMPARED_REASONS,
  type UncomparedReason,
} from '../core/index.ts';
import type { ReportInputs } from './create.ts';

const NOON = Date.UTC(2026, 6, 31, 12);

export function distribution(values: readonly number[]): Distribution {
  const sorted = values.toSorted((one, other) => one - other);
  return {
    n: sorted.length,
    quantileMs: (q) => sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)] ?? Number.NaN,
    countAbove: (limitMs) => sorted.filter((value) => value > limitMs).length,
  };
}

export function spread(n: number, fromMs: number, toMs: number): Distribution {
  return distribution(Array.from({ length: n }, (_, index) => fromMs + ((toMs - fromMs) * index) / n));
}

export interface Seen {
  readonly outcomes?: Partial<Record<Outcome, number>>;
  readonly uncompared?: Partial<Record<UncomparedReason, number>>;
  readonly inFlight?: number;
}

export function operation(operationId: string, seen: Seen, rest: Partial<OperationEvidence> = {}): OperationEvidence {
  const uncompared = { ...zeros(UNCOMPARED_REASONS), ...seen.uncompared };
  const outcomes = { ...zeros(OUTCOMES), ...seen.outcomes, uncompared: sum(uncompared) };
  const side = { requests: 0, errors: 0, conforms: 0, violates: 0, latency: distribution([]) };
  return {
    operationId,
    group: undefined,
    eligible: sum(outcomes) + (seen.inFlight ?? 0),
    outcomes,
    uncompared,
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
    paired: sum(outcomes) - outcomes.uncompared,
    baseline: distribution([]),
    judged: distribution([]),
    pairsPerSecond: 0,
    served: { legacy: sum(outcomes), candidate: 0 },
    fallbacks: 0,
    ...rest,
  };
}

export function reason(operationId: string, rest: Partial<GateReason> = {}): GateReason {
  return {
    gate: 'parity',
    operationId,
    group: 'trades',
    state: 'pass',
    code: 'PARITY_WITHIN_LIMIT',
    value: 0,
    limit: 0.01,
    k: 0,
    n: 1200,
    interval: [0, 0.0031],
    needed: null,
    etaSeconds: null,
    message: `${operationId}: 0 of 1,200 pairs differ (0 %, limit 1 %)`,
    ...rest,
  };
}

export function cluster(id: string, rest: Partial<Cluster> = {}): Cluster {
  return {
    id,
    rule: 'property-type-changed',
    class: 'breaking',
    place: '#/components/schemas/Trade/properties/id',
    types: 'integer→string',
    outcomes: { different: 40 },
    exchanges: 40,
    findings: 40,
    operations: { getTrade: 40 },
    fingerprints: ['00000000deadbeef'],
    firstSeenMs: NOON,
    lastSeenMs: NOON + 60_000,
    exemplars: [
      {
        at: NOON + 1000,
        operationId: 'getTrade',
        method: 'GET',
        target: '/trades/7?view=full',
        served: 'legacy',
        statuses: { legacy: 200, candidate: 200 },
        pointer: '/id',
        legacy: { id: 7, symbol: 'ACME', legs: [{ side: 'buy', price: '10.10' }] },
        candidate: { id: '7', symbol: 'ACME', legs: [{ side: 'buy', price: '10.11' }], note: 'new' },
      },
    ],
    ...rest,
  };
}

/** A candidate with one operation that fails, one that is undecided, one that passes and one that is exempt. */
export function sampleInputs(rest: Partial<ReportInputs> = {}): ReportInputs {
  const operations = sampleOperations();
  return {
    evidence: {
      binding: { contract: '3f9c2a10be77d001', rules: '1', build: 'orders-2.4.0-rc3' },
      fromMs: NOON,
      toMs: NOON + 3_600_000,
      operations,
    },
    verdict: { verdict: 'fail', summary: 'A gate fails on 1 of 3 operations: getTrade.', reasons: sampleReasons() },
    noise: [],
    breaches: [
      {
        keyword: 'type',
        place: '#/components/schemas/Trade/properties/symbol',
        found: 'null',
        legacy: 0,
        candidate: 0,
        both: 12,
        operations: { getTrade: 12 },
        patch: [{ target: "$['components']", update: { x: ['a'] } }],
      },
    ],
    coverage: [
      {
        operationId: 'getTrade',
        points: [
          { id: '1', kind: 'status', place: '#/paths/~1trades~1{id}/get/responses/200' },
          { id: '2', kind: 'status', place: '#/paths/~1trades~1{id}/get/responses/404' },
          { id: '3', kind: 'absent', place: '#/components/schemas/Trade/properties/note' },
        ],
        covered: ['1'],
      },
    ],
    clusters: [
      cluster('C-additive01', {
        rule: 'optional-property-added',
        class: 'additive',
        place: '#/components/schemas/Trade/properties/note',
        types: 'absent→string',
        exchanges: 900,
        exemplars: [],
      }),
      cluster('C-breaking01'),
      cluster('C-header01', {
        rule: 'response-header-missing',
        class: 'breaking',
        place: '#/paths/~1trades/get/responses/200/headers/ETag',
        types: 'string→absent',
        exchanges: 3,
        operations: { listTrades: 3 },
      }),
    ],
    acceptances: [
      {
        operationId: 'getTrade',
        fingerprint: '00000000deadbeef',
        pointer: '/id',
        cluster: 'C-breaking01',
        owner: 'ada',
        reason: 'ids are opaque',
        ticket: 'TRADE-7',
        expires: '2027-01-31',
        ceiling: 0.05,
        state: 'live',
        shown: 42,
        accepted: 2,
        compared: 1203,
      },
    ],
    operations: [
      { id: 'listTrades', method: 'GET', path: '/trades', group: 'trades' },
      { id: 'getTrade', method: 'GET', path: '/trades/{tradeId}', group: 'trades' },
      { id: 'createTrade', method: 'POST', path: '/trades', group: 'trades' },
      { id: 'getHealth', method: 'GET', path: '/health' },
      { id: 'deleteTrade', method: 'DELETE', path: '/trades/{tradeId}', group: 'trades' },
    ],
    marks: [{ at: NOON + 60_000, group: 'trades', from: 0, to: 10, who: 'ada', reason: 'first step' }],
    groups: [
      { name: 'trades', flag: 'migrate.trades', weight: 10, operations: ['listTrades', 'getTrade', 'createTrade'] },
    ],
    generatedAtMs: NOON + 3_700_000,
    version: '0.1.0',
    lineOf: (place) => (place.includes('schemas') ? 212 : undefined),
    contractFile: 'openapi/gateway.yaml',
    rendered: new Map([['C-breaking01', [' {\n-  id: 7\n+  id: "7"\n }']]]),
    warnings: [],
    ...rest,
  };
}

function sampleOperations(): readonly OperationEvidence[] {
  const sides = (legacy: Distribution, candidate: Distribution) => ({
    legacy: { requests: legacy.n, errors: 0, conforms: legacy.n, violates: 0, latency: legacy },
    candidate: { requests: candidate.n, errors: 3, conforms: candidate.n - 43, violates: 40, latency: candidate },
  });
  return [
    operation(
      'listTrades',
      { outcomes: { equal: 200, equivalent: 30, noise: 4, drift: 2, different: 3 }, inFlight: 1 },
      { group: 'trades', ...sides(spread(240, 4, 22), spread(239, 3, 18)), served: { legacy: 216, candidate: 24 } },
    ),
    operation(
      'getTrade',
      {
        outcomes: { equal: 1100, equivalent: 60, accepted: 2, flaky: 1, different: 40, 'candidate-error': 3 },
        uncompared: { 'shadow-dropped': 12, 'body-too-large': 2 },
      },
      { group: 'trades', ...sides(spread(1220, 2, 14), spread(1206, 2, 31)), fallbacks: 1 },
    ),
    operation('createTrade', { uncompared: { 'unsafe-method': 320 } }, { group: 'trades' }),
    operation('getHealth', { outcomes: { equal: 1200 } }, sides(spread(1200, 1, 2), spread(1200, 1, 2))),
    operation('unmatched', { uncompared: { 'not-in-contract': 9 } }),
  ];
}

function sampleReasons(): readonly GateReason[] {
  return [
    reason('getHealth', { group: undefined }),
    reason('createTrade', {
      state: 'exempt',
      code: 'EXEMPT',
      value: null,
      n: 0,
      interval: null,
      message: 'createTrade: exempt: covered by the contract suite',
    }),
    reason('listTrades', {
      state: 'inconclusive',
      code: 'INSUFFICIENT_PAIRS',
      value: 3 / 237,
      k: 3,
      n: 237,
      interval: [0.0026, 0.0366],
      needed: 851,
      etaSeconds: 12_765,
      message:
        'listTrades: 3 of 237 pairs differ (1.27 %, limit 1 %); at least 851 more pairs without a difference are needed, about 4 hours at the current rate',
    }),
    reason('getTrade', {
      state: 'fail',
      code: 'MISMATCH_ABOVE_LIMIT',
      value: 41 / 1203,
      k: 41,
      n: 1203,
      interval: [0.0246, 0.046],
      message: 'getTrade: 41 of 1,203 pairs differ (3.41 %, limit 1 %)',
    }),
    reason('getTrade', {
      gate: 'latency',
      state: 'fail',
      code: 'LATENCY_ABOVE_LIMIT',
      value: 0.06,
      k: 54,
      n: 900,
      interval: [0.0454, 0.0776],
      latency: { quantile: 0.99, baselineMs: 14, boundMs: 21.8, candidateMs: 30.7 },
      message:
        "getTrade: 54 of 900 requests are above the p99 bound of 21.8 ms (6 %, limit 1 %); legacy's was 14 ms, allowed are 20 % and 5 ms more",
    }),
  ];
}

function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((total, count) => total + count, 0);
}

/** The keys are exactly `names`, which is what the record type asks for. */
function zeros<Name extends string>(names: readonly Name[]): Record<Name, number> {
  return Object.fromEntries(names.map((name) => [name, 0])) as Record<Name, number>;
}
