import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createFakeClock } from '../testing/fake-clock.ts';
import { createRetryBudget, FLOOR, type RetryBudget } from './retry-budget.ts';

function takeAll(budget: RetryBudget): number {
  let taken = 0;
  while (budget.take()) taken += 1;
  return taken;
}

test('with hardly any traffic there are a hundred second tries in ten seconds', () => {
  const clock = createFakeClock();
  const budget = createRetryBudget(0.2, clock);
  assert.equal(takeAll(budget), FLOOR);
  clock.advance(9_999);
  assert.equal(takeAll(budget), 0);
  clock.advance(1);
  assert.equal(takeAll(budget), FLOOR);
});

test('with much traffic it is a share of what came in this period and the one before', () => {
  const clock = createFakeClock();
  const budget = createRetryBudget(0.2, clock);
  for (let each = 0; each < 10_000; each += 1) budget.onRequest();
  assert.equal(takeAll(budget), 2_000);
  clock.advance(10_000);
  assert.equal(takeAll(budget), 2_000, 'a quiet second does not take the budget away');
  clock.advance(30_000);
  assert.equal(takeAll(budget), FLOOR, 'what came long ago counts no more');
});
