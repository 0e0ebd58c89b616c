import { setTimeout as sleepMs } from 'node:timers/promises';
import { Pool } from 'undici';
import { type DemoRequest, tradeRequests } from './traffic-mix.ts';

export { type DemoRequest, tradeRequests } from './traffic-mix.ts';

export interface TrafficOptions {
  /** Where the requests go, such as `http://127.0.0.1:8080`. */
  readonly origin: string;
  readonly seed: number;
  /** Milliseconds since the epoch after which no request is sent; absent: until `signal` says so. */
  readonly untilMs?: number | undefined;
  /** Ends the sending; what is under way is still answered. */
  readonly signal?: AbortSignal | undefined;
  /** Requests under way at once, at most. */
  readonly concurrency: number;
  readonly ratePerSecond: number;
  /** Called a few times a second. */
  readonly onProgress?: ((progress: TrafficResult) => void) | undefined;
}

export interface TrafficResult {
  readonly sent: number;
  /** Answers by status. */
  readonly statuses: Readonly<Record<number, number>>;
  /** Requests that got no answer. */
  readonly failed: number;
}

const TICK_MS = 5;
const PROGRESS_MS = 250;
const ANSWER_TIMEOUT_MS = 10_000;

/** What the run has counted so far. */
interface Tally {
  sent: number;
  failed: number;
  readonly statuses: Record<number, number>;
  readonly underWay: Set<Promise<void>>;
}

/**
 * Sends the demo's requests at a steady rate, whether or not they are answered (an open model: a slow answer does not
 * slow the clients down), up to `concurrency` at once. Resolves when the last one is answered.
 */
export async function runTraffic(options: TrafficOptions): Promise<TrafficResult> {
  const timeouts = { headersTimeout: ANSWER_TIMEOUT_MS, bodyTimeout: ANSWER_TIMEOUT_MS };
  const pool = new Pool(options.origin, { connections: options.concurrency, pipelining: 1, ...timeouts });
  const tally: Tally = { sent: 0, failed: 0, statuses: {}, underWay: new Set() };
  const progress = setInterval(() => options.onProgress?.(resultOf(tally)), PROGRESS_MS);
  try {
    await sendAtRate(pool, tally, options);
    await Promise.all(tally.underWay);
  } finally {
    clearInterval(progress);
    await pool.close();
  }
  return resultOf(tally);
}

async function sendAtRate(pool: Pool, tally: Tally, options: TrafficOptions): Promise<void> {
  const requests = tradeRequests(options.seed);
  const startMs = performance.now();
  while (!isOver(options)) {
    const due = Math.floor(((performance.now() - startMs) * options.ratePerSecond) / 1_000);
    while (tally.sent < due && tally.underWay.size < options.concurrency && !isOver(options)) {
      start(pool, tally, requests.next().value);
    }
    await sleepMs(TICK_MS);
  }
}

function isOver({ untilMs = Number.POSITIVE_INFINITY, signal }: TrafficOptions): boolean {
  return signal?.aborted === true || Date.now() >= untilMs;
}

function start(pool: Pool, tally: Tally, request: DemoRequest): void {
  tally.sent += 1;
  const sending = send(pool, tally, request).finally(() => tally.underWay.delete(sending));
  tally.underWay.add(sending);
}

async function send(pool: Pool, tally: Tally, { method, path, headers, body }: DemoRequest): Promise<void> {
  try {
    const reply = await pool.request({ method, path, headers, body: body ?? null });
    await reply.body.dump();
    tally.statuses[reply.statusCode] = (tally.statuses[reply.statusCode] ?? 0) + 1;
  } catch {
    tally.failed += 1;
  }
}

function resultOf({ sent, failed, statuses }: Tally): TrafficResult {
  return { sent, failed, statuses: { ...statuses } };
}
