import { dirname } from 'node:path';
import type { Clock, EvidenceBinding, Observation } from '../core/index.ts';
import type { StoreOptions } from './database.ts';
import { createDelivery } from './delivery.ts';
import { createIntake } from './intake.ts';
import type { Mark } from './mark.ts';
import { recoverSpills } from './recover.ts';
import type { Retention } from './retention.ts';
import { describeBatches } from './spill.ts';
import { writeSpill } from './spill-files.ts';
import { createStoreHealth, type StoreHealth } from './store-health.ts';
import { within } from './within.ts';
import { createWriter, type SpawnWriter } from './writer.ts';
import { fromErrorData } from './writer-protocol.ts';

export interface RecorderOptions {
  readonly store: Omit<StoreOptions, 'readOnly'>;
  readonly binding: EvidenceBinding;
  /** What the store gives up; nothing, without it. */
  readonly retention?: Retention | undefined;
  /** How often the current window is closed and written. */
  readonly windowMs: number;
  readonly clock: Clock;
  /** Gets one sentence whenever writing begins to fail, fails in another way, or works again. */
  readonly onWarning: (message: string) => void;
  /** How long `stop` waits for the store, and then for each place where it tries to keep a file. Default 5,000. */
  readonly stopTimeoutMs?: number | undefined;
  /** Starts the writing thread; replaced in tests. */
  readonly spawn?: SpawnWriter | undefined;
}

export interface RecorderStatus extends StoreHealth {
  /** Windows that the store has not taken yet: the one offered to it, and the open one that waits behind it. */
  readonly pendingWindows: number;
}

/** Takes what the live thread saw and has it written by another one. */
export interface Recorder {
  /**
   * Opens the store in the writing thread, and has it take what earlier stops left in files beside it. Rejects with the
   * ParitygateError when it cannot be opened.
   */
  start(): Promise<void>;
  /** Counts a request that is to end in one `record`. */
  arrived(operationId: string, group: string | undefined): void;
  /** Never throws and never waits. */
  record(observation: Observation): void;
  recordMark(mark: Mark): void;
  status(): RecorderStatus;
  /** Resolves once all that was recorded until now is written, or could not be; never rejects. */
  flush(): Promise<void>;
  /** Flushes and closes the store. What it does not take is kept in a file; `onWarning` is told which. */
  stop(): Promise<void>;
}

const STOP_TIMEOUT_MS = 5000;

export function createRecorder(options: RecorderOptions): Recorder {
  const { binding, clock, onWarning, stopTimeoutMs = STOP_TIMEOUT_MS } = options;
  const { path } = options.store;
  const intake = createIntake(clock);
  // What an abandoned write ends in comes after the loss was told.
  const health = createStoreHealth(clock, (message) => isAbandoned || onWarning(message));
  const writer = createWriter({ store: options.store, binding, retention: options.retention }, options.spawn);
  const onFault = once((fault: unknown) => onWarning(`observations could not be recorded: ${String(fault)}`));
  const delivery = createDelivery({ intake, writer, health, onNotice: onWarning, onFault });
  let timer: NodeJS.Timeout | undefined;
  let isAbandoned = false;
  let stopped: Promise<void> | undefined;

  async function stop(): Promise<void> {
    clearInterval(timer);
    const isFinished = delivery
      .flush()
      .then(() => writer.stop())
      .then(() => true);
    isAbandoned = !(await within(isFinished, stopTimeoutMs));
    if (isAbandoned) writer.abandon();
    const batches = [delivery.unwritten(), intake.take()].filter((batch) => batch !== undefined);
    if (batches.length === 0) return;
    // What an abandoned write still brought to disk is in the file as well; the store knows its records.
    const file = await writeSpill(path, { binding, batches }, stopTimeoutMs);
    onWarning(`stopped before the store took ${describeBatches(batches)}: ${describeKept(file, path)}`);
  }

  return {
    async start() {
      const answer = await writer.begin();
      if (answer.kind === 'failed') {
        await writer.stop();
        throw fromErrorData(answer.error);
      }
      await recoverSpills({ storePath: path, writer, onWarning });
      timer = setInterval(() => void (delivery.isFlushing() || delivery.flush()), options.windowMs).unref();
    },
    arrived: intake.arrived,
    record(observation) {
      try {
        intake.add(observation);
      } catch (fault) {
        onFault(fault);
      }
    },
    recordMark(mark) {
      if (!intake.addMark(mark)) onWarning(`too many changes of weight at once: one of ${mark.group} was not recorded`);
    },
    status() {
      const pendingWindows = delivery.unwritten() === undefined ? 0 : 1 + (intake.isEmpty() ? 0 : 1);
      return { ...health.current(), pendingWindows };
    },
    flush: delivery.flush,
    stop() {
      stopped ??= stop();
      return stopped;
    },
  };
}

function describeKept(file: string | undefined, storePath: string): string {
  if (file === undefined) return 'they are lost, since no file could be written either';
  if (dirname(file) === dirname(storePath)) return `they are kept in ${file}, and the next start takes them in`;
  return `they are kept in ${file}; move it into ${dirname(storePath)}, so that the next start takes them in`;
}

function once<Argument>(work: (argument: Argument) => void): (argument: Argument) => void {
  let isDone = false;
  return (argument) => {
    if (isDone) return;
    isDone = true;
    work(argument);
  };
}
