// Two one-sided Bernoulli e-processes (mixture sequential probability ratio tests). Under the hypothesis that the true
// share is on the wrong side of the limit each is a non-negative supermartingale that starts at 1, so by Ville's
// inequality it ever reaches 1/α with probability at most α: looking after every pair costs nothing. The likelihood of
// 0/1 events depends on their counts alone, so two counters are the whole state.

/** Events and the bad ones among them. */
export interface Counts {
  readonly k: number;
  readonly n: number;
}

/** Evidence for "below the limit" that passes: wrong in at most 1 of 20 runs. */
export const PASS_AT = 20;
/** Evidence for "above the limit" that fails: wrong in at most 1 of 100 runs. */
export const FAIL_AT = 100;
/** No alternative is nearer to certainty: at 1 a single good event would wipe out all evidence against. */
const MAX_SHARE = 0.95;
const ALTERNATIVES = 8;

/** A limit the two tests can work with: above `MAX_SHARE` nothing is left to be excluded. */
export function usableLimit(limit: number): number {
  return Math.min(limit, MAX_SHARE);
}

/** ln of the evidence that the true share is below `limit`. */
export function passLogE(counts: Counts, limit: number): number {
  return mixtureLogE(counts, usableLimit(limit), [0.02, 0.8]);
}

/** ln of the evidence that the true share is above `limit`. */
export function failLogE(counts: Counts, limit: number): number {
  return mixtureLogE(counts, usableLimit(limit), [1.25, 40]);
}

export function isPassed(counts: Counts, limit: number, passAt = PASS_AT): boolean {
  return limit > 0 && passLogE(counts, limit) >= Math.log(passAt);
}

/** With a limit of 0 one bad event is the proof; no number of good ones can pass it. */
export function isFailed(counts: Counts, limit: number): boolean {
  return limit > 0 ? failLogE(counts, limit) >= Math.log(FAIL_AT) : counts.k > 0;
}

/** The mean of the likelihood ratios, in log space: at 100,000 events the ratios themselves leave the floats. */
function mixtureLogE({ k, n }: Counts, limit: number, [low, high]: readonly [number, number]): number {
  const logs: number[] = [];
  for (let index = 0; index < ALTERNATIVES; index++) {
    const share = Math.min(MAX_SHARE, limit * low * (high / low) ** (index / (ALTERNATIVES - 1)));
    logs.push(k * Math.log(share / limit) + (n - k) * (Math.log1p(-share) - Math.log1p(-limit)));
  }
  const largest = Math.max(...logs);
  const sum = logs.reduce((total, log) => total + Math.exp(log - largest), 0);
  return largest + Math.log(sum / ALTERNATIVES);
}
