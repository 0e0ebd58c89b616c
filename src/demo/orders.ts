import { hash32, uuidOf } from './random.ts';
import { QUEUES, TASK_KINDS, type Task } from './tasks.ts';
import { timeAt } from './time.ts';
import { CURRENCIES, formatCents, INSTRUMENTS, parseCents, type Trade } from './trades.ts';

/** What POST made, oldest dropped first, so that a demo left running does not grow without end. */
export interface Shelf<T> {
  put(id: string, value: T): void;
  get(id: string): T | undefined;
}

/**
 * The trade that an order becomes, or undefined when the order does not keep the contract. Everything follows from the
 * client's reference: neither the order of the requests nor the backend that got them shows in the answer.
 */
export function bookTrade(order: unknown): Trade | undefined {
  if (!isObject(order) || !isReference(order['clientReference'])) return undefined;
  const hash = hash32(order['clientReference']);
  const instrument = INSTRUMENTS.find(({ symbol }) => symbol === order['symbol']);
  const currency = CURRENCIES.find((code) => code === order['currency']);
  const side = (['buy', 'sell'] as const).find((name) => name === order['side']);
  const { quantity, price } = order;
  if (!instrument || !currency || !side || !isCount(quantity, 100_000) || !isPrice(price)) return undefined;
  return {
    id: 900_000_000 + (hash % 100_000_000),
    reference: order['clientReference'],
    instrument,
    side,
    quantity,
    price: formatCents(parseCents(price)),
    notional: formatCents(parseCents(price) * quantity),
    currency,
    status: 'pending',
    tradedAt: timeAt(hash % 86_400),
    tags: ['client'],
  };
}

/** The task that an order becomes, by the same rules as `bookTrade`. */
export function queueTask(order: unknown): Task | undefined {
  if (!isObject(order) || !isReference(order['clientReference'])) return undefined;
  const { clientReference, priority } = order;
  const kind = TASK_KINDS.find((name) => name === order['kind']);
  const queue = QUEUES.find((name) => name === order['queue']);
  if (!kind || !queue || !isCount(priority, 9)) return undefined;
  return {
    id: uuidOf(`order/${clientReference}`),
    kind,
    status: 'queued',
    queue,
    priority,
    parameters: { clientReference },
    createdAt: timeAt(hash32(clientReference) % 86_400),
    dueAt: null,
  };
}

export function createShelf<T>(capacity: number): Shelf<T> {
  const values = new Map<string, T>();
  return {
    put(id, value) {
      values.set(id, value);
      const oldest = values.keys().next();
      if (values.size > capacity && !oldest.done) values.delete(oldest.value);
    },
    get: (id) => values.get(id),
  };
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isReference(value: unknown): value is string {
  return typeof value === 'string' && value.length > 0 && value.length <= 64;
}

function isCount(value: unknown, max: number): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= max;
}

function isPrice(value: unknown): value is string {
  return typeof value === 'string' && /^\d{1,7}\.\d{2}$/.test(value);
}
