// A load at a fixed rate, from a process of its own.
import { join } from 'node:path';
import type { OpenLoop, OpenLoopResult } from './open-loop.ts';
import { runToEnd } from './processes.ts';

/** Throws when a request was not answered with 200. */
export async function sendAtRate(name: string, load: OpenLoop): Promise<OpenLoopResult> {
  const args = [join(import.meta.dirname, 'open-loop.ts'), JSON.stringify(load)];
  const output = await runToEnd(
    { command: process.execPath, args, cwd: import.meta.dirname },
    (load.seconds + 20) * 1000,
  );
  const result = JSON.parse(output) as OpenLoopResult; // printed by open-loop.ts
  if (result.failed > 0)
    throw new Error(`${name}: ${result.failed} requests at a fixed rate were not answered with 200`);
  return result;
}
