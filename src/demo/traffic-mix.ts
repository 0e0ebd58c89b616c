import { RECORDS } from './data.ts';
import { orchestrationIdOf } from './orchestrations.ts';
import { createRandom, type Random } from './random.ts';
import { QUEUES, TASK_KINDS, taskIdOf } from './tasks.ts';
import { CURRENCIES, INSTRUMENTS, tradeIdOf } from './trades.ts';

export interface DemoRequest {
  readonly method: 'GET' | 'HEAD' | 'POST';
  /** With the query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

const USERS = 300;
const POST_SHARE = 0.05;
const HEAD_SHARE = 0.01;
const STRAY_SHARE = 0.01;
/** Of the requests for one record, those for one that does not exist. */
const MISSING_SHARE = 1 / 12;
const BAD_PAGE_SHARE = 0.02;

/** How often each path is read, in percent of the reads. */
const READS: readonly (readonly [weight: number, path: (random: Random) => string])[] = [
  [9, (random) => pathOfPage(random, '/trades')],
  [13, (random) => `/trades/${pickTradeId(random)}`],
  [7, (random) => `/trades/${pickTradeId(random)}/fills`],
  [9, (random) => `/trades/${pickTradeId(random)}/settlement`],
  [9, (random) => pathOfPage(random, '/tasks')],
  [11, (random) => `/tasks/${pickTaskId(random)}`],
  [9, (random) => `/tasks/${pickTaskId(random)}/attempts`],
  [8, () => '/queues'],
  [5, (random) => pathOfPage(random, '/orchestrations')],
  [9, (random) => `/orchestrations/${pickOrchestrationId(random)}`],
  [8, (random) => `/orchestrations/${pickOrchestrationId(random)}/timeline`],
  [3, () => '/health'],
];

/** What clients of the gateway ask for, without end; the same for the same seed. */
export function* tradeRequests(seed: number): Generator<DemoRequest, never> {
  const random = createRandom(`${seed}/traffic`);
  while (true) {
    const headers = { 'x-user-id': `user-${random.integer(1, USERS)}` };
    if (random.chance(POST_SHARE)) yield createPost(random, headers);
    else if (random.chance(STRAY_SHARE)) yield { method: 'GET', path: '/favicon.ico', headers };
    else yield { method: random.chance(HEAD_SHARE) ? 'HEAD' : 'GET', path: pickRead(random), headers };
  }
}

function pickRead(random: Random): string {
  let left = random.next() * READS.reduce((sum, [weight]) => sum + weight, 0);
  const chosen = READS.find(([weight]) => {
    left -= weight;
    return left < 0;
  });
  return chosen === undefined ? '/health' : chosen[1](random);
}

function pathOfPage(random: Random, path: string): string {
  const limit = random.chance(BAD_PAGE_SHARE) ? 0 : random.integer(2, 6);
  return `${path}?limit=${limit}&offset=${random.integer(0, RECORDS / 10) * 10}`;
}

function pickTradeId(random: Random): number {
  return tradeIdOf(pickNumber(random));
}

function pickTaskId(random: Random): string {
  return taskIdOf(pickNumber(random));
}

function pickOrchestrationId(random: Random): string {
  return orchestrationIdOf(pickNumber(random));
}

function pickNumber(random: Random): number {
  return random.chance(MISSING_SHARE) ? random.integer(RECORDS + 1, 2 * RECORDS) : random.integer(1, RECORDS);
}

function createPost(random: Random, user: Readonly<Record<string, string>>): DemoRequest {
  const [path, order] = random.chance(0.5) ? ['/trades', tradeOrder(random)] : ['/tasks', taskOrder(random)];
  const headers = { ...user, 'content-type': 'application/json' };
  return { method: 'POST', path, headers, body: JSON.stringify(order) };
}

/** One order in ten is for nothing at all, which the gateway refuses. */
function tradeOrder(random: Random): object {
  return {
    clientReference: `web-${random.integer(1, 1_000_000)}`,
    symbol: random.pick(INSTRUMENTS).symbol,
    side: random.pick(['buy', 'sell']),
    quantity: random.chance(0.1) ? 0 : random.integer(1, 500),
    price: `${random.integer(1, 900)}.${random.integer(10, 99)}`,
    currency: random.pick(CURRENCIES),
  };
}

function taskOrder(random: Random): object {
  return {
    clientReference: `web-${random.integer(1, 1_000_000)}`,
    kind: random.pick(TASK_KINDS),
    queue: random.pick(QUEUES),
    priority: random.integer(1, 9),
  };
}
