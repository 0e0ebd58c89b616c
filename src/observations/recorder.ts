import type { Clock, EvidenceBinding, Observation } from '../core/index.ts';
import type { StoreOptions } from './database.ts';
import { createDelivery } from './delivery.ts';
import { createIntake } from './intake.ts';
import type { Mark } from './mark.ts';
import { createStoreHealth, type StoreHealth } from './store-health.ts';
import { createWriter, type SpawnWriter } from './writer.ts';
import { type Batch, fromErrorData } from './writer-protocol.ts';

export interface RecorderOptions {
  readonly store: Omit<StoreOptions, 'readOnly'>;
  readonly binding: EvidenceBinding;
  /** How often the current window is closed and written. */
  readonly windowMs: number;
  readonly clock: Clock;
  /** Gets one sentence whenever writing begins to fail, fails in another way, or works again. */
  readonly onWarning: (message: string) => void;
  /** How long `stop` waits for the store. Default 5,000. */
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
  /** Opens the store in the writing thread. Rejects with the ParitygateError when it cannot be opened. */
  start(): Promise<void>;
  /** Counts a request that is to end in one `record`. */
  arrived(operationId: string, group: string | undefined): void;
  /** Never throws and never waits. */
  record(observation: Observation): void;
  recordMark(mark: Mark): void;
  status(): RecorderStatus;
  /** Resolves once all that was recorded until now is written, or could not be; never rejects. */
  flush(): Promise<void>;
  /** Flushes and closes the store; `onWarning` is told what could not be written. */
  stop(): Promise<void>;
}

const STOP_TIMEOUT_MS = 5000;

export function createRecorder(options: RecorderOptions): Recorder {
  const { clock, onWarning } = options;
  const intake = createIntake(clock);
  // What an abandoned write ends in comes after the loss was told.
  const health = createStoreHealth(clock, (message) => isAbandoned || onWarning(message));
  const writer = createWriter({ store: options.store, binding: options.binding }, options.spawn);
  const onFault = once((fault: unknown) => onWarning(`observations could not be recorded: ${String(fault)}`));
  const delivery = createDelivery({ intake, writer, health, onFault });
  let timer: NodeJS.Timeout | undefined;
  let isAbandoned = false;
  let stopped: Promise<void> | undefined;

  async function stop(): Promise<void> {
    clearInterval(timer);
    const finished = delivery.flush().then(() => writer.stop());
    isAbandoned = !(await isDoneWithin(finished, options.stopTimeoutMs ?? STOP_TIMEOUT_MS));
    if (isAbandoned) writer.abandon();
    const loss = describeLoss([delivery.unwritten(), intake.take()]);
    if (loss !== undefined) onWarning(`stopped before the store took ${loss}: they are lost`);
  }

  return {
    async start() {
      const answer = await writer.begin();
      if (answer.kind === 'failed') {
        await writer.stop();
        throw fromErrorData(answer.error);
      }
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

async function isDoneWithin(work: Promise<void>, timeoutMs: number): Promise<boolean> {
  const { promise: expired, resolve } = Promise.withResolvers<boolean>();
  const timer = setTimeout(resolve, timeoutMs, false);
  const isDone = await Promise.race([work.then(() => true), expired]);
  clearTimeout(timer);
  return isDone;
}

function describeLoss(batches: readonly (Batch | undefined)[]): string | undefined {
  const left = batches.filter((batch) => batch !== undefined);
  if (left.length === 0) return undefined;
  const operations = left.flatMap(({ record }) => record?.operations ?? []);
  const requests = operations.reduce((sum, { counts }) => sum + counts.eligible, 0);
  const marks = left.reduce((sum, batch) => sum + batch.marks.length, 0);
  return `the observations of ${requests} requests and ${marks} changes of weight`;
}

function once<Argument>(work: (argument: Argument) => void): (argument: Argument) => void {
  let isDone = false;
  return (argument) => {
    if (isDone) return;
    isDone = true;
    work(argument);
  };
}
