import type { ReloadStatus } from './control/index.ts';
import { type Clock, describeError, ParitygateError } from './core/index.ts';

/** Reloads one after the other. */
export interface Reloads {
  /** Resolves when this one, or one that was begun after it was asked for, is over. Never rejects. */
  ask(): Promise<void>;
  /** How the last one went; null where there was none. */
  last(): ReloadStatus | null;
}

export interface ReloadsParts {
  /** Rejects with what is wrong; everything is then as it was before. */
  readonly work: () => Promise<void>;
  /** No reload begins before this. */
  readonly begun: Promise<void>;
  /** Once true there is no reload any more, and what one was doing ends in no word. */
  readonly isStopped: () => boolean;
  readonly clock: Pick<Clock, 'now'>;
  readonly onRefused: (reason: string) => void;
}

export function createReloads({ work, begun, isStopped, clock, onRefused }: ReloadsParts): Reloads {
  let last: ReloadStatus | null = null;
  let going: Promise<void> | undefined;
  let isAsked = false;

  async function reload(): Promise<void> {
    const atMs = clock.now();
    try {
      await work();
      last = { atMs };
    } catch (error) {
      if (isStopped()) return;
      const reason = error instanceof ParitygateError ? describeError(error) : String(error);
      last = { atMs, error: reason };
      onRefused(reason);
    }
  }

  /** Asked for while one goes on, one more follows: the files may have changed since they were read. */
  async function reloadAll(): Promise<void> {
    await begun;
    while (isAsked && !isStopped()) {
      isAsked = false;
      await reload();
    }
    going = undefined;
  }

  return {
    ask: () => {
      isAsked = true;
      going ??= reloadAll();
      return going;
    },
    last: () => last,
  };
}
