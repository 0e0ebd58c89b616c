import { COMMON_HEADERS, createProblem, HEALTH, pageOf } from './answers.ts';
import type { DataSet } from './data.ts';
import type { Planted } from './drifts.ts';
import { bookTrade, createShelf, queueTask, type Shelf } from './orders.ts';
import { type Answer, withNoise } from './planting.ts';
import type { Queue } from './tasks.ts';

/** A request, taken apart. `id` is empty where the path has none. */
export interface Call {
  readonly id: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: unknown;
}

export interface Route {
  readonly operationId: string;
  readonly method: 'GET' | 'POST';
  /** Its first group is the id. */
  readonly path: RegExp;
  readonly answer: (call: Call) => Answer;
}

const SHELF_CAPACITY = 1_000;

/** Every operation of the candidate, without its drifts. */
export function createCandidateRoutes(data: DataSet, planted: Planted): readonly Route[] {
  const health = () => ok(withNoise(HEALTH, planted));
  return [
    { operationId: 'getHealth', method: 'GET', path: /^\/health$/, answer: health },
    ...tradeRoutes(data),
    ...taskRoutes(data),
    ...orchestrationRoutes(data),
  ];
}

function tradeRoutes({ trades, tradeList }: DataSet): readonly Route[] {
  const created = createShelf<Identified>(SHELF_CAPACITY);
  const found = (id: string, view: (record: Found<typeof trades>) => unknown) => answerWith(trades.get(id), view);
  return [
    {
      operationId: 'getTrade',
      method: 'GET',
      path: /^\/trades\/([^/]+)$/,
      answer: ({ id }) => answerCreated(created, id) ?? found(id, ({ trade }) => trade),
    },
    {
      operationId: 'getTradeFills',
      method: 'GET',
      path: /^\/trades\/([^/]+)\/fills$/,
      answer: ({ id }) => found(id, ({ trade, fills }) => ({ tradeId: trade.id, items: fills })),
    },
    {
      operationId: 'getTradeSettlement',
      method: 'GET',
      path: /^\/trades\/([^/]+)\/settlement$/,
      answer: ({ id }) => found(id, ({ settlement }) => settlement),
    },
    { operationId: 'listTrades', method: 'GET', path: /^\/trades$/, answer: (call) => answerPage(tradeList, call) },
    {
      operationId: 'createTrade',
      method: 'POST',
      path: /^\/trades$/,
      answer: ({ path, body }) => answerOrder({ made: bookTrade(body), path, shelf: created }),
    },
  ];
}

function taskRoutes({ tasks, taskList, queues }: DataSet): readonly Route[] {
  const created = createShelf<Identified>(SHELF_CAPACITY);
  const found = (id: string, view: (record: Found<typeof tasks>) => unknown) => answerWith(tasks.get(id), view);
  const queueItems = { items: queues.map(withSortedNames) };
  return [
    {
      operationId: 'getTask',
      method: 'GET',
      path: /^\/tasks\/([^/]+)$/,
      answer: ({ id }) => answerCreated(created, id) ?? found(id, ({ task }) => task),
    },
    {
      operationId: 'getTaskAttempts',
      method: 'GET',
      path: /^\/tasks\/([^/]+)\/attempts$/,
      answer: ({ id }) => found(id, ({ task, attempts }) => ({ taskId: task.id, items: attempts })),
    },
    { operationId: 'listQueues', method: 'GET', path: /^\/queues$/, answer: () => ok(queueItems) },
    { operationId: 'listTasks', method: 'GET', path: /^\/tasks$/, answer: (call) => answerPage(taskList, call) },
    {
      operationId: 'createTask',
      method: 'POST',
      path: /^\/tasks$/,
      answer: ({ path, body }) => answerOrder({ made: queueTask(body), path, shelf: created }),
    },
  ];
}

function orchestrationRoutes({ orchestrations, orchestrationList }: DataSet): readonly Route[] {
  return [
    {
      operationId: 'getOrchestration',
      method: 'GET',
      path: /^\/orchestrations\/([^/]+)$/,
      answer: ({ id }) => answerWith(orchestrations.get(id), ({ orchestration }) => orchestration),
    },
    {
      operationId: 'getOrchestrationTimeline',
      method: 'GET',
      path: /^\/orchestrations\/([^/]+)\/timeline$/,
      answer: ({ id }) =>
        answerWith(orchestrations.get(id), ({ summary, timeline }) => ({
          orchestrationId: summary.id,
          events: timeline,
        })),
    },
    {
      operationId: 'listOrchestrations',
      method: 'GET',
      path: /^\/orchestrations$/,
      answer: (call) => answerPage(orchestrationList, call),
    },
  ];
}

type Found<M> = M extends ReadonlyMap<string, infer R> ? R : never;

type Identified = { readonly id: string | number };

function ok(body: unknown): Answer {
  return { status: 200, headers: COMMON_HEADERS, body };
}

function problem(status: number, detail: string): Answer {
  return { status, headers: COMMON_HEADERS, body: createProblem(status, detail) };
}

function answerWith<R extends { readonly number: number }>(
  record: R | undefined,
  view: (record: R) => unknown,
): Answer {
  return record ? { ...ok(view(record)), record: record.number } : problem(404, 'there is no such record');
}

function answerCreated(shelf: Shelf<Identified>, id: string): Answer | undefined {
  const created = shelf.get(id);
  return created && ok(created);
}

function answerPage(items: readonly unknown[], { path, query }: Call): Answer {
  const [limit, offset] = [query.get('limit') ?? undefined, query.get('offset') ?? undefined];
  const page = pageOf(items, { path, limit, offset });
  return page ? ok(page) : problem(400, 'limit or offset is out of range');
}

interface Order {
  readonly made: Identified | undefined;
  readonly path: string;
  readonly shelf: Shelf<Identified>;
}

function answerOrder({ made, path, shelf }: Order): Answer {
  if (!made) return problem(400, 'the order does not keep the contract');
  shelf.put(String(made.id), made);
  return { status: 201, headers: { ...COMMON_HEADERS, Location: `${path}/${made.id}` }, body: made };
}

/** The same object with its names in another order, as another serialiser writes it: other bytes, the same JSON. */
function withSortedNames(queue: Queue): object {
  return Object.fromEntries(Object.entries(queue).sort(([left], [right]) => (left < right ? -1 : 1)));
}
