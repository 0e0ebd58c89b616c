// A bounded lane: so many at once, so many waiting, and no more. Whoever does not fit is dropped.

export interface LaneLimits {
  readonly concurrency: number;
  readonly queue: number;
}

export interface LaneStatus {
  readonly inFlight: number;
  readonly queued: number;
}

export interface Lane<Task> {
  /** False when the task was dropped; never waits. */
  offer(task: Task): boolean;
  status(): LaneStatus;
  /** Takes nothing more and waits for what is in flight, at most `graceMs`; resolves with what was never begun. */
  stop(graceMs: number): Promise<readonly Task[]>;
}

/** `run` must neither throw nor reject; without a promise the task is done. */
export function createLane<Task>(limits: LaneLimits, run: (task: Task) => void | Promise<void>): Lane<Task> {
  const waiting: Task[] = [];
  let inFlight = 0;
  let stopped = false;
  let onIdle: () => void = () => {};

  const begin = (task: Task): void => {
    inFlight += 1;
    const running = run(task);
    if (running) void running.then(advance);
    else advance();
  };
  // In a turn of its own: when a backend is found to be out, all that wait for it are done at once, one after the other.
  const beginNext = (): void => {
    // Somebody who came when nobody waited may have taken the place.
    if (inFlight >= limits.concurrency) return;
    const next = waiting.shift();
    if (next !== undefined) begin(next);
  };
  const advance = (): void => {
    inFlight -= 1;
    if (waiting.length > 0) setImmediate(beginNext);
    else if (inFlight === 0) onIdle();
  };
  const offer = (task: Task): boolean => {
    if (!stopped && inFlight < limits.concurrency && waiting.length === 0) {
      begin(task);
      return true;
    }
    return !stopped && waiting.length < limits.queue && waiting.push(task) > 0;
  };
  const stop = async (graceMs: number): Promise<readonly Task[]> => {
    stopped = true;
    const never = waiting.splice(0);
    if (inFlight > 0) await waitAtMost(graceMs, (done) => (onIdle = done));
    return never;
  };
  return { offer, stop, status: () => ({ inFlight, queued: waiting.length }) };
}

function waitAtMost(ms: number, onDone: (done: () => void) => void): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    onDone(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}
