import { formatCount } from '../core/index.ts';

const UNITS = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
] as const;

/** A duration in the largest unit of which it has at least two: `90 minutes`, `3 days`. */
export function formatDuration(seconds: number): string {
  const [unit, size] = UNITS.find(([, each]) => seconds >= 2 * each) ?? (['second', 1] as const);
  const count = Math.max(1, Math.round(seconds / size));
  return `${formatCount(count)} ${unit}${count === 1 ? '' : 's'}`;
}
