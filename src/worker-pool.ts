// The workers of one setup: so many places, each filled again when its worker ends by itself.
import { messageOf } from './core/index.ts';
import { planRestart } from './restart.ts';
import type { WorkerExit, WorkerHandle } from './worker-handle.ts';
import type { Started, StopOrder } from './worker-protocol.ts';

export interface WorkerPool {
  /** Fills every place; rejects with what kept the first one from it that could not be filled. */
  start(): Promise<Started>;
  /** Those that live. */
  workers(): readonly WorkerHandle[];
  /** Resolves when none lives. Again with less patience: sooner. */
  stop(manner: StopOrder): Promise<void>;
  kill(): void;
}

export interface WorkerPoolParts {
  readonly size: number;
  /** `patient` for one that replaces another. May throw when no process can be had. */
  readonly fork: (patient: boolean) => WorkerHandle;
  /** A worker ended by itself, or could not be made; another is tried in its place after so long. */
  readonly onCrash: (crash: WorkerCrash, waitMs: number) => void;
  /** Every end, with what the worker had last told. */
  readonly onGone: (worker: WorkerHandle) => void;
}

export type WorkerCrash = Pick<WorkerExit, 'how' | 'livedMs'> & Partial<WorkerExit>;

interface Place {
  worker: WorkerHandle | undefined;
  /** Crashes in a row. */
  inARow: number;
  timer: NodeJS.Timeout | undefined;
}

export function createWorkerPool({ size, fork, onCrash, onGone }: WorkerPoolParts): WorkerPool {
  const places: Place[] = Array.from({ length: size }, () => ({ worker: undefined, inARow: 0, timer: undefined }));
  let isStopped = false;
  const workers = (): readonly WorkerHandle[] => places.flatMap(({ worker }) => worker ?? []);

  function fill(place: Place, patient: boolean): Promise<Started> {
    const worker = fork(patient);
    place.worker = worker;
    void worker.exited.then((exit) => {
      place.worker = undefined;
      onGone(worker);
      // One that never came so far as to be missed has told why, and is not tried again.
      if (exit.hadStarted || patient) refill(place, exit);
    });
    return worker.started;
  }

  function refill(place: Place, crash: WorkerCrash): void {
    if (isStopped) return;
    const { waitMs, inARow } = planRestart({ livedMs: crash.livedMs, inARow: place.inARow });
    place.inARow = inARow;
    onCrash(crash, waitMs);
    place.timer = setTimeout(() => tryToFill(place), waitMs);
  }

  function tryToFill(place: Place): void {
    try {
      // What keeps it from starting is told at its end.
      fill(place, true).catch(() => {});
    } catch (error) {
      refill(place, { livedMs: 0, how: messageOf(error) });
    }
  }

  function close(): void {
    isStopped = true;
    for (const { timer } of places) clearTimeout(timer);
  }

  return {
    workers,
    start: async () => {
      const [first, ...others] = places;
      if (!first) throw new RangeError('a pool needs a place');
      // Alone: it makes what all of them share, such as the store, and what keeps it from starting is told once.
      const started = await fill(first, false);
      if (isStopped) throw new Error('the workers were stopped while they started');
      await Promise.all(others.map((place) => fill(place, false)));
      return started;
    },
    stop: async (manner) => {
      close();
      const living = workers();
      for (const worker of living) worker.stop(manner);
      await Promise.all(living.map(({ exited }) => exited));
    },
    kill: () => {
      close();
      for (const worker of workers()) worker.kill();
    },
  };
}
