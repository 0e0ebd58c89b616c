import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { EvidenceBinding } from '../core/index.ts';
import {
  type Batch,
  type Numbered,
  toErrorData,
  type WriteAnswer,
  type WriteRequest,
  type WriterSetup,
} from './writer-protocol.ts';

/** The live side of the writing thread. Answers never reject: what went wrong is data. */
export interface Writer {
  /** Opens the store and makes the binding the latest one. */
  begin(): Promise<WriteAnswer>;
  /** Under the binding that the writer was made with unless one is given. */
  write(batch: Batch, binding?: EvidenceBinding): Promise<WriteAnswer>;
  /** Closes the store and ends the thread. */
  stop(): Promise<void>;
  /** Ends the thread without waiting for what it does. */
  abandon(): void;
}

export type SpawnWriter = (setup: WriterSetup) => Worker;

type Ending = { readonly kind: 'crashed'; readonly reason: string };

export function createWriter(setup: WriterSetup, spawn: SpawnWriter = spawnWriter): Writer {
  let worker: Worker | undefined;
  let lastNumber = 0;
  let isAbandoned = false;

  function running(): Worker {
    if (worker !== undefined) return worker;
    if (isAbandoned) throw new Error('the recorder was stopped');
    const started = spawn(setup);
    worker = started;
    started.unref();
    // A crash is reported to whoever waits for an answer, by `exit`; without a listener it would end the process.
    started.on('error', () => {});
    started.once('exit', () => {
      if (worker === started) worker = undefined;
    });
    return started;
  }

  async function request(body: WriteRequest): Promise<WriteAnswer> {
    try {
      return await requestTwice(body);
    } catch (error) {
      return { kind: 'failed', error: toErrorData(error) };
    }
  }

  /** A request whose thread died is made once more: whether it had been carried out, the store knows. */
  async function requestTwice(body: WriteRequest): Promise<WriteAnswer> {
    const first = await ask(running(), { ...body, number: ++lastNumber });
    if (first.kind !== 'crashed') return first;
    const second = await ask(running(), { ...body, number: ++lastNumber });
    if (second.kind !== 'crashed') return second;
    throw new Error(`the writing thread stopped: ${second.reason}`);
  }

  return {
    begin: () => request({ kind: 'begin' }),
    write: (batch, binding = setup.binding) => request({ kind: 'write', binding, batch }),
    async stop() {
      if (worker === undefined) return;
      const stopping = worker;
      const exited = new Promise((resolve) => stopping.once('exit', resolve));
      await ask(stopping, { kind: 'close', number: ++lastNumber });
      stopping.ref();
      await exited;
    },
    abandon() {
      isAbandoned = true;
      worker?.terminate().catch(() => {});
    },
  };
}

/** Holds the process open until the answer is there. */
function ask(worker: Worker, request: Numbered<WriteRequest>): Promise<WriteAnswer | Ending> {
  const { promise, resolve } = Promise.withResolvers<WriteAnswer | Ending>();
  let reason = 'no reason given';
  const onMessage = (answer: Numbered<WriteAnswer>): void => {
    if (answer.number === request.number) resolve(answer);
  };
  const onError = (error: Error): void => {
    reason = error.message;
  };
  const onExit = (code: number): void => resolve({ kind: 'crashed', reason: `${reason} (exit code ${code})` });
  worker.on('message', onMessage).on('error', onError).once('exit', onExit);
  worker.ref();
  worker.postMessage(request);
  return promise.finally(() => {
    worker.off('message', onMessage).off('error', onError).off('exit', onExit);
    worker.unref();
  });
}

function spawnWriter(setup: WriterSetup): Worker {
  // The entry lies beside this room as .ts in the source and as .js in the package.
  const entry = new URL(`../recorder-worker${extname(import.meta.url)}`, import.meta.url);
  return new Worker(entry, { name: 'paritygate-recorder', workerData: setup });
}
