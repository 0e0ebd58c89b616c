// Loaded into each process of a proxy by `--import`, with `--expose-gc`: on SIGUSR2 it collects all garbage and writes what
// is left into `memory-<pid>.json` in the directory that it was started in. What a worker holds can then be told from what
// V8 has not looked for yet.
import { renameSync, writeFileSync } from 'node:fs';
import { setImmediate as turn } from 'node:timers/promises';

/** What is alive, in bytes: objects of V8, and memory of its own that they hold. */
export interface Alive {
  readonly heapBytes: number;
  readonly externalBytes: number;
}

process.on('SIGUSR2', () => void collect());

async function collect(): Promise<void> {
  // A finalizer runs in a turn of its own, and what it lets go is garbage of the next collection.
  for (let round = 0; round < 3; round++) {
    await globalThis.gc?.({ type: 'major', execution: 'async', flavor: 'last-resort' });
    await turn();
  }
  const { heapUsed, external } = process.memoryUsage();
  const file = `memory-${process.pid}.json`;
  const alive: Alive = { heapBytes: heapUsed, externalBytes: external };
  writeFileSync(`${file}.new`, JSON.stringify(alive));
  // Whoever looks for it finds all of it.
  renameSync(`${file}.new`, file);
}
