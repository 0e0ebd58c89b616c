import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { GatePolicy, GateReason, OperationEvidence } from '../core/index.ts';
import { evaluateGate } from './evaluate.ts';
import { distribution, evidence, operation, POLICY } from './evidence.test.ts';

const P99: GatePolicy = {
  ...POLICY,
  latency: [{ quantile: 0.99, maxMs: 200, over: { ratio: 0.2, slackMs: 5 } }],
};

function judge(seen: OperationEvidence, policy: GatePolicy = POLICY) {
  return evaluateGate(evidence(seen), policy, { operations: [{ id: seen.operationId }] });
}

function reasonOf(seen: OperationEvidence, gate: GateReason['gate'], policy: GatePolicy = POLICY): GateReason {
  const reason = judge(seen, policy).reasons.find((each) => each.gate === gate);
  assert.ok(reason);
  return reason;
}

test('enough equal pairs pass parity and errors, and so the verdict', () => {
  const verdict = judge(operation('getTrade', { equal: 356 }));
  assert.equal(verdict.verdict, 'pass');
  assert.deepEqual(
    verdict.reasons.map(({ gate, state, code }) => [gate, state, code]),
    [
      ['parity', 'pass', 'PARITY_WITHIN_LIMIT'],
      ['errors', 'pass', 'ERRORS_WITHIN_LIMIT'],
    ],
  );
  assert.equal(verdict.summary, 'Every gate is passed by the 1 operation judged.');
});

test('equivalent, accepted and noise count as agreeing, different and flaky against, drift and errors not at all', () => {
  const reason = reasonOf(
    operation('getTrade', {
      equal: 1,
      equivalent: 2,
      accepted: 4,
      noise: 8,
      different: 16,
      flaky: 32,
      drift: 1000,
      'candidate-error': 1000,
      'legacy-error': 1000,
      uncompared: 1000,
    }),
    'parity',
  );
  assert.deepEqual([reason.k, reason.n], [48, 63]);
});

test('a failing reason says the value, the limit and n in one sentence', () => {
  const reason = reasonOf(operation('getTrade', { equal: 1164, different: 40 }), 'parity');
  assert.equal(reason.state, 'fail');
  assert.equal(reason.code, 'MISMATCH_ABOVE_LIMIT');
  assert.equal(reason.message, 'getTrade: 40 of 1,204 pairs differ (3.32 %, limit 1 %)');
  assert.equal(reason.needed, null);
});

test('too few pairs are inconclusive, with what is missing and how long that takes', () => {
  const reason = reasonOf(operation('getTrade', { equal: 100 }, { pairsPerSecond: 0.05 }), 'parity');
  assert.equal(reason.state, 'inconclusive');
  assert.equal(reason.code, 'INSUFFICIENT_PAIRS');
  assert.equal(reason.needed, 256);
  assert.equal(reason.etaSeconds, 5120);
  assert.equal(
    reason.message,
    'getTrade: 0 of 100 pairs differ (0 %, limit 1 %); at least 256 more pairs without a difference are needed, ' +
      'about 85 minutes at the current rate',
  );
});

test('the time that is left is unknown when the rate is', () => {
  assert.equal(reasonOf(operation('getTrade', { equal: 100 }), 'parity').etaSeconds, null);
});

test('an operation in scope that was never seen is inconclusive by every gate', () => {
  const verdict = evaluateGate(evidence(), P99, { operations: [{ id: 'listTrades', group: 'trades' }] });
  assert.equal(verdict.verdict, 'inconclusive');
  assert.deepEqual(
    verdict.reasons.map(({ gate, code, needed, group }) => [gate, code, needed, group]),
    [
      ['parity', 'NO_EVIDENCE', 356, 'trades'],
      ['errors', 'NO_EVIDENCE', 356, 'trades'],
      ['latency', 'NO_EVIDENCE', 356, 'trades'],
    ],
  );
});

