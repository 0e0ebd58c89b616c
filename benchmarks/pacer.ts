// The clock of open-loop.ts, on a thread of its own: timers of an event loop are a millisecond wide, a waiting thread is
// not. It tells the loop whenever the next request is due.
import { parentPort, workerData } from 'node:worker_threads';

/** When each request is due, in milliseconds of the clock of `nowMs`. */
const schedule = new Float64Array(workerData as SharedArrayBuffer); // what open-loop.ts gives to this thread

const sleep = new Int32Array(new SharedArrayBuffer(4));

for (const dueMs of schedule) {
  const waitMs = dueMs - Number(process.hrtime.bigint()) / 1e6;
  if (waitMs > 0) Atomics.wait(sleep, 0, 0, waitMs);
  parentPort?.postMessage(undefined);
}
