// Samples into medians and ratios. A ratio is taken within a round, where both sides met the same machine.
import type { Sample, Samples } from './measure.ts';
import { type Spread, spreadOf } from './statistics.ts';

export function cpuOf(samples: Samples, name: string): Spread | undefined {
  return spreadOf((samples.get(name) ?? []).map(({ cpuUs }) => cpuUs ?? NaN));
}

export function medianOf(samples: Samples, name: string, pick: (sample: Sample) => number): number {
  return spreadOf((samples.get(name) ?? []).map(pick))?.median ?? NaN;
}

/** CPU per request of one against another, round by round. */
export function cpuRatio(samples: Samples, name: string, against: string): Spread | undefined {
  const others = new Map(samples.get(against)?.map(({ round, cpuUs }) => [round, cpuUs]));
  const pairs = (samples.get(name) ?? []).map(({ round, cpuUs }) => (cpuUs ?? NaN) / (others.get(round) ?? NaN));
  return spreadOf(pairs);
}
