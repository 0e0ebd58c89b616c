// How much longer the longest requests of one side took than those of the other, and how sure that is.
import { createRandom, quantile } from './statistics.ts';

/** Latencies in microseconds of the requests that were due in each second of a load. */
export type Seconds = readonly (readonly number[])[];

/** The middle 95 percent of what the value could be. */
export interface Interval {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

const RESAMPLES = 1_000;
const SEED = 11;

/**
 * The p99 of one side over that of the other, over all seconds; both sides were asked in the same seconds. Long answers come
 * in clumps, since one stall is felt by all that fall into it. So what is drawn anew for the interval are whole seconds, of
 * both sides together, and not single requests (a block bootstrap).
 */
export function p99Ratio(side: Seconds, other: Seconds): Interval {
  const [sides, others] = [tallyAll(side), tallyAll(other)];
  return bootstrap(sides.length, (drawn) => p99Of(sides, drawn) / p99Of(others, drawn));
}

/**
 * The same of a typical second: the median of the ratios of each second by itself. For two sides that were asked one after
 * the other, so that a stall of the machine is felt by one of them alone.
 */
export function typicalP99Ratio(side: Seconds, other: Seconds): Interval {
  const others = other.map(p99OfOne);
  const ratios = side.map((second, at) => p99OfOne(second) / (others[at] ?? NaN));
  return bootstrap(ratios.length, (drawn) => medianOf(drawn.map((second) => ratios[second] ?? NaN)));
}

function bootstrap(seconds: number, ratioOf: (drawn: readonly number[]) => number): Interval {
  const random = createRandom(SEED);
  const every = Array.from({ length: seconds }, (_, second) => second);
  const ratios = Array.from({ length: RESAMPLES }, () => ratioOf(every.map(() => Math.floor(random() * seconds)))).sort(
    (a, b) => a - b,
  );
  return { value: ratioOf(every), low: quantile(ratios, 0.025), high: quantile(ratios, 0.975) };
}

function p99OfOne(latencies: readonly number[]): number {
  return quantile(sorted(latencies), 0.99);
}

function medianOf(values: readonly number[]): number {
  return quantile(sorted(values), 0.5);
}

function sorted(values: readonly number[]): readonly number[] {
  return values.toSorted((a, b) => a - b);
}

/** How many latencies lie in each of many narrow classes. */
type Tally = Uint32Array;

/** Each class is a percent wide, from a microsecond to a minute. */
const CLASS_WIDTH = Math.log(1.01);
const CLASSES = Math.ceil(Math.log(60e6) / CLASS_WIDTH);

function tallyAll(seconds: Seconds): readonly Tally[] {
  return seconds.map((latencies) => {
    const tally = new Uint32Array(CLASSES);
    for (const us of latencies) {
      const at = Math.min(CLASSES - 1, Math.max(0, Math.floor(Math.log(us) / CLASS_WIDTH)));
      tally[at] = (tally[at] ?? 0) + 1;
    }
    return tally;
  });
}

function p99Of(tallies: readonly Tally[], seconds: readonly number[]): number {
  const sum = new Float64Array(CLASSES);
  for (const second of seconds) {
    const tally = tallies[second];
    if (tally) for (let at = 0; at < CLASSES; at++) sum[at] = (sum[at] ?? 0) + (tally[at] ?? 0);
  }
  return Math.exp(whereAbove(sum, 0.01) * CLASS_WIDTH);
}

/** Where the given share of all that was counted lies above; linear within a class. */
function whereAbove(sum: Float64Array, share: number): number {
  let above = sum.reduce((all, count) => all + count, 0) * share;
  let at = CLASSES - 1;
  for (; at > 0 && (sum[at] ?? 0) <= above; at--) above -= sum[at] ?? 0;
  return at + 1 - above / (sum[at] || 1);
}
