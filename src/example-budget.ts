// How many examples of each cause are worth redacting: a window keeps five, of requests that differ if there are any.

const PERIOD_MS = 10_000;
/** Of one cause in one period: some more than are kept, so that there is something to choose from. */
const FIRST = 20;
/** And of those behind them one in so many, for a request that differs may come late. */
const THEN_ONE_IN = 100;
/** Causes remembered; beyond it all are asked for again. */
const MAX_CAUSES = 10_000;

export function createExampleBudget(nowMs: () => number): (cluster: string) => boolean {
  const seen = new Map<string, number>();
  let startedMs = nowMs();
  return (cluster) => {
    if (nowMs() - startedMs >= PERIOD_MS || seen.size > MAX_CAUSES) {
      seen.clear();
      startedMs = nowMs();
    }
    const count = seen.get(cluster) ?? 0;
    seen.set(cluster, count + 1);
    return count < FIRST || count % THEN_ONE_IN === 0;
  };
}
