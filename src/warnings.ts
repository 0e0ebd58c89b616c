import type { Clock } from './core/index.ts';

/** What a person should look at: told once, and kept for the status. */
export interface Warnings {
  /** `teller` tells workers apart, which notice the same thing at nearly the same time. */
  add(message: string, teller?: number): void;
  /** Each with its time, the oldest first. */
  list(): readonly string[];
}

export interface WarningsOptions {
  readonly clock: Pick<Clock, 'now'>;
  readonly onNews: (message: string) => void;
}

const MAX_WARNINGS = 50;
/** Workers look at the same files at their own times; what a second one says within this is the same news. */
const SAME_NEWS_MS = 10_000;

interface Entry {
  readonly atMs: number;
  readonly message: string;
  readonly tellers: Set<number>;
}

export function createWarnings({ clock, onNews }: WarningsOptions): Warnings {
  const entries: Entry[] = [];

  function isEcho(message: string, teller: number, nowMs: number): boolean {
    const known = entries.findLast((entry) => entry.message === message);
    if (!known || known.tellers.has(teller) || nowMs - known.atMs > SAME_NEWS_MS) return false;
    known.tellers.add(teller);
    return true;
  }

  return {
    add: (message, teller = 0) => {
      const atMs = clock.now();
      if (isEcho(message, teller, atMs)) return;
      entries.push({ atMs, message, tellers: new Set([teller]) });
      entries.splice(0, entries.length - MAX_WARNINGS);
      onNews(message);
    },
    list: () => entries.map(({ atMs, message }) => `${new Date(atMs).toISOString()} ${message}`),
  };
}
