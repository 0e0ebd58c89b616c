import type { Clock } from '../core/index.ts';

/** A token bucket: at most `perSecond` on average, at most that many at once. 0 allows nothing. */
export function createBudget(perSecond: number, clock: Pick<Clock, 'monotonicMs'>): () => boolean {
  let tokens = perSecond;
  let updatedMs = clock.monotonicMs();
  return () => {
    const nowMs = clock.monotonicMs();
    tokens = Math.min(perSecond, tokens + ((nowMs - updatedMs) / 1000) * perSecond);
    updatedMs = nowMs;
    if (tokens < 1) return false;
    tokens -= 1;
    return true;
  };
}
