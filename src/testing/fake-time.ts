import type { TestContext } from 'node:test';
import type { Clock } from '../core/index.ts';
import type { Timers } from '../proxy/index.ts';
import { createFakeClock } from './fake-clock.ts';

/** A clock, timers and intervals that move together, only when told to. */
export interface FakeTime {
  readonly clock: Clock;
  readonly timers: Timers;
  /** Runs everything that falls due, in its order. */
  advance(ms: number): void;
}

/** How often connections are looked at for what is late. */
const STEP_MS = 20;

/** Intervals are those of the whole process; timeouts are not, because Node's own client needs them. */
export function createFakeTime(t: TestContext): FakeTime {
  const clock = createFakeClock();
  const waiting = new Set<{ readonly dueMs: number; readonly run: () => void }>();
  t.mock.timers.enable({ apis: ['setInterval'] });
  const step = (ms: number): void => {
    clock.advance(ms);
    t.mock.timers.tick(ms);
    const due = [...waiting].filter(({ dueMs }) => dueMs <= clock.monotonicMs());
    for (const timer of due.sort((a, b) => a.dueMs - b.dueMs)) {
      waiting.delete(timer);
      timer.run();
    }
  };
  return {
    clock,
    timers: {
      after: (delayMs, run) => {
        const timer = { dueMs: clock.monotonicMs() + delayMs, run };
        waiting.add(timer);
        return () => void waiting.delete(timer);
      },
    },
    advance: (ms) => {
      for (let left = ms; left > 0; left -= STEP_MS) step(Math.min(left, STEP_MS));
    },
  };
}
