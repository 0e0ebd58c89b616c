// Ways in which a candidate that should not pass once did, or could have.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UNCOMPARED_REASONS, type UncomparedReason } from '../core/index.ts';
import { evaluateGate } from './evaluate.ts';
import { evidence, operation, POLICY } from './evidence.test.ts';

function uncompared(reason: UncomparedReason, count: number): Record<UncomparedReason, number> {
  const none = Object.fromEntries(UNCOMPARED_REASONS.map((each) => [each, 0])) as Record<UncomparedReason, number>; // every reason, once
  return { ...none, [reason]: count };
}

function verdictOf(...given: Parameters<typeof operation>): string {
  return evaluateGate(evidence(operation(...given)), POLICY, { operations: [{ id: given[0] }] }).verdict;
}

test('answers to HEAD, which have no body, pass nothing', () => {
  assert.equal(verdictOf('getTrade', { equal: 1000 }), 'pass');
  assert.equal(verdictOf('getTrade', { equal: 1000 }, { bodyless: 1000 }), 'inconclusive');
});

for (const reason of ['body-too-large', 'budget', 'undecodable'] as const) {
  test(`bodies that could not be read (${reason}) count as if they differed, for a pass`, () => {
    assert.equal(
      verdictOf('getTrade', { equal: 1000, uncompared: 1000 }, { uncompared: uncompared(reason, 1000) }),
      'inconclusive',
    );
  });
}

test('what was left out by chance or by rule does not', () => {
  for (const reason of ['sampled-out', 'shadow-dropped', 'conditional'] as const) {
    assert.equal(
      verdictOf('getTrade', { equal: 1000, uncompared: 1000 }, { uncompared: uncompared(reason, 1000) }),
      'pass',
    );
  }
});

test('what failed on both sides is no evidence for either', () => {
  const both = { uncompared: uncompared('both-failed', 1000), paired: 0 };
  assert.equal(verdictOf('getTrade', { uncompared: 1000 }, both), 'inconclusive');
});
