import { type Counts, isPassed, PASS_AT } from './e-process.ts';

const MOST = 1e9;

/**
 * How many further events, all good, until the evidence passes; null when that is beyond a thousand million. A good
 * event raises every term of the mixture, so the evidence grows with each and the first that passes can be bisected.
 */
export function neededToPass({ k, n }: Counts, limit: number, passAt = PASS_AT): number | null {
  const isEnough = (further: number): boolean => isPassed({ k, n: n + further }, limit, passAt);
  if (isEnough(0)) return 0;
  let enough = 1;
  while (!isEnough(enough)) {
    enough *= 2;
    if (enough > MOST) return null;
  }
  let short = Math.floor(enough / 2);
  while (enough - short > 1) {
    const middle = Math.floor((enough + short) / 2);
    if (isEnough(middle)) enough = middle;
    else short = middle;
  }
  return enough;
}

/** The smallest sample with a 95 percent upper bound for a quantile: below it the sample's quantile is only its maximum. */
export function minimalSample(quantile: number): number {
  return Math.ceil(Math.log(0.05) / Math.log(quantile));
}
