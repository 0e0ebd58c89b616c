import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DifferenceSet, OperationEvidence, ProbedKind } from '../core/index.ts';
import { applyAcceptances } from './acceptances.ts';
import { evaluateGate } from './evaluate.ts';
import { evidence, operation, POLICY } from './evidence.test.ts';
import { judgeNoise, type NoisePlace } from './noise.ts';

const LIMIT = POLICY.parity.limit;

function kind(changes: Partial<ProbedKind> = {}): ProbedKind {
  return {
    fingerprint: 'f',
    pointer: '/requestId',
    rule: 'value-changed',
    place: '#/p',
    both: 0,
    candidateOnly: 0,
    legacyOnly: 0,
    ...changes,
  };
}

function probed(probes: number, kinds: readonly ProbedKind[], id = 'getTrade'): OperationEvidence {
  return operation(id, {}, { probed: { probes, unlisted: 0, kinds } });
}

function judge(...operations: readonly OperationEvidence[]): readonly NoisePlace[] {
  return judgeNoise({ operations }, LIMIT);
}

/** Enough probes, all without a difference of the candidate alone, for one place. */
const ENOUGH = judge(probed(1, [kind({ both: 1 })]))[0]?.needed ?? NaN;

test('what always is another value is forgiven once the probes bound what the candidate alone does to half of the limit', () => {
  assert.ok(ENOUGH > 2 / LIMIT, `${ENOUGH}`);
  const [short] = judge(probed(ENOUGH, [kind({ both: ENOUGH })]));
  assert.deepEqual([short?.state, short?.needed], ['undecided', 1]);
  const [enough] = judge(probed(ENOUGH + 1, [kind({ both: ENOUGH + 1 })]));
  assert.deepEqual([enough?.state, enough?.needed, enough?.chance], ['forgiven', 0, 1]);
});

test('a presence, a type and a length are never forgiven, however often legacy differs from itself in them', () => {
  const rules = [
    'optional-property-missing',
    'property-type-changed',
    'array-item-added',
    'property-became-null',
  ] as const;
  for (const rule of rules) {
    const [place] = judge(probed(1e6, [kind({ rule, both: 1e6 })]));
    assert.deepEqual([place?.state, place?.needed], ['undecided', null], rule);
  }
});

test('more places need more probes: their sum has to hold the limit', () => {
  const two = [kind({ both: 1 }), kind({ both: 1, pointer: '/at' })];
  const [first] = judge(probed(1, two));
  assert.ok((first?.needed ?? 0) > 2 * ENOUGH, `${first?.needed} and ${ENOUGH}`);
});

test('a candidate that differs more often than legacy from itself is named, and not forgiven', () => {
  const [place] = judge(probed(1000, [kind({ legacyOnly: 10, both: 5, candidateOnly: 60 })]));
  assert.equal(place?.state, 'more');
  assert.ok(place.chance < 1e-6, `${place.chance}`);
});

test('a candidate that differs as often is neither called worse nor forgiven where nobody can tell', () => {
  const [place] = judge(probed(1000, [kind({ legacyOnly: 100, both: 5, candidateOnly: 103 })]));
  assert.equal(place?.state, 'undecided');
  assert.ok(place.chance > 0.3, `${place.chance}`);
});

test('the chance is that of the coin that the exact test tosses', () => {
  // 8 heads or more in 10 tosses: (45 + 10 + 1) / 1024.
  const [place] = judge(probed(100, [kind({ candidateOnly: 8, legacyOnly: 2 })]));
  assert.ok(Math.abs((place?.chance ?? 0) - 56 / 1024) < 1e-12, `${place?.chance}`);
});

test('among many places one that is unlikely by itself is expected, and not called worse', () => {
  // Alone 14 of 19 is unlikely (0.032); as one of forty it is not.
  const odd = kind({ candidateOnly: 14, legacyOnly: 5, pointer: '/odd' });
  assert.equal(judge(probed(1000, [odd]))[0]?.state, 'more');
  const others = Array.from({ length: 39 }, (_, n) => kind({ candidateOnly: 5, legacyOnly: 5, pointer: `/p${n}` }));
  assert.equal(judge(probed(1000, [odd, ...others]))[0]?.state, 'undecided');
  // The correction is one for all operations.
  assert.equal(judge(probed(1000, [odd]), probed(1000, others, 'listTrades'))[0]?.state, 'undecided');
});

test('differences for which there was no room may have been of any place', () => {
  const given = probed(2 * ENOUGH, [kind({ both: 2 * ENOUGH })]);
  const crowded = { ...given, probed: { ...given.probed, unlisted: 5 } };
  assert.deepEqual([judge(given)[0]?.state, judge(crowded)[0]?.state], ['forgiven', 'undecided']);
});

test('what legacy agrees with itself about is no noise, whatever the candidate does', () => {
  assert.deepEqual(judge(probed(1000, [kind({ candidateOnly: 900 })])), []);
});

/** Of so many pairs some differ, each of these sets in its number. */
function seen(equal: number, sets: readonly DifferenceSet[], kinds: readonly ProbedKind[]): OperationEvidence {
  const different = sets.reduce((sum, { exchanges }) => sum + exchanges, 0);
  const { classes } = operation('getTrade', {});
  return operation(
    'getTrade',
    { equal, different },
    {
      classes: { ...classes, value: different },
      differences: sets,
      clusterOf: { f: 'C-f', g: 'C-g' },
      probed: { probes: 1e5, unlisted: 0, kinds },
    },
  );
}

function setOf(exchanges: number, ...places: readonly string[]): DifferenceSet {
  const kinds = places.map((place) => {
    const [fingerprint = '', pointer = ''] = place.split('@');
    return { fingerprint, pointer };
  });
  return { kinds, class: 'value', bodyless: false, exchanges };
}

function gate(given: OperationEvidence) {
  const recorded = evidence(given);
  const noise = judgeNoise(recorded, LIMIT);
  const context = { nowMs: 0, ruleOf: () => 'value-changed' as const, noise };
  const { evidence: applied } = applyAcceptances(recorded, [], context);
  const verdict = evaluateGate(applied, { ...POLICY, latency: [] }, { operations: [{ id: 'getTrade' }] });
  const [parity] = verdict.reasons.filter((reason) => reason.gate === 'parity');
  return { outcomes: applied.operations[0]?.outcomes, parity };
}

const ALWAYS = kind({ both: 1e5 });

test('exchanges that differ only in what is forgiven are noise; at another place of the same schema they are not', () => {
  const sets = [
    setOf(900, 'f@/requestId'),
    setOf(5, 'f@/requestId', 'f@/price'),
    setOf(3, 'f@/price'),
    setOf(2, 'g@/at'),
  ];
  const { outcomes } = gate(seen(0, sets, [ALWAYS]));
  assert.deepEqual([outcomes?.noise, outcomes?.different], [900, 10]);
});

test('with something forgiven the rest is held to half of the limit, so that both together keep the whole', () => {
  const pairs = 1.2 * ENOUGH;
  const noisy = [setOf(10, 'f@/requestId')];
  // Two differences in so many pairs pass by the whole limit, and not by half of it.
  const plain = gate(seen(Math.round(2 / LIMIT + pairs), [setOf(2, 'g@/at')], []));
  const halved = gate(seen(Math.round(2 / LIMIT + pairs), [setOf(2, 'g@/at'), ...noisy], [ALWAYS]));
  assert.equal(plain.parity?.state, 'pass');
  assert.equal(halved.parity?.state, 'inconclusive');
  assert.equal(gate(seen(Math.round(pairs), noisy, [ALWAYS])).parity?.state, 'pass');
});
