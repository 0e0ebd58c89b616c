// Bounds how many requests are answered twice over: when most of them need a second try, trying is what breaks legacy too.
import type { Clock } from '../core/index.ts';

export interface RetryBudget {
  /** Counts a request that arrived. */
  onRequest(): void;
  /** Takes one second try; false when there is none left. */
  take(): boolean;
}

/** Second tries that are always there, in each period: few requests say little about shares. */
export const FLOOR = 100;
const PERIOD_MS = 10_000;

/** `share` of the requests of the last ten to twenty seconds, 0 to 1. */
export function createRetryBudget(share: number, clock: Clock): RetryBudget {
  let startedMs = clock.monotonicMs();
  let before = 0;
  let requests = 0;
  let taken = 0;
  const turn = (): void => {
    const nowMs = clock.monotonicMs();
    if (nowMs - startedMs < PERIOD_MS) return;
    before = nowMs - startedMs < 2 * PERIOD_MS ? requests : 0;
    startedMs = nowMs;
    requests = 0;
    taken = 0;
  };
  return {
    onRequest: () => {
      turn();
      requests += 1;
    },
    take: () => {
      turn();
      if (taken >= Math.max(FLOOR, share * (before + requests))) return false;
      taken += 1;
      return true;
    },
  };
}
