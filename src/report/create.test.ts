import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createReport } from './create.ts';
import { reportSchema } from './document.ts';
import { cluster, distribution, operation, reason, sampleInputs } from './sample.test.ts';

const report = createReport(sampleInputs());

test('outcomes and what is in flight sum to the eligible requests, in the totals and for each operation', () => {
  for (const { eligible, inFlight, outcomes } of [report.totals, ...report.operations]) {
    const all = Object.values(outcomes).reduce((sum, count) => sum + count, inFlight);
    assert.equal(all, eligible);
  }
  assert.deepEqual([report.totals.eligible, report.totals.inFlight, report.totals.compared], [2989, 1, 2642]);
});

test('uncompared requests are all under a reason, the largest first, with a sentence and their operations', () => {
  assert.deepEqual(
    report.notCompared.map((each) => [each.reason, each.requests, each.operations]),
    [
      ['unsafe-method', 320, { createTrade: 320 }],
      ['shadow-dropped', 12, { getTrade: 12 }],
      ['not-in-contract', 9, { unmatched: 9 }],
      ['body-too-large', 2, { getTrade: 2 }],
    ],
  );
  assert.ok(report.notCompared.every(({ why }) => /^[A-Z].*\.$/.test(why)));
});

test('operations of the contract that nobody asked for, and exempt ones, are named', () => {
  assert.deepEqual(report.neverSeen, ['deleteTrade']);
  assert.deepEqual(report.exempt, [{ operationId: 'createTrade', why: 'covered by the contract suite' }]);
});

test('gates are ordered fail, inconclusive, pass, exempt, and the furthest over its limit first', () => {
  assert.deepEqual(
    report.gates.map(({ state, gate, operationId }) => `${state} ${gate} ${operationId}`),
    [
      'fail latency getTrade',
      'fail parity getTrade',
      'inconclusive parity listTrades',
      'pass parity getHealth',
      'exempt parity createTrade',
    ],
  );
});

test('operations are ordered by the worst state of their gates, those not judged last', () => {
  assert.deepEqual(
    report.operations.map(({ operationId, state }) => [operationId, state]),
    [
      ['getTrade', 'fail'],
      ['listTrades', 'inconclusive'],
      ['getHealth', 'pass'],
      ['createTrade', 'exempt'],
      ['unmatched', null],
    ],
  );
});

test('causes are ordered by class, then by how many exchanges showed them', () => {
  assert.deepEqual(
    report.clusters.map(({ id }) => id),
    ['C-breaking01', 'C-header01', 'C-additive01'],
  );
});

test('a cause has a title in words, its line in the contract and its share of the traffic', () => {
  const [first, second] = report.clusters;
  assert.equal(first?.title, 'Trade.id: the JSON type differs (integer on legacy, string on candidate)');
  assert.deepEqual([first?.line, first?.traffic], [212, { k: 40, n: 2645 }]);
  assert.deepEqual([second?.title, second?.line], ['GET /trades 200 header ETag: a header is missing', null]);
});

test('a rule that this version does not know is named by its id', () => {
  // As a store written by a later version would hold it.
  const unknown = { ...cluster('C-later'), rule: 'later-rule' } as unknown as ReturnType<typeof cluster>;
  const [entry] = createReport(sampleInputs({ clusters: [unknown] })).clusters;
  assert.match(entry?.title ?? '', /later-rule/);
});

test('the difference as text comes from outside, and is null where there is none', () => {
  const rendered = (id: string) => report.clusters.find((each) => each.id === id)?.exemplars[0]?.rendered;
  assert.match(rendered('C-breaking01') ?? '', /\+ {2}id: "7"/);
  assert.equal(rendered('C-header01'), null);
});

test('a value that is absent on one side stays absent, and one that JSON cannot write becomes text', () => {
  const [exemplar] = cluster('C-1').exemplars;
  assert.ok(exemplar);
  const exemplars = [{ ...exemplar, legacy: undefined, candidate: { id: 12345678901234567890n } }];
  const [entry] = createReport(sampleInputs({ clusters: [cluster('C-1', { exemplars })] })).clusters;
  assert.equal(Object.hasOwn(entry?.exemplars[0] ?? {}, 'legacy'), false);
  assert.deepEqual(entry?.exemplars[0]?.candidate, { id: '12345678901234567890' });
});

test('a quantile is null below the sample that supports it', () => {
  const latencies = [4, 5, 58, 59, 298, 299].map((n) => {
    const side = { requests: n, errors: 0, conforms: 0, violates: 0, latency: distribution(Array(n).fill(10)) };
    const evidence = { ...sampleInputs().evidence, operations: [operation('getTrade', {}, { legacy: side })] };
    const { n: seen, p50, p95, p99 } = createReport(sampleInputs({ evidence })).operations[0]?.latency.legacy ?? {};
    return [seen, p50, p95, p99];
  });
  assert.deepEqual(latencies, [
    [4, null, null, null],
    [5, 10, null, null],
    [58, 10, null, null],
    [59, 10, 10, null],
    [298, 10, 10, null],
    [299, 10, 10, 10],
  ]);
});

test('counters that contradict each other are warned about and not smoothed', () => {
  const seen = operation('getTrade', { outcomes: { equal: 10 }, inFlight: -2 });
  const evidence = { ...sampleInputs().evidence, operations: [seen] };
  const contradicted = createReport(sampleInputs({ evidence }));
  assert.equal(contradicted.totals.inFlight, -2);
  assert.deepEqual(contradicted.warnings, ['getTrade: 2 more outcomes than requests were counted']);
});

test('a report without any evidence is a document like any other', () => {
  const evidence = { ...sampleInputs().evidence, fromMs: 0, toMs: 0, operations: [] };
  const verdict = { verdict: 'inconclusive', summary: 'Nothing was judged.', reasons: [] } as const;
  const empty = createReport(sampleInputs({ evidence, verdict, clusters: [], groups: [], marks: [] }));
  assert.deepEqual([empty.evidence.from, empty.evidence.to, empty.totals.eligible], [null, null, 0]);
  assert.equal(empty.neverSeen.length, 5);
  assert.doesNotThrow(() => reportSchema.parse(JSON.parse(JSON.stringify(empty))));
});

test('an operation that was never judged has no parity and no state', () => {
  const unjudged = createReport(
    sampleInputs({ verdict: { verdict: 'pass', summary: '', reasons: [reason('getHealth')] } }),
  );
  const entry = unjudged.operations.find(({ operationId }) => operationId === 'getTrade');
  assert.deepEqual([entry?.parity, entry?.state], [null, null]);
});
