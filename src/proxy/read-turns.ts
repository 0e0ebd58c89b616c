import type { Timers } from './timers.ts';

/** Who reads next, of all that have long responses to read for the comparison. */
export interface ReadTurns {
  /** Calls back when it is its turn, the next one at the earliest a moment later. */
  wait(onTurn: () => void): void;
}

/**
 * One read is at most 64 KiB, and between two of them every live request has its moment: a backend that sends without end
 * gets as much of the thread, and makes as much garbage, as it takes to read 16 MB a second, however many of its responses
 * are being read.
 */
export const TURN_MS = 4;

export function createReadTurns({ after }: Timers): ReadTurns {
  const waiting: (() => void)[] = [];
  const next = (): void => {
    const onTurn = waiting.shift();
    // First, so that the next one has its turn whatever this one does.
    if (waiting.length > 0) after(TURN_MS, next);
    onTurn?.();
  };
  return {
    wait: (onTurn) => {
      waiting.push(onTurn);
      if (waiting.length === 1) after(TURN_MS, next);
    },
  };
}
