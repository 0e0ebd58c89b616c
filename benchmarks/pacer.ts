// The clock of open-loop.ts, on a thread of its own: timers of an event loop are a millisecond wide, a waiting thread is
// not. It tells the loop whenever the next request is due.
import { parentPort, workerData } from 'node:worker_threads';

export interface PacerOrders {
  /** When each request is due, in milliseconds of the loop's own clock. */
  readonly schedule: Float64Array;
  /** When that clock was at 0. */
  readonly originMs: number;
}

const { schedule, originMs } = workerData as PacerOrders; // what open-loop.ts gives to this thread

const sleep = new Int32Array(new SharedArrayBuffer(4));
const aheadMs = performance.timeOrigin - originMs;

for (let index = 0; index < schedule.length; index++) {
  const waitMs = (schedule[index] ?? 0) - performance.now() - aheadMs;
  if (waitMs > 0) Atomics.wait(sleep, 0, 0, waitMs);
  parentPort?.postMessage(undefined);
}
