// One worker process, seen from the main process.
import type { Worker } from 'node:cluster';
import { createInterface } from 'node:readline';
import type { WorkerStatus } from './control/index.ts';
import { type Clock, ParitygateError } from './core/index.ts';
import type { PlaneReport } from './status.ts';
import { fork, type Handed, rememberHanded, untilClosed } from './worker-fork.ts';
import {
  type FromWorker,
  fromErrorData,
  type Started,
  type StopOrder,
  type ToWorker,
  type WorkerSetup,
} from './worker-protocol.ts';

export interface WorkerHandle {
  readonly pid: number;
  /** Resolves once it listens; rejects with what kept it from that. */
  readonly started: Promise<Started>;
  readonly exited: Promise<WorkerExit>;
  isServing(): boolean;
  /** Never waits longer than a moment. */
  status(): Promise<WorkerStatus>;
  /** The latest that it told; undefined before it started. */
  report(): PlaneReport | undefined;
  /** Asks it to drain and end; again with less patience to end sooner. */
  stop(manner: StopOrder): void;
  kill(): void;
}

export interface WorkerExit {
  readonly pid: number;
  /** `SIGKILL`, or `exit code 1` with the exception that led to it. */
  readonly how: string;
  readonly livedMs: number;
  readonly hadStarted: boolean;
}

export interface WorkerSeams {
  readonly clock: Clock;
  readonly onWarning: (message: string, pid: number) => void;
  /** What it printed, which nobody of ours does: Node, on the way down. */
  readonly onOutput: (line: string, pid: number) => void;
}

export interface WorkerOrder {
  readonly setup: WorkerSetup;
  readonly patient: boolean;
}

/** Longer than a busy worker takes to come round to a message, and short for whoever asks for the status. */
const ANSWER_MS = 500;
/** After the grace period: the last windows go to disk, or into a file beside the store. */
const LAST_WRITES_MS = 20_000;

export function forkWorker(order: WorkerOrder, seams: WorkerSeams): WorkerHandle {
  return new ForkedWorker(order, seams);
}

class ForkedWorker implements WorkerHandle {
  readonly pid: number;
  readonly started: Promise<Started>;
  readonly exited: Promise<WorkerExit>;
  readonly #worker: Worker;
  readonly #seams: WorkerSeams;
  readonly #bornMs: number;
  readonly #start = Promise.withResolvers<Started>();
  #state: 'starting' | 'serving' | 'draining' = 'starting';
  #hadStarted = false;
  #report: PlaneReport | undefined;
  #lastWord: string | undefined;
  #answers = new Map<number, () => void>();
  #lastNumber = 0;
  #limit: NodeJS.Timeout | undefined;
  readonly #handed: Handed;

  constructor({ setup, patient }: WorkerOrder, seams: WorkerSeams) {
    this.#seams = seams;
    this.#bornMs = seams.clock.monotonicMs();
    this.#worker = fork();
    this.#handed = rememberHanded(this.#worker.process);
    this.pid = this.#worker.process.pid ?? 0;
    this.started = this.#start.promise;
    // Whoever needs it awaits it; that nobody does is no fault.
    this.started.catch(() => {});
    this.exited = this.#untilExit();
    this.#worker.on('message', (message: FromWorker) => this.#onMessage(message));
    this.#relayOutput();
    this.#send({ kind: 'start', setup, patient });
  }

  async status(): Promise<WorkerStatus> {
    const uptimeMs = Math.round(this.#seams.clock.monotonicMs() - this.#bornMs);
    const hasAnswered = this.#state === 'starting' || (await this.#ask());
    return { pid: this.pid, state: hasAnswered ? this.#state : 'silent', uptimeMs };
  }

  isServing(): boolean {
    return this.#state === 'serving';
  }

  report(): PlaneReport | undefined {
    return this.#report;
  }

  stop(manner: StopOrder): void {
    this.#state = 'draining';
    this.#send({ kind: 'stop', manner });
    clearTimeout(this.#limit);
    this.#limit = setTimeout(() => {
      this.#seams.onWarning(`worker ${this.pid} did not end in time and was killed`, this.pid);
      this.kill();
    }, manner.graceMs + LAST_WRITES_MS);
  }

  kill(): void {
    this.#worker.process.kill('SIGKILL');
  }

  #onMessage(message: FromWorker): void {
    if (message.kind === 'started') this.#onStarted(message);
    else if (message.kind === 'failed') this.#onFailed(fromErrorData(message.error));
    else if (message.kind === 'warning') this.#seams.onWarning(message.message, this.pid);
    else if (message.kind === 'crashed') this.#lastWord = message.reason;
    else this.#report = message.report;
    if (message.kind === 'report') this.#answers.get(message.number)?.();
  }

  #onStarted(started: Started): void {
    this.#report = started.report;
    this.#hadStarted = true;
    if (this.#state === 'starting') this.#state = 'serving';
    this.#start.resolve(started);
  }

  #onFailed(error: Error): void {
    this.#lastWord = error.message;
    this.#start.reject(error);
  }

  /** Whether it answered in time. */
  #ask(): Promise<boolean> {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    this.#lastNumber += 1;
    const number = this.#lastNumber;
    const timer = setTimeout(resolve, ANSWER_MS, false);
    this.#answers.set(number, () => resolve(true));
    this.#send({ kind: 'report', number });
    return promise.finally(() => {
      clearTimeout(timer);
      this.#answers.delete(number);
    });
  }

  async #untilExit(): Promise<WorkerExit> {
    const ending = await untilClosed(this.#worker);
    clearTimeout(this.#limit);
    for (const answer of this.#answers.values()) answer();
    // One that drains has given back what it did not take.
    if (this.#state !== 'draining') this.#handed.close();
    const how = this.#lastWord === undefined ? ending : `${ending}: ${this.#lastWord}`;
    this.#start.reject(
      new ParitygateError('PG_WORKER', `worker ${this.pid} ended before it listened (${how})`, {
        fix: 'see what it said above; with no word from it, it was killed from outside, often for its memory',
      }),
    );
    return {
      pid: this.pid,
      how,
      livedMs: this.#seams.clock.monotonicMs() - this.#bornMs,
      hadStarted: this.#hadStarted,
    };
  }

  #relayOutput(): void {
    for (const stream of [this.#worker.process.stdout, this.#worker.process.stderr]) {
      if (!stream) continue;
      createInterface({ input: stream }).on('line', (line) => this.#seams.onOutput(line, this.pid));
    }
  }

  #send(message: ToWorker): void {
    if (this.#worker.isConnected()) this.#worker.process.send(message, () => {});
  }
}
