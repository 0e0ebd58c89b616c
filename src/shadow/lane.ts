// A bounded lane: so many at once, so many waiting, and no more. Whoever does not fit is dropped. What fits begins when
// live requests leave a moment for it (decision 0030).

export interface LaneLimits {
  readonly concurrency: number;
  readonly queue: number;
}

export interface LaneStatus {
  readonly inFlight: number;
  readonly queued: number;
}

export interface LanePorts<Task> {
  /** Must neither throw nor reject; without a promise the task is done. */
  readonly run: (task: Task) => void | Promise<void>;
  /** What live requests have done so far on this thread: a request that comes is a step, and so is its answer. */
  readonly liveSteps: () => number;
  /** Calls back when all has been done that this turn of the event loop brought. */
  readonly nextTurn: (onTurn: () => void) => void;
}

export interface Lane<Task> {
  /** False when the task was dropped; never waits. */
  offer(task: Task): boolean;
  status(): LaneStatus;
  /** Takes nothing more and waits for what has a place, at most `graceMs`; resolves with what had none. */
  stop(graceMs: number): Promise<readonly Task[]>;
}

export function createLane<Task>(limits: LaneLimits, { run, liveSteps, nextTurn }: LanePorts<Task>): Lane<Task> {
  const waiting: Task[] = [];
  const capacity = limits.concurrency + limits.queue;
  const many = Math.min(MANY, Math.ceil(capacity / 4));
  let inFlight = 0;
  let seenSteps = 0;
  let turnsPutOff = 0;
  let isTurnAwaited = false;
  let stopped = false;
  let onIdle: () => void = () => {};

  const beginNext = (): boolean => {
    const task = inFlight < limits.concurrency ? waiting.shift() : undefined;
    if (task === undefined) return false;
    inFlight += 1;
    const running = run(task);
    if (running) void running.then(advance);
    else advance();
    return true;
  };
  const awaitTurn = (): void => {
    if (isTurnAwaited || waiting.length === 0 || inFlight >= limits.concurrency) return;
    isTurnAwaited = true;
    nextTurn(takeTurn);
  };
  const takeTurn = (): void => {
    isTurnAwaited = false;
    const steps = liveSteps() - seenSteps;
    seenSteps += steps;
    const count = countToBegin({ steps, turnsPutOff, areMany: waiting.length > many });
    turnsPutOff = count === 0 ? turnsPutOff + 1 : 0;
    for (let begun = 0; begun < count && beginNext(); ) begun += 1;
    awaitTurn();
  };
  const advance = (): void => {
    inFlight -= 1;
    if (waiting.length > 0) awaitTurn();
    else if (inFlight === 0) onIdle();
  };
  const offer = (task: Task): boolean => {
    if (stopped || inFlight + waiting.length >= capacity) return false;
    waiting.push(task);
    awaitTurn();
    return true;
  };
  const stop = async (graceMs: number): Promise<readonly Task[]> => {
    stopped = true;
    while (beginNext());
    const never = waiting.splice(0);
    if (inFlight > 0) await waitAtMost(graceMs, (done) => (onIdle = done));
    return never;
  };
  return { offer, stop, status: () => ({ inFlight, queued: waiting.length }) };
}

/** As many as this may wait for a turn without live requests, and for so many turns. */
const MANY = 64;
const PATIENCE_TURNS = 64;
const STEPS_OF_A_REQUEST = 2;

interface Turn {
  readonly steps: number;
  readonly turnsPutOff: number;
  readonly areMany: boolean;
}

/**
 * One in a turn without live requests. On a thread that has no such turn as many as live requests come to an end, so that
 * mirroring keeps up with them and no more wait than before.
 */
function countToBegin({ steps, turnsPutOff, areMany }: Turn): number {
  if (steps === 0) return 1;
  return areMany || turnsPutOff >= PATIENCE_TURNS ? Math.ceil(steps / STEPS_OF_A_REQUEST) : 0;
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
