import type { Standing } from './ground.ts';
import type { Samples } from './measure.ts';
import { cpuOf, cpuRatio, medianOf } from './ratios.ts';
import { type Spread, spreadOf } from './statistics.ts';
import { formatTable } from './table.ts';

const HEAD = [
  '',
  'CPU µs/request',
  'min..max',
  '× nginx',
  'min..max',
  '× nginx mirror',
  'min..max',
  'requests/s',
  'mirrored',
];

/** One row for each contender. */
export function formatSamples(standings: readonly Standing[], samples: Samples): string {
  const rows = standings.map(({ name, label, mirrors }) => [
    label,
    ...withRange(cpuOf(samples, name), 1),
    ...withRange(cpuRatio(samples, name, 'nginx'), 2),
    ...withRange(cpuRatio(samples, name, 'nginx-mirror'), 2),
    medianOf(samples, name, ({ rate }) => rate).toFixed(0),
    mirrors ? `${(medianOf(samples, name, ({ mirrored }) => mirrored) * 100).toFixed(1)} %` : '-',
  ]);
  return [formatTable([HEAD, ...rows]), describeDisturbance(samples)].join('\n');
}

/** How far the machine was busy with other things: the more, the less an absolute number means. */
function describeDisturbance(samples: Samples): string {
  const spread = spreadOf([...samples.values()].flat().map(({ disturbance }) => disturbance * 100));
  if (!spread) return '';
  const { median, max } = spread;
  return `Programs outside of this run used ${median.toFixed(0)} % of the processors meanwhile (at most ${max.toFixed(0)} %).`;
}

function withRange(spread: Spread | undefined, digits: number): readonly [string, string] {
  if (!spread) return ['-', '-'];
  return [spread.median.toFixed(digits), rangeOf(spread, digits)];
}

export function rangeOf({ min, max }: Spread, digits: number): string {
  return `${min.toFixed(digits)}..${max.toFixed(digits)}`;
}
