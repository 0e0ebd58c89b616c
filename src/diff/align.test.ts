import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { alignOrdered, alignSet, type Step } from './align.ts';

const LONG = Array.from({ length: 3_000 }, (_, index) => `row ${index}`);

function lone(steps: readonly Step[]): readonly Step[] {
  return steps.filter(({ kind }) => kind !== 'pair');
}

function unequalPairs(left: readonly string[], right: readonly string[], steps: readonly Step[]): number {
  return steps.filter((step) => step.kind === 'pair' && left[step.legacy] !== right[step.candidate]).length;
}

test('every item is paired, missing or added exactly once, and ordered pairs never cross', () => {
  const items = fc.array(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'), { maxLength: 12 });
  fc.assert(
    fc.property(items, items, (left, right) => {
      const ordered = alignOrdered(left, right);
      for (const steps of [ordered, alignSet(left, right)]) {
        const legacy = steps.flatMap((step) => (step.kind === 'added' ? [] : [step.legacy]));
        const candidate = steps.flatMap((step) => (step.kind === 'missing' ? [] : [step.candidate]));
        assert.deepEqual(
          legacy.toSorted((a, b) => a - b),
          [...left.keys()],
        );
        assert.deepEqual(
          candidate.toSorted((a, b) => a - b),
          [...right.keys()],
        );
      }
      const paired = ordered.flatMap((step) => (step.kind === 'pair' ? [step.candidate] : []));
      assert.deepEqual(
        paired,
        paired.toSorted((a, b) => a - b),
      );
    }),
  );
});

test('two edits at both ends of a list of thousands are two edits', () => {
  const right = ['new', ...LONG.slice(0, -1), 'changed'];
  const steps = alignOrdered(LONG, right);
  assert.deepEqual(lone(steps), [{ kind: 'added', candidate: 0 }]);
  assert.equal(unequalPairs(LONG, right, steps), 1);
});

test('in a long list whose items repeat, those that do not hold the others in place', () => {
  const left = LONG.flatMap((row, index) => (index % 3 === 0 ? [row, 'same', 'same'] : [row]));
  const right = ['first', ...left.slice(0, 2_000), ...left.slice(2_001, -1), 'last'];
  const steps = alignOrdered(left, right);
  assert.equal(lone(steps).length + unequalPairs(left, right, steps), 3);
});

test('a long list in which nothing is found once is paired by position', () => {
  const [left, right] = [
    Array.from({ length: 2_000 }, (_, at) => `l${at % 2}`),
    Array.from({ length: 1_999 }, (_, at) => `r${at % 2}`),
  ];
  assert.deepEqual(lone(alignOrdered(left, right)), [{ kind: 'missing', legacy: 1_999 }]);
});
