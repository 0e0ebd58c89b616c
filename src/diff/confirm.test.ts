import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Reply, Side } from '../core/index.ts';
import { thingContract } from '../testing/contract.ts';
import { jsonReply } from '../testing/replies.ts';
import { type Judgement, judgeSecondRead } from './judge.ts';

const SCHEMA =
  '{ type: object, required: [id], properties: { id: { type: integer }, clock: { type: string }, note: { type: string } } }';

interface Reads {
  readonly served?: Side;
  readonly legacy: readonly [unknown, unknown];
  readonly candidate: readonly [unknown, unknown];
}

function judged({ served = 'legacy', legacy, candidate }: Reads): Judgement {
  const { contract, operation } = thingContract(SCHEMA);
  const [l1, l2, c1, c2] = [...legacy, ...candidate].map((body) => jsonReply(body)) as [Reply, Reply, Reply, Reply]; // four bodies in, four replies out
  const judgement = judgeSecondRead({ contract, operation, hash: (text) => text }, served, [
    { legacy: l1, candidate: c1 },
    { legacy: l2, candidate: c2 },
  ]);
  assert.notEqual(judgement, 'budget');
  return judgement as Judgement; // asserted in the line above
}

test('a difference that stands the second time is confirmed', () => {
  const { outcome, findings } = judged({ legacy: [{ id: 1 }, { id: 1 }], candidate: [{ id: 2 }, { id: 2 }] });
  assert.equal(outcome, 'different');
  assert.deepEqual(
    findings.map(({ at }) => at),
    ['/id'],
  );
});

test('a value that legacy disagrees with itself about is noise', () => {
  const { outcome, findings } = judged({
    legacy: [
      { id: 1, clock: 'a' },
      { id: 1, clock: 'b' },
    ],
    candidate: [
      { id: 1, clock: 'c' },
      { id: 1, clock: 'd' },
    ],
  });
  assert.equal(outcome, 'noise');
  assert.deepEqual(
    findings.map(({ at }) => at),
    ['/clock'],
  );
});

test('noise never forgives a missing field', () => {
  const { outcome, findings } = judged({
    legacy: [
      { id: 1, clock: 'a' },
      { id: 1, clock: 'b' },
    ],
    candidate: [{ id: 1 }, { id: 1 }],
  });
  assert.equal(outcome, 'different');
  assert.deepEqual(
    findings.map(({ rule }) => rule),
    ['optional-property-missing'],
  );
});

test('noise never forgives another type', () => {
  assert.equal(
    judged({
      legacy: [
        { id: 1, clock: 'a' },
        { id: 1, clock: 'b' },
      ],
      candidate: [
        { id: 1, clock: 7 },
        { id: 1, clock: 8 },
      ],
    }).outcome,
    'different',
  );
});

test('noise at one field does not hide a difference at another', () => {
  const { outcome, findings } = judged({
    legacy: [
      { id: 1, clock: 'a', note: 'x' },
      { id: 1, clock: 'b', note: 'x' },
    ],
    candidate: [
      { id: 1, clock: 'c', note: 'y' },
      { id: 1, clock: 'd', note: 'y' },
    ],
  });
  assert.equal(outcome, 'different');
  assert.deepEqual(
    findings.map(({ at }) => at),
    ['/note'],
  );
});

test('a write between the two first reads is drift', () => {
  assert.equal(
    judged({
      legacy: [
        { id: 1, note: 'old' },
        { id: 1, note: 'new' },
      ],
      candidate: [
        { id: 1, note: 'new' },
        { id: 1, note: 'new' },
      ],
    }).outcome,
    'drift',
  );
});

test('an item that appeared between the two first reads is drift', () => {
  assert.equal(
    judged({
      legacy: [{ id: 1 }, { id: 1, note: 'new' }],
      candidate: [
        { id: 1, note: 'new' },
        { id: 1, note: 'new' },
      ],
    }).outcome,
    'drift',
  );
});

test('a candidate that was wrong once and right the second time is flaky', () => {
  assert.equal(judged({ legacy: [{ id: 1 }, { id: 1 }], candidate: [{ id: 2 }, { id: 1 }] }).outcome, 'flaky');
});

test('when the candidate served, its own change is no excuse', () => {
  assert.equal(
    judged({ served: 'candidate', legacy: [{ id: 1 }, { id: 1 }], candidate: [{ id: 2 }, { id: 1 }] }).outcome,
    'flaky',
  );
});

test('a candidate that is wrong in another way each time is different', () => {
  assert.equal(judged({ legacy: [{ id: 1 }, { id: 1 }], candidate: [{ id: 2 }, { id: 3 }] }).outcome, 'different');
});

test('a clock that reads the same on both sides by luck the second time is still noise', () => {
  const { outcome } = judged({
    legacy: [
      { id: 1, clock: 'a' },
      { id: 1, clock: 'c' },
    ],
    candidate: [
      { id: 1, clock: 'b' },
      { id: 1, clock: 'c' },
    ],
  });
  assert.equal(outcome, 'noise');
});

test('legacy that changed to something else than the candidate said does not excuse the candidate', () => {
  const { outcome } = judged({
    legacy: [{ id: 1 }, { id: 1, note: 'new' }],
    candidate: [
      { id: 1, note: 'wrong' },
      { id: 1, note: 'new' },
    ],
  });
  assert.equal(outcome, 'flaky');
});

test('another status the second time is no second read, and the mismatch stands', () => {
  const { contract, operation } = thingContract(SCHEMA);
  const limited = jsonReply({}, { status: 429 });
  const first = { legacy: jsonReply({ id: 1 }), candidate: jsonReply({ id: 2 }) };
  for (const second of [
    { ...first, candidate: limited },
    { ...first, legacy: limited },
  ]) {
    assert.equal(
      judgeSecondRead({ contract, operation, hash: (text) => text }, 'legacy', [first, second]),
      'no-second-read',
    );
  }
});
