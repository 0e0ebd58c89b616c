// Bounds how long a client may be waited for while it sends a body. Only the waiting counts: a backend that is slow to
// take the bytes is no fault of the client's.
import type { Clock } from '../core/index.ts';
import { systemTimers, type Timers } from './timers.ts';

export interface UploadLimit {
  /** What anybody may be waited for. */
  readonly graceMs: number;
  /** And a second more for as many bytes as came: slower than that is nobody's connection. */
  readonly bytesPerSecond: number;
}

/** Those of mod_reqtimeout of Apache, whose default is 20 s and 500 bytes. */
export const UPLOAD_LIMIT: UploadLimit = { graceMs: 30_000, bytesPerSecond: 500 };

export interface Patience {
  /** From now on the client is waited for. */
  wait(): void;
  received(bytes: number): void;
  /** The body is over, or nobody wants it any more. */
  end(): void;
}

export interface PatienceOptions {
  readonly limit: UploadLimit;
  readonly clock: Pick<Clock, 'monotonicMs'>;
  readonly timers?: Timers;
  readonly onLate: () => void;
}

export function createPatience({ limit, clock, timers = systemTimers, onLate }: PatienceOptions): Patience {
  let leftMs = limit.graceMs;
  let waitingSinceMs: number | undefined;
  let cancel: (() => void) | undefined;
  const look = (): void => {
    cancel = undefined;
    if (waitingSinceMs === undefined) return;
    const overMs = waitingSinceMs + leftMs - clock.monotonicMs();
    if (overMs <= 0) onLate();
    else cancel = timers.after(overMs, look);
  };
  return {
    wait: () => {
      waitingSinceMs = clock.monotonicMs();
      // One timer for the whole body: it looks again when there is time left.
      cancel ??= timers.after(leftMs, look);
    },
    received: (bytes) => {
      if (waitingSinceMs !== undefined) leftMs -= clock.monotonicMs() - waitingSinceMs;
      leftMs += (bytes / limit.bytesPerSecond) * 1000;
      waitingSinceMs = undefined;
    },
    end: () => {
      waitingSinceMs = undefined;
      cancel?.();
    },
  };
}
