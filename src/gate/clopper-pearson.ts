import type { Counts } from './e-process.ts';
import { incompleteBeta } from './incomplete-beta.ts';

const HALVINGS = 60;

/**
 * The exact two-sided 95 percent interval of a binomial share, for people to read. Decisions do not use it: an interval
 * that is looked at again and again until it suits passes in 31 percent of the runs that should not pass.
 */
export function clopperPearson({ k, n }: Counts): readonly [number, number] | null {
  if (n <= 0) return null;
  const low = k <= 0 ? 0 : shareWhere((share) => incompleteBeta(share, k, n - k + 1) < 0.025);
  const high = k >= n ? 1 : shareWhere((share) => incompleteBeta(share, k + 1, n - k) < 0.975);
  return [low, high];
}

/** Where a condition that holds from 0 up to some share stops holding. */
function shareWhere(isBelow: (share: number) => boolean): number {
  let [low, high] = [0, 1];
  for (let step = 0; step < HALVINGS; step++) {
    const middle = (low + high) / 2;
    if (isBelow(middle)) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
