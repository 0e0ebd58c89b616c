// A load at a fixed rate, from a process of its own.
import { join } from 'node:path';
import type { OpenLoop, OpenLoopResult } from './open-loop.ts';
import { runToEnd } from './processes.ts';

/** A result for each port. Throws when a request was not answered with 200. */
export async function sendAtRate(load: OpenLoop): Promise<readonly OpenLoopResult[]> {
  const args = [join(import.meta.dirname, 'open-loop.ts'), JSON.stringify(load)];
  const output = await runToEnd(
    { command: process.execPath, args, cwd: import.meta.dirname },
    (load.seconds + 20) * 1000,
  );
  const results = JSON.parse(output) as readonly OpenLoopResult[]; // printed by open-loop.ts
  const failed = results[0]?.failed ?? 0;
  if (failed > 0) throw new Error(`${failed} requests at a fixed rate were not answered with 200`);
  return results;
}
