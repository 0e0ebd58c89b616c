/** A worker that ended by itself, and how those before it in its place had fared. */
export interface Crash {
  readonly livedMs: number;
  /** Crashes in a row before this one. */
  readonly inARow: number;
}

export interface Restart {
  readonly waitMs: number;
  readonly inARow: number;
}

/** After so long a worker was well, and what ended it is another thing than what ended those before. */
const WELL_MS = 60_000;
const FIRST_WAIT_MS = 250;
const MAX_WAIT_MS = 30_000;

/** The first is replaced at once; one that crashes whatever is done must not become the load itself. */
export function planRestart({ livedMs, inARow }: Crash): Restart {
  const before = livedMs >= WELL_MS ? 0 : inARow;
  return {
    waitMs: before === 0 ? 0 : Math.min(MAX_WAIT_MS, FIRST_WAIT_MS * 2 ** (before - 1)),
    inARow: before + 1,
  };
}