test('an operation that was seen and never compared says why it was not', () => {
  const seen = operation('createTrade', { uncompared: 1200 });
  const reason = reasonOf({ ...seen, uncompared: { ...seen.uncompared, 'unsafe-method': 1200 } }, 'parity');
  assert.equal(reason.code, 'NO_EVIDENCE');
  assert.equal(
    reason.message,
    'createTrade: no pair was compared in 1,200 requests (not compared: unsafe-method 1,200)',
  );
});

test('no operations at all are no pass', () => {
  const verdict = evaluateGate(evidence(operation('stray', { equal: 5000 })), POLICY, { operations: [] });
  assert.equal(verdict.verdict, 'inconclusive');
  assert.match(verdict.summary, /Nothing was judged/);
});

test('one operation that cannot pass yet outweighs any number that do', () => {
  const seen = evidence(operation('getTrade', { equal: 100_000 }), operation('listTrades', { equal: 3 }));
  const verdict = evaluateGate(seen, POLICY, { operations: [{ id: 'getTrade' }, { id: 'listTrades' }] });
  assert.equal(verdict.verdict, 'inconclusive');
  assert.equal(verdict.summary, 'Nothing fails, but 1 of 2 operations cannot pass yet on what was seen: listTrades.');
});

test('one operation that fails outweighs those that are inconclusive', () => {
  const seen = evidence(operation('getTrade', { different: 50 }), operation('listTrades', { equal: 3 }));
  const verdict = evaluateGate(seen, POLICY, { operations: [{ id: 'getTrade' }, { id: 'listTrades' }] });
  assert.equal(verdict.verdict, 'fail');
  assert.equal(verdict.summary, 'A gate fails on 1 of 2 operations: getTrade.');
});

test('an exempt operation does not block, keeps its numbers and says why', () => {
  const policy = { ...POLICY, exempt: { createTrade: 'covered by the contract suite' } };
  const seen = evidence(operation('createTrade', { different: 50 }), operation('getTrade', { equal: 400 }));
  const verdict = evaluateGate(seen, policy, { operations: [{ id: 'createTrade' }, { id: 'getTrade' }] });
  assert.equal(verdict.verdict, 'pass');
  const reason = verdict.reasons[0];
  assert.deepEqual([reason?.state, reason?.code, reason?.k, reason?.n], ['exempt', 'EXEMPT', 50, 50]);
  assert.equal(reason?.message, 'createTrade: exempt: covered by the contract suite');
  assert.equal(verdict.summary, 'Every gate is passed by the 1 operation judged; 1 operation exempt.');
});

test('a scope of exempt operations only is no pass', () => {
  const policy = { ...POLICY, exempt: { getTrade: 'not yet' } };
  assert.equal(judge(operation('getTrade', { equal: 400 }), policy).verdict, 'inconclusive');
});

test('an operation named like a property that every object has is judged', () => {
  assert.equal(judge(operation('constructor', { different: 50 })).verdict, 'fail');
});

test('counters that contradict each other never turn into a pass', () => {
  const seen = operation('getTrade', { equal: 400 }, { onlyCandidateFailed: 5000, paired: 400 });
  assert.equal(reasonOf(seen, 'errors').state, 'fail');
});

test('no errors on both sides pass because of the floor', () => {
  const reason = reasonOf(operation('getTrade', { equal: 356 }), 'errors');
  assert.deepEqual([reason.state, reason.limit, reason.k, reason.n], ['pass', 0.01, 0, 356]);
});

test('a candidate that alone fails 5 % of the requests fails the errors gate', () => {
  const reason = reasonOf(
    operation('getTrade', { equal: 380, 'candidate-error': 20 }, { onlyCandidateFailed: 20 }),
    'errors',
  );
  assert.equal(reason.code, 'ERRORS_ABOVE_LIMIT');
  assert.equal(
    reason.message,
    'getTrade: only the candidate failed 20 of 400 requests sent to both sides (5 %, limit 1 %)',
  );
});

