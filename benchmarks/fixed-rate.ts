// A load at a fixed rate, from a process of its own.
import { join } from 'node:path';
import type { OpenLoop, OpenLoopResult } from './open-loop.ts';
import { first } from './priority.ts';
import { runToEnd } from './processes.ts';

/**
 * Garbage of the generator does not take several processors at once from those that are measured, and its pacer, which never
 * comes back to its event loop, has room for all of a run: looked for, it was a stall of 10 ms in each.
 */
const LEAN = ['--no-parallel-scavenge', '--min-semi-space-size=16', '--initial-heap-size=256'];

/** A result for each port. `isFirst`: before all other programs. Throws when a request was not answered with 200. */
export async function sendAtRate(load: OpenLoop, isFirst: boolean): Promise<readonly OpenLoopResult[]> {
  const args = [...LEAN, join(import.meta.dirname, 'open-loop.ts'), JSON.stringify(load)];
  const generator = { command: process.execPath, args, cwd: import.meta.dirname };
  const output = await runToEnd(isFirst ? first(generator) : generator, (load.seconds + 20) * 1000);
  const results = JSON.parse(output) as readonly OpenLoopResult[]; // printed by open-loop.ts
  const failed = results[0]?.failed ?? 0;
  if (failed > 0) throw new Error(`${failed} requests at a fixed rate were not answered with 200`);
  return results;
}
