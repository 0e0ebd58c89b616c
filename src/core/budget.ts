import type { Clock } from './clock.ts';

/** A token bucket: at most `perSecond` on average, at most that many at once, or one where it is less. 0 allows nothing. */
export function createBudget(perSecond: number, clock: Pick<Clock, 'monotonicMs'>): () => boolean {
  const most = perSecond > 0 ? Math.max(1, perSecond) : 0;
  let tokens = most;
  let updatedMs = clock.monotonicMs();
  return () => {
    const nowMs = clock.monotonicMs();
    tokens = Math.min(most, tokens + ((nowMs - updatedMs) / 1000) * perSecond);
    updatedMs = nowMs;
    if (tokens < 1) return false;
    tokens -= 1;
    return true;
  };
}
