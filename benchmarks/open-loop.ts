// `node open-loop.ts '{"ports":[...], "rate":..., "seconds":..., "seed":...}'`: requests at a fixed rate, whatever the answers
// do. Each latency counts from the moment at which the request was due and not from when it could be sent, so that a
// stall is felt by every request that falls into it (wrk, which waits for answers, would leave those out).
import { Worker } from 'node:worker_threads';
import { type Connection, openConnection } from './connection.ts';
import { ITEMS_PER_SIZE, targetOf } from './items.ts';
import type { PacerOrders } from './pacer.ts';
import { createRandom, quantile } from './statistics.ts';

export interface OpenLoop {
  /** Each request goes to one of them by lot, so that all meet the same moments of the machine. */
  readonly ports: readonly number[];
  /** Instead, all that are due in a slice of so long go to the same one, and each port has the whole rate while it is its turn. */
  readonly sliceMs?: number | undefined;
  /** Requests per second, to all of them together. */
  readonly rate: number;
  /** That are counted; others go before, in which connections and the generator itself are new. */
  readonly seconds: number;
  /** The same seed gives the same moments. */
  readonly seed: number;
}

export interface OpenLoopResult {
  /** Of each second that is counted, the latencies of what was due in it, in whole microseconds. */
  readonly seconds: readonly (readonly number[])[];
  /** All that were sent, also those that are not counted in anything else. */
  readonly asked: number;
  readonly answered: number;
  readonly failed: number;
  readonly p50Us: number;
  readonly p99Us: number;
  readonly maxUs: number;
  /** How much later than due requests were sent: the generator's own lateness, and waiting for a free connection. */
  readonly lateP50Us: number;
  readonly lateP99Us: number;
}

const CONNECTIONS = 64;
const SKIPPED_SECONDS = 5;
const LAST_ANSWER_MS = 5_000;

/** The clock of this thread, as a number that costs no garbage. */
function nowMs(): number {
  return performance.now();
}

/** One result for each port. */
async function generate({ ports, sliceMs, rate, seconds, seed }: OpenLoop): Promise<readonly OpenLoopResult[]> {
  const connections = await Promise.all(ports.map(openConnections));
  const startMs = nowMs() + 500;
  const allSeconds = SKIPPED_SECONDS + seconds;
  const schedule = createSchedule({ startMs, rate, seconds: allSeconds, seed });
  const generator = new Generator(schedule, connections, pickTarget(ports.length, sliceMs, createRandom(seed + 1)));
  const orders: PacerOrders = { schedule, originMs: performance.timeOrigin };
  const pacer = new Worker(new URL('./pacer.ts', import.meta.url), { workerData: orders });
  const sendDue = (): void => generator.sendDue();
  pacer.on('message', sendDue);
  await generator.untilDone(startMs + allSeconds * 1000 + LAST_ANSWER_MS);
  for (const connection of connections.flat()) connection.close();
  await pacer.terminate();
  return ports.map((_, target) => generator.result(target, { fromMs: startMs + SKIPPED_SECONDS * 1000, seconds }));
}

function openConnections(port: number): Promise<readonly Connection[]> {
  return Promise.all(Array.from({ length: CONNECTIONS }, () => openConnection(port, fail)));
}

function fail(why: string): never {
  console.error(why);
  process.exit(1);
}

/** Independent clients come at exponential distances (a Poisson process). */
function createSchedule({ startMs, rate, seconds, seed }: Omit<OpenLoop, 'ports'> & { startMs: number }): Float64Array {
  const random = createRandom(seed);
  const schedule = new Float64Array(new SharedArrayBuffer(Math.round(rate * seconds) * 8));
  let dueMs = startMs;
  for (let index = 0; index < schedule.length; index++) {
    dueMs += (-Math.log(1 - random()) / rate) * 1000;
    schedule[index] = dueMs;
  }
  return schedule;
}

function pickTarget(ports: number, sliceMs: number | undefined, random: () => number): (dueMs: number) => number {
  return sliceMs === undefined ? () => Math.floor(random() * ports) : (dueMs) => Math.floor(dueMs / sliceMs) % ports;
}

interface Counted {
  readonly fromMs: number;
  readonly seconds: number;
}

class Generator {
  readonly #schedule: Float64Array;
  /** Of each port. */
  readonly #free: Connection[][];
  /** Which port each request goes to. */
  readonly #targets: Uint8Array;
  /** Due, and waiting for a connection to its port; the longest first. */
  readonly #waiting: number[][];
  readonly #latencyMs: Float64Array;
  readonly #lateMs: Float64Array;
  #due = 0;
  #answered = 0;
  #failed = 0;

