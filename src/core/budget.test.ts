import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createFakeClock } from '../testing/fake-clock.ts';
import { createBudget } from './budget.ts';

test('at most so many at once, and so many a second after that', () => {
  const clock = createFakeClock();
  const { take: allows } = createBudget(2, clock);
  assert.deepEqual([allows(), allows(), allows()], [true, true, false]);
  clock.advance(499);
  assert.equal(allows(), false);
  clock.advance(1);
  assert.deepEqual([allows(), allows()], [true, false]);
  clock.advance(3_600_000);
  assert.deepEqual(
    [allows(), allows(), allows()],
    [true, true, false],
    'an idle hour saves up no more than one second',
  );
});

test('one that allows less than one a second allows one at a time', () => {
  const clock = createFakeClock();
  const { take: allows } = createBudget(0.5, clock);
  assert.deepEqual([allows(), allows()], [true, false]);
  clock.advance(1_999);
  assert.equal(allows(), false);
  clock.advance(1);
  assert.deepEqual([allows(), allows()], [true, false]);
});

test('a budget of nothing allows nothing', () => {
  const clock = createFakeClock();
  const { take: allows } = createBudget(0, clock);
  clock.advance(60_000);
  assert.equal(allows(), false);
});

test('to ask whether there is one spends none', () => {
  const clock = createFakeClock();
  const budget = createBudget(1, clock);
  assert.deepEqual([budget.hasOne(), budget.hasOne(), budget.take(), budget.hasOne()], [true, true, true, false]);
  clock.advance(1_000);
  assert.deepEqual([budget.hasOne(), budget.take()], [true, true]);
});

test('after a pause as many at once as it says, and then so many a second', () => {
  const clock = createFakeClock();
  const { take: allows } = createBudget(2, clock, 5);
  const inARow = (): number => {
    let count = 0;
    while (allows()) count += 1;
    return count;
  };
  assert.equal(inARow(), 5);
  clock.advance(1_000);
  assert.equal(inARow(), 2);
  clock.advance(3_600_000);
  assert.equal(inARow(), 5);
});
