import type { Standing } from './ground.ts';
import { SIZES, type SizeName } from './items.ts';
import type { Samples } from './measure.ts';
import { cpuOf, cpuRatio, medianOf } from './ratios.ts';
import { formatTable } from './table.ts';
import type { Cell } from './wrk.ts';

const METHODS = ['GET', 'POST'] as const;
const CONNECTIONS = [1, 32, 256] as const;

/** Every size, number of connections and method. */
export const MATRIX: readonly Cell[] = METHODS.flatMap((method) =>
  (Object.keys(SIZES) as SizeName[]) // the keys of SIZES are exactly these names
    .flatMap((size) => CONNECTIONS.map((connections) => ({ method, size, connections }))),
);

export interface MatrixRow {
  readonly cell: Cell;
  readonly samples: Samples;
}

/** CPU per request of each contender, then the share of requests that each mirroring one mirrored. */
export function formatMatrix(standings: readonly Standing[], rows: readonly MatrixRow[]): string {
  const timed = standings.filter(({ child }) => child);
  const mirroring = standings.filter(({ mirrors }) => mirrors);
  const ratio = { name: 'paritygate-mirror', against: 'nginx-mirror' };
  const head = [
    'load',
    ...timed.map(({ name }) => name),
    `${ratio.name} / ${ratio.against}`,
    ...mirroring.map(({ name }) => `mirrored by ${name}`),
  ];
  const body = rows.map(({ cell, samples }) => [
    `${cell.method} ${SIZES[cell.size] / 1000} KB × ${cell.connections}`,
    ...timed.map(({ name }) => cpuOf(samples, name)?.median.toFixed(0) ?? '-'),
    cpuRatio(samples, ratio.name, ratio.against)?.median.toFixed(2) ?? '-',
    ...mirroring.map(({ name }) => `${(medianOf(samples, name, ({ mirrored }) => mirrored) * 100).toFixed(0)} %`),
  ]);
  return formatTable([head, ...body]);
}
