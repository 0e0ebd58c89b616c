import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { type Breaker, createBreaker, PROBE_AFTER_MS } from './breaker.ts';

function createUnderTest(t: TestContext) {
  // The library reads Date.
  t.mock.timers.enable({ apis: ['Date'], now: 1_000_000 });
  const changes: string[] = [];
  const breaker = createBreaker({ now: () => Date.now(), onChange: (state) => void changes.push(state) });
  return { breaker, changes, pass: (ms: number) => t.mock.timers.tick(ms) };
}

/** An attempt from its beginning to its end; false when there was none. */
async function attempt(breaker: Breaker, isAnswered: boolean, method = 'GET'): Promise<boolean> {
  const report = breaker.begin(method);
  report?.(isAnswered);
  await setImmediate();
  return report !== undefined;
}

async function failTimes(breaker: Breaker, times: number): Promise<void> {
  for (let each = 0; each < times; each += 1) await attempt(breaker, false);
}

test('a few failures among answers change nothing', async (t) => {
  const { breaker } = createUnderTest(t);
  for (let each = 0; each < 40; each += 1) assert.ok(await attempt(breaker, each % 2 === 0));
  assert.deepEqual(breaker.status(), { state: 'closed', opened: 0, diverted: 0 });
});

test('five failures from the start open it, and then nobody is sent to the candidate', async (t) => {
  const { breaker, changes } = createUnderTest(t);
  await failTimes(breaker, 4);
  assert.equal(breaker.status().state, 'closed');
  await failTimes(breaker, 1);
  assert.equal(await attempt(breaker, true), false);
  assert.deepEqual(breaker.status(), { state: 'open', opened: 1, diverted: 1 });
  assert.deepEqual(changes, ['open']);
});

test('after a while one safe request is let through, no write, and no other while it is on its way', async (t) => {
  const { breaker, pass } = createUnderTest(t);
  await failTimes(breaker, 5);
  pass(PROBE_AFTER_MS - 1);
  assert.equal(breaker.begin('GET'), undefined);
  pass(1);
  assert.equal(breaker.begin('POST'), undefined);
  const probe = breaker.begin('GET');
  assert.ok(probe);
  assert.equal(breaker.status().state, 'half-open');
  assert.equal(breaker.begin('GET'), undefined);
  probe(true);
  await setImmediate();
  assert.equal(breaker.status().state, 'closed');
  assert.ok(await attempt(breaker, true, 'POST'));
});

test('a probe that fails keeps it open for as long again', async (t) => {
  const { breaker, changes, pass } = createUnderTest(t);
  await failTimes(breaker, 5);
  pass(PROBE_AFTER_MS);
  assert.ok(await attempt(breaker, false));
  assert.equal(breaker.begin('GET'), undefined);
  pass(PROBE_AFTER_MS);
  assert.ok(await attempt(breaker, true));
  assert.deepEqual(changes, ['open', 'half-open', 'open', 'half-open', 'closed']);
  assert.equal(breaker.status().opened, 2);
});

test('after it has closed, old failures do not count any more', async (t) => {
  const { breaker, pass } = createUnderTest(t);
  await failTimes(breaker, 5);
  pass(PROBE_AFTER_MS);
  await attempt(breaker, true);
  await failTimes(breaker, 3);
  assert.equal(breaker.status().state, 'closed');
});