test('the limit on errors is the margin over what legacy alone failed', () => {
  const seen = operation('getTrade', { equal: 9000, 'legacy-error': 1000 }, { onlyLegacyFailed: 1000 });
  assert.deepEqual([reasonOf(seen, 'errors').limit, reasonOf(seen, 'errors').state], [0.12, 'pass']);
});

test('a few legacy failures in a few requests are no licence for the candidate', () => {
  const seen = operation('getTrade', { equal: 2, 'legacy-error': 3 }, { onlyLegacyFailed: 3 });
  assert.equal(reasonOf(seen, 'errors').state, 'inconclusive');
});

test('a legacy that always fails leaves a limit that can still be judged', () => {
  const seen = operation('getTrade', { 'legacy-error': 4000 }, { onlyLegacyFailed: 4000 });
  const reason = reasonOf(seen, 'errors');
  assert.deepEqual([reason.state, reason.limit], ['pass', 1]);
});

test('latency is judged by the share of requests above the lower of the two bounds', () => {
  const seen = operation('getTrade', { equal: 400 }, { baseline: steady(300, 100), judged: steady(400, 90) });
  const reason = reasonOf(seen, 'latency', P99);
  assert.equal(reason.state, 'pass');
  assert.deepEqual(reason.latency, { quantile: 0.99, baselineMs: 100, boundMs: 125, candidateMs: 90 });
  const capped = reasonOf({ ...seen, baseline: steady(300, 1000) }, 'latency', P99);
  assert.equal(capped.latency?.boundMs, 200);
});

test('a slow tail fails the latency gate although the median is better', () => {
  const judged = distribution([...Array(380).fill(10), ...Array(20).fill(900)]);
  const reason = reasonOf(
    operation('getTrade', { equal: 400 }, { baseline: steady(300, 100), judged }),
    'latency',
    P99,
  );
  assert.equal(reason.state, 'fail');
  assert.equal(reason.code, 'LATENCY_ABOVE_LIMIT');
  assert.equal(
    reason.message,
    "getTrade: 20 of 400 requests are above the p99 bound of 125 ms (5 %, limit 1 %); legacy's was 100 ms, " +
      'allowed are 20 % and 5 ms more',
  );
});

test('legacy below the sample that carries its quantile is inconclusive, with what both sides still need', () => {
  const seen = operation('getTrade', { equal: 400 }, { baseline: steady(298, 100), judged: steady(4000, 1) });
  const reason = reasonOf(seen, 'latency', P99);
  assert.deepEqual([reason.state, reason.code, reason.needed], ['inconclusive', 'LATENCY_BASELINE_TOO_SMALL', 1 + 356]);
  assert.equal(reason.message, "getTrade: legacy's p99 needs 299 requests and has 298");
});

test('an absolute bound needs no baseline', () => {
  const policy = { ...POLICY, latency: [{ quantile: 0.99, maxMs: 50 }] };
  const seen = operation('getTrade', { equal: 400 }, { judged: steady(400, 90) });
  const reason = reasonOf(seen, 'latency', policy);
  assert.deepEqual([reason.state, reason.latency?.boundMs, reason.limit], ['fail', 50, 0.01]);
});

test('an absolute bound without measured requests is inconclusive', () => {
  const policy = { ...POLICY, latency: [{ quantile: 0.999, maxMs: 50 }] };
  const reason = reasonOf(operation('getTrade', { equal: 400 }), 'latency', policy);
  assert.deepEqual([reason.state, reason.code, reason.needed], ['inconclusive', 'INSUFFICIENT_REQUESTS', 3568]);
  assert.match(reason.message, /no candidate request was measured against the p99\.9 bound of 50 ms/);
});

test("the candidate's quantile is not shown below the sample that carries it", () => {
  const seen = operation('getTrade', { equal: 9 }, { baseline: steady(300, 100), judged: steady(298, 90) });
  assert.equal(reasonOf(seen, 'latency', P99).latency?.candidateMs, null);
});

function steady(n: number, ms: number) {
  return distribution(Array.from({ length: n }, () => ms));
}
