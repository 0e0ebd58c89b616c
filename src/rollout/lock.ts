import { randomUUID } from 'node:crypto';
import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Clock, ParitygateError, systemClock } from '../core/index.ts';

/** Time, as far as waiting for a lock needs it. */
export interface Patience {
  readonly clock: Clock;
  readonly wait: (ms: number) => Promise<unknown>;
}

export interface Lock {
  /** Throws when someone took the lock over, because we held it for too long. */
  assertHeld(): Promise<void>;
}

/** A writer needs milliseconds; a lock this old was left by one that died. */
const STALE_MS = 10_000;
const PATIENCE_MS = 5_000;
const RETRY_MS = 20;

export const systemPatience: Patience = { clock: systemClock, wait: (ms) => sleep(ms) };

/** Runs `work` while no other writer, of this process or another, does so for the same file. */
export async function withLock<T>(file: string, patience: Patience, work: (lock: Lock) => Promise<T>): Promise<T> {
  const path = `${file}.lock`;
  const token = randomUUID();
  await acquire(path, token, patience);
  const isHeld = async () => (await readFile(path, 'utf8').catch(() => undefined)) === token;
  try {
    return await work({
      assertHeld: async () => {
        if (!(await isHeld())) throw busy(path);
      },
    });
  } finally {
    if (await isHeld()) await rm(path, { force: true });
  }
}

async function acquire(path: string, token: string, patience: Patience): Promise<void> {
  const startedMs = patience.clock.monotonicMs();
  while (!(await createExclusive(path, token))) {
    if (await removeStale(path, patience.clock)) continue;
    if (patience.clock.monotonicMs() - startedMs > PATIENCE_MS) throw busy(path);
    await patience.wait(RETRY_MS * (0.5 + Math.random()));
  }
}

/** Of those who find the same dead lock one removes it; the others would remove the new lock of the first. */
async function removeStale(path: string, clock: Clock): Promise<boolean> {
  const guard = `${path}.takeover`;
  if (!(await isStale(path, clock)) || !(await createExclusive(guard, ''))) return false;
  try {
    if (!(await isStale(path, clock))) return false;
    await rm(path, { force: true });
    return true;
  } finally {
    await rm(guard, { force: true });
  }
}

async function isStale(path: string, clock: Clock): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found !== undefined && clock.now() - found.mtimeMs > STALE_MS;
}

async function createExclusive(path: string, content: string): Promise<boolean> {
  try {
    await writeFile(path, content, { flag: 'wx' });
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

function busy(path: string): ParitygateError {
  return new ParitygateError('PG_FLAGS_LOCKED', 'another change of the flags file is under way; nothing was written', {
    at: { file: path },
    fix: `try again; if nobody is changing a weight, remove ${path}*`,
  });
}
