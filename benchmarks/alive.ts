// What a proxy holds once all of its garbage is collected.
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Alive } from './collect-on-signal.ts';

const LOOK_MS = 50;
const PATIENCE_MS = 20_000;

/** Collects the garbage of a process that was started in `directory` with `collect-on-signal.ts`. Throws when it does not answer. */
export async function collectGarbage(pid: number, directory: string): Promise<Alive> {
  const file = join(directory, `memory-${pid}.json`);
  rmSync(file, { force: true });
  process.kill(pid, 'SIGUSR2');
  for (const deadline = performance.now() + PATIENCE_MS; performance.now() < deadline; await delay(LOOK_MS)) {
    const text = readIfThere(file);
    if (text !== undefined) return JSON.parse(text) as Alive; // written by collect-on-signal.ts
  }
  throw new Error(`process ${pid} did not say what it holds`);
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
