import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createFakeClock } from '../testing/fake-clock.ts';
import { createPatience, UPLOAD_LIMIT } from './upload-limit.ts';

function createUnderTest() {
  const clock = createFakeClock();
  const pending: { atMs: number; run: () => void }[] = [];
  let late = 0;
  const timers = {
    after: (delayMs: number, run: () => void) => {
      const entry = { atMs: clock.monotonicMs() + delayMs, run };
      pending.push(entry);
      return () => void pending.splice(pending.indexOf(entry), 1);
    },
  };
  const onLate = (): void => {
    late += 1;
  };
  const patience = createPatience({ limit: UPLOAD_LIMIT, clock, timers, onLate });
  const pass = (ms: number): void => {
    clock.advance(ms);
    const due = pending.filter(({ atMs }) => atMs <= clock.monotonicMs());
    for (const entry of due) {
      pending.splice(pending.indexOf(entry), 1);
      entry.run();
    }
  };
  return { patience, pass, late: () => late, timers: () => pending.length };
}

test('a client that sends nothing is late after half a minute', () => {
  const { patience, pass, late } = createUnderTest();
  patience.wait();
  pass(29_999);
  assert.equal(late(), 0);
  pass(1);
  assert.equal(late(), 1);
});

test('a byte now and then does not help', () => {
  const { patience, pass, late } = createUnderTest();
  for (let each = 0; each < 40 && late() === 0; each += 1) {
    patience.wait();
    pass(1_000);
    patience.received(1);
  }
  assert.equal(late(), 1);
});

test('a steady client is never late, however long it takes', () => {
  const { patience, pass, late, timers } = createUnderTest();
  for (let each = 0; each < 3_600; each += 1) {
    patience.wait();
    pass(1_000);
    patience.received(600);
  }
  assert.equal(late(), 0);
  assert.ok(timers() <= 1);
});

test('while a backend does not take the bytes, the client is not waited for', () => {
  const { patience, pass, late } = createUnderTest();
  patience.wait();
  patience.received(1);
  pass(600_000);
  assert.equal(late(), 0);
  patience.wait();
  pass(29_000);
  assert.equal(late(), 0);
  pass(2_000);
  assert.equal(late(), 1);
});

test('once the body is over there is no timer left', () => {
  const { patience, timers } = createUnderTest();
  patience.wait();
  patience.end();
  assert.equal(timers(), 0);
});