  constructor(
    schedule: Float64Array,
    connections: readonly (readonly Connection[])[],
    pick: (dueMs: number) => number,
  ) {
    this.#schedule = schedule;
    this.#free = connections.map((each) => [...each]);
    this.#targets = Uint8Array.from(schedule, pick);
    this.#waiting = connections.map(() => []);
    this.#latencyMs = new Float64Array(schedule.length).fill(NaN);
    this.#lateMs = new Float64Array(schedule.length).fill(NaN);
  }

  /** Sends what is due as far as connections are free; what finds none is sent by the next answer. */
  sendDue(): void {
    for (let dueMs = this.#schedule[this.#due]; dueMs !== undefined; dueMs = this.#schedule[this.#due]) {
      if (dueMs > nowMs()) return;
      const index = this.#due++;
      const target = this.#targets[index] ?? 0;
      this.#waiting[target]?.push(index);
      this.#sendWaiting(target);
    }
  }

  #sendWaiting(target: number): void {
    const [free, waiting] = [this.#free[target] ?? [], this.#waiting[target] ?? []];
    if (waiting.length === 0) return;
    const connection = free.pop();
    const index = connection && waiting.shift();
    if (connection && index !== undefined) this.#send(connection, index, target);
  }

  #send(connection: Connection, index: number, target: number): void {
    const dueMs = this.#schedule[index] ?? NaN;
    this.#lateMs[index] = nowMs() - dueMs;
    connection.send(REQUESTS[index % REQUESTS.length] ?? NOTHING, (status) => {
      this.#latencyMs[index] = nowMs() - dueMs;
      this.#answered += 1;
      if (status !== 200) this.#failed += 1;
      this.#free[target]?.push(connection);
      this.#sendWaiting(target);
    });
  }

  async untilDone(deadlineMs: number): Promise<void> {
    while (this.#answered < this.#schedule.length && nowMs() < deadlineMs)
      await new Promise((resolve) => setTimeout(resolve, 20));
  }

  #bySecond(target: number, { fromMs, seconds }: Counted): readonly (readonly number[])[] {
    const bySecond = Array.from({ length: seconds }, (): number[] => []);
    for (const [index, dueMs] of this.#schedule.entries()) {
      const latencyMs = this.#latencyMs[index] ?? NaN;
      if (this.#targets[index] !== target || Number.isNaN(latencyMs)) continue;
      bySecond[Math.floor((dueMs - fromMs) / 1000)]?.push(Math.round(latencyMs * 1000));
    }
    return bySecond;
  }

  /** `failed` counts the requests to all ports. */
  result(target: number, { fromMs, seconds }: Counted): OpenLoopResult {
    const counts = (_: number, index: number): boolean =>
      this.#targets[index] === target && (this.#schedule[index] ?? 0) >= fromMs;
    const latency = this.#latencyMs.filter(counts).filter(Number.isFinite).sort();
    const late = this.#lateMs.filter(counts).filter(Number.isFinite).sort();
    return {
      seconds: this.#bySecond(target, { fromMs, seconds }),
      asked: this.#targets.filter((each) => each === target).length,
      answered: latency.length,
      failed: this.#failed + this.#schedule.length - this.#answered,
      p50Us: quantile(latency, 0.5) * 1000,
      p99Us: quantile(latency, 0.99) * 1000,
      maxUs: (latency.at(-1) ?? NaN) * 1000,
      lateP50Us: quantile(late, 0.5) * 1000,
      lateP99Us: quantile(late, 0.99) * 1000,
    };
  }
}

/** The requests of load.lua. */
const REQUESTS = Array.from({ length: ITEMS_PER_SIZE }, (_, number) =>
  Buffer.from(
    [
      `GET ${targetOf('medium', number)} HTTP/1.1`,
      'Host: 127.0.0.1',
      'User-Agent: open-loop',
      'Accept: application/json',
      `X-User-Id: user-${number}`,
      '\r\n',
    ].join('\r\n'),
  ),
);

const NOTHING = new Uint8Array();

const options = JSON.parse(process.argv[2] ?? '{}') as OpenLoop; // written by latency.ts
// Not before all of it has left: a stream to another process is written later.
process.stdout.write(`${JSON.stringify(await generate(options))}\n`, () => process.exit(0));
