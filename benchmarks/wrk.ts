// wrk: the load with as many requests as the connections take.
import { join } from 'node:path';
import { z } from 'zod';
import type { SizeName } from './items.ts';
import { runToEnd } from './processes.ts';

/** One kind of load. */
export interface Cell {
  readonly size: SizeName;
  readonly connections: number;
  readonly method: 'GET' | 'POST';
}

export const MAIN_CELL: Cell = { size: 'medium', connections: 32, method: 'GET' };

export interface LoadOptions {
  readonly wrk: string;
  /** The directory with a file for the body of a POST of each size. */
  readonly bodies: string;
  readonly port: number;
  readonly cell: Cell;
  readonly seconds: number;
}

const resultSchema = z.object({
  requests: z.int().positive(),
  durationUs: z.int().positive(),
  statusErrors: z.int(),
  socketErrors: z.int(),
  p50Us: z.number(),
  p99Us: z.number(),
});

export type LoadResult = z.output<typeof resultSchema>;

export async function runLoad({ wrk, bodies, port, cell, seconds }: LoadOptions): Promise<LoadResult> {
  const { size, connections, method } = cell;
  const script = join(import.meta.dirname, 'load.lua');
  const load = [
    '-t1',
    `-c${connections}`,
    `-d${seconds}s`,
    '--timeout',
    '10s',
    '-s',
    script,
    `http://127.0.0.1:${port}`,
  ];
  const args = [...load, '--', method, size, join(bodies, size)];
  const output = await runToEnd({ command: wrk, args, cwd: bodies }, (seconds + 15) * 1000);
  const line = /^RESULT (.*)$/m.exec(output)?.[1];
  if (line === undefined) throw new Error(`wrk printed no result: ${output}`);
  return resultSchema.parse(JSON.parse(line));
}
