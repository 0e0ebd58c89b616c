import type { Clock } from './clock.ts';

export interface Budget {
  /** Spends one; false where there is none. */
  take(): boolean;
  /** Whether `take` would say yes now. */
  hasOne(): boolean;
}

/** A token bucket: at most `perSecond` on average, and `atOnce`, or one where it is less. 0 allows nothing. */
export function createBudget(perSecond: number, clock: Pick<Clock, 'monotonicMs'>, atOnce = perSecond): Budget {
  const most = perSecond > 0 ? Math.max(1, atOnce) : 0;
  let tokens = most;
  let updatedMs = clock.monotonicMs();
  const hasOne = (): boolean => {
    const nowMs = clock.monotonicMs();
    tokens = Math.min(most, tokens + ((nowMs - updatedMs) / 1000) * perSecond);
    updatedMs = nowMs;
    return tokens >= 1;
  };
  const take = (): boolean => {
    if (!hasOne()) return false;
    tokens -= 1;
    return true;
  };
  return { take, hasOne };
}
