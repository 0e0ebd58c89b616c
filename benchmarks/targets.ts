// What the project promises of its speed, and whether this run saw it kept.
import { rangeOf } from './main-table.ts';
import type { Samples } from './measure.ts';
import { cpuRatio } from './ratios.ts';
import type { Spread } from './statistics.ts';
import { formatTable } from './table.ts';

export interface Target {
  readonly what: string;
  readonly limit: number;
  /** Absent when a side of the ratio was not measured. */
  readonly value: Spread | undefined;
  /** From `min` to `max` is where the value lies with 95 percent: as long as the limit lies in there, nothing is decided. */
  readonly isInterval?: boolean;
}

export type TargetState = 'held' | 'missed' | 'undecided' | 'not measured';

export function stateOf({ value, limit, isInterval = false }: Target): TargetState {
  if (!value) return 'not measured';
  if (isInterval && value.min <= limit && value.max > limit) return 'undecided';
  return value.median <= limit ? 'held' : 'missed';
}

const SPEED_TARGETS = [
  { name: 'paritygate-mirror', against: 'nginx-mirror', limit: 1 },
  { name: 'paritygate-drift', against: 'nginx-mirror', limit: 1.15 },
  { name: 'paritygate-forward', against: 'nginx', limit: 2.3 },
  { name: 'paritygate-forward', against: 'http-proxy-middleware', limit: 0.5 },
  { name: 'paritygate-forward', against: 'http-proxy-middleware-express', limit: 0.5 },
] as const;

/** The targets of the main cell: 2 KB, 32 connections, GET. */
export function speedTargets(samples: Samples): readonly Target[] {
  return SPEED_TARGETS.map(({ name, against, limit }) => ({
    what: `CPU per request: ${name} / ${against}`,
    limit,
    value: cpuRatio(samples, name, against),
  }));
}

export function formatTargets(targets: readonly Target[]): string {
  const rows = targets.map((target) => [
    target.what,
    `<= ${target.limit}`,
    target.value ? target.value.median.toFixed(3) : '-',
    target.value ? rangeOf(target.value, 3) : '-',
    stateOf(target),
  ]);
  return formatTable([['target', 'limit', 'median', 'min..max', 'state'], ...rows]);
}
