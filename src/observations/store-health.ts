import type { Clock, ParitygateError } from '../core/index.ts';

export interface StoreHealth {
  readonly ok: boolean;
  /** Milliseconds since the epoch; undefined before the first write. */
  readonly lastFlushMs: number | undefined;
  /** Milliseconds since the epoch. */
  readonly failingSince: number | undefined;
  readonly error: ParitygateError | undefined;
}

/** Remembers how writing goes, and says so once whenever that changes. */
export function createStoreHealth(
  clock: Clock,
  onWarning: (message: string) => void,
): { noteWritten(): void; noteFailed(error: ParitygateError): void; current(): StoreHealth } {
  let health: StoreHealth = { ok: true, lastFlushMs: undefined, failingSince: undefined, error: undefined };
  return {
    noteWritten() {
      const hadFailed = !health.ok;
      health = { ok: true, lastFlushMs: clock.now(), failingSince: undefined, error: undefined };
      if (hadFailed) onWarning('observations are written again; those kept in memory were not lost');
    },
    noteFailed(error) {
      const isNews = health.error?.code !== error.code;
      health = { ...health, ok: false, failingSince: health.failingSince ?? clock.now(), error };
      if (isNews) onWarning(`${error.code}: ${error.message}; observations are kept in memory until it can be written`);
    },
    current: () => health,
  };
}
