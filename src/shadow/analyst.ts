// The other end of the analysis worker: a request and an answer for each pair, with a watchdog. A pair that hangs the
// worker costs that pair, not the lane: the worker is replaced and the others are asked again.
import { Worker } from 'node:worker_threads';

export interface AnalystOptions {
  readonly workerUrl: URL;
  /** Asked for at each start of a worker. */
  readonly workerData: () => unknown;
  /** How long one pair may take before the worker is replaced. */
  readonly budgetMs: number;
  /** Pairs that may wait for the worker; more are refused. */
  readonly maxPending: number;
  /** Heap of the worker; past it the worker ends and is replaced, and the process lives. */
  readonly maxMemoryMb: number;
  /** Stack of the worker, Node's 4 without it: deep values are walked by functions that call themselves. */
  readonly stackMb?: number;
  readonly onWarning: (message: string) => void;
}

export type AnalystAnswer<Answer> =
  | { readonly kind: 'answer'; readonly answer: Answer }
  | { readonly kind: 'budget' }
  | { readonly kind: 'refused' };

export interface Analyst<Question, Answer> {
  /** Starts the worker and waits until it has loaded what it needs; rejects when it cannot. */
  start(): Promise<void>;
  /** Never rejects. */
  ask(question: Question): Promise<AnalystAnswer<Answer>>;
  stop(): Promise<void>;
}

interface Pending<Question, Answer> {
  readonly question: Question;
  readonly resolve: (answer: AnalystAnswer<Answer>) => void;
}

/** What the worker sends: `ready` once, then one `answer` for each question, in order. */
export type WorkerMessage<Answer> =
  | { readonly kind: 'ready' }
  | { readonly kind: 'failed'; readonly message: string }
  | { readonly kind: 'answer'; readonly answer: Answer }
  | { readonly kind: 'threw'; readonly message: string };

const FIRST_WAIT_MS = 50;
const MAX_WAIT_MS = 30_000;

export function createAnalyst<Question, Answer>(options: AnalystOptions): Analyst<Question, Answer> {
  return new WorkerAnalyst<Question, Answer>(options);
}

class WorkerAnalyst<Question, Answer> implements Analyst<Question, Answer> {
  readonly #options: AnalystOptions;
  #pending: Pending<Question, Answer>[] = [];
  #worker: Worker | undefined;
  #watchdog: NodeJS.Timeout | undefined;
  #onReady: { resolve: () => void; reject: (error: Error) => void } | undefined;
  #ready = false;
  #stopped = false;
  /** Workers in a row that ended without an answer. */
  #failures = 0;
  #restart: NodeJS.Timeout | undefined;

  constructor(options: AnalystOptions) {
    this.#options = options;
  }

  start(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#onReady = { resolve, reject };
      this.#spawn();
    });
  }

  ask(question: Question): Promise<AnalystAnswer<Answer>> {
    if (this.#stopped || this.#pending.length >= this.#options.maxPending) return Promise.resolve({ kind: 'refused' });
    return new Promise((resolve) => {
      this.#pending.push({ question, resolve });
      this.#post(question);
      this.#watch();
    });
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#watchdog);
    clearTimeout(this.#restart);
    for (const { resolve } of this.#pending.splice(0)) resolve({ kind: 'refused' });
    await this.#worker?.terminate();
  }

  #spawn(): void {
    this.#ready = false;
    const worker = new Worker(this.#options.workerUrl, {
      workerData: this.#options.workerData(),
      resourceLimits: { maxOldGenerationSizeMb: this.#options.maxMemoryMb, stackSizeMb: this.#options.stackMb ?? 4 },
    });
    this.#worker = worker;
    worker.on('message', (message: WorkerMessage<Answer>) => this.#worker === worker && this.#onMessage(message));
    worker.on('error', (error) => this.#onExit(worker, error.message));
    worker.on('exit', (code) => this.#onExit(worker, `exit code ${code}`));
  }

  #onMessage(message: WorkerMessage<Answer>): void {
    if (message.kind === 'ready') return this.#onStarted();
    if (message.kind === 'failed') return this.#onReady?.reject(new Error(message.message));
    const asked = this.#pending.shift();
    clearTimeout(this.#watchdog);
    this.#watchdog = undefined;
    this.#watch();
    this.#failures = 0;
    if (message.kind === 'answer') return asked?.resolve({ kind: 'answer', answer: message.answer });
    this.#options.onWarning(`a comparison failed and is counted as uncompared: ${message.message}`);
    asked?.resolve({ kind: 'budget' });
  }

  #onStarted(): void {
    this.#ready = true;
    this.#onReady?.resolve();
    for (const { question } of this.#pending) this.#worker?.postMessage(question);
    this.#watch();
  }

  #post(question: Question): void {
    if (this.#ready) this.#worker?.postMessage(question);
  }

  /** Watches the oldest question; the worker answers in order. */
  #watch(): void {
    if (this.#watchdog || !this.#ready || this.#pending.length === 0) return;
    this.#watchdog = setTimeout(() => this.#replace('a comparison took too long'), this.#options.budgetMs);
    this.#watchdog.unref();
  }

  #onExit(worker: Worker, why: string): void {
    if (this.#worker !== worker || this.#stopped) return;
    if (!this.#ready && this.#onReady) this.#onReady.reject(new Error(why));
    this.#replace(`the analysis worker ended (${why})`);
  }

  #replace(why: string): void {
    clearTimeout(this.#watchdog);
    this.#watchdog = undefined;
    const culprit = this.#pending.shift();
    culprit?.resolve({ kind: 'budget' });
    const failed = this.#worker;
    this.#worker = undefined;
    void failed?.terminate();
    this.#ready = false;
    this.#options.onWarning(`${why}; it is replaced`);
    // The first is replaced at once; a worker that dies whatever it is given must not become the load itself.
    const waitMs = this.#failures === 0 ? 0 : Math.min(MAX_WAIT_MS, FIRST_WAIT_MS * 2 ** this.#failures);
    this.#failures += 1;
    this.#restart = setTimeout(() => this.#spawn(), waitMs);
    this.#restart.unref();
  }
}
