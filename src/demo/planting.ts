import { createProblem, createRequestId, type Health, readServerTime } from './answers.ts';
import type { DriftId, Planted } from './drifts.ts';
import { isObject } from './orders.ts';
import { formatCents, parseCents } from './trades.ts';

/** What the candidate is about to send. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
  /** Which record it is about, counted from 1; absent where there is none. */
  readonly record?: number;
  readonly delayMs?: number;
}

/** Spoils an answer, or returns it as it is. */
type Plant = (answer: Answer) => Answer;

type Body = Readonly<Record<string, unknown>>;

/** Noise is legacy differing from itself: it is planted in both backends, by `withNoise`. */
type NoiseId = 'noisy-request-id' | 'noisy-clock';

export type PlantId = Exclude<DriftId, NoiseId>;

/** Every drift of one candidate. They are made anew for each, since one of them counts requests. */
export function createPlants(): Readonly<Record<PlantId, Plant>> {
  return {
    'unordered-tags-reordered': everyRecord(5, [1], (trade) => ({ ...trade, tags: reversed(trade['tags']) })),
    'undocumented-desk-code': everyRecord(5, [2], (trade) => ({ ...trade, deskCode: 'D7' })),
    'other-not-found-body': renameTitleOfNotFound,
    'fill-id-string': everyRecord(1, [0], (list) => ({ ...list, items: mapItems(list['items'], idToString) })),
    'settlement-offset-spelling': everyRecord(5, [1, 2], respellSettlementDate),
    'settlement-net-off-by-a-cent': everyRecord(5, [3], addCent),
    'task-assignee-missing': everyRecord(5, [1], ({ assignee: _, ...task }) => task),
    'task-status-unknown': everyRecord(5, [2], (task) => ({ ...task, status: 'parked' })),
    'slow-attempts': createSlowPlant({ every: 25, delayMs: 400 }),
    'region-header-missing': dropRegion,
    'orchestration-owner-missing': everyRecord(5, [1], ({ owner: _, ...orchestration }) => orchestration),
    'keyed-steps-reordered': everyRecord(5, [2], (found) => ({ ...found, steps: reversed(found['steps']) })),
    'volatile-heartbeat': everyRecord(5, [3], (found) => ({ ...found, heartbeatAt: '2026-01-06T00:00:00.000Z' })),
    'timeline-reordered': everyRecord(4, [0], (timeline) => ({ ...timeline, events: reversed(timeline['events']) })),
    'timeline-server-error': failEveryHundredth,
  };
}

/** The values that neither backend repeats; without noise both give the fixed ones. */
export function withNoise(health: Health, planted: Planted): Health {
  return {
    ...health,
    requestId: planted('noisy-request-id') ? createRequestId() : health.requestId,
    serverTime: planted('noisy-clock') ? readServerTime() : health.serverTime,
  };
}

/** Changes the body for the records whose number leaves one of these remainders. */
function everyRecord(every: number, remainders: readonly number[], change: (body: Body) => Body): Plant {
  return (answer) => {
    if (answer.record === undefined || !isObject(answer.body)) return answer;
    return remainders.includes(answer.record % every) ? { ...answer, body: change(answer.body) } : answer;
  };
}

function renameTitleOfNotFound(answer: Answer): Answer {
  if (answer.status !== 404 || !isObject(answer.body)) return answer;
  const { title, ...rest } = answer.body;
  return { ...answer, body: { ...rest, error: title } };
}

function respellSettlementDate(settlement: Body): Body {
  return { ...settlement, settlesAt: String(settlement['settlesAt']).replace('Z', '+00:00') };
}

function addCent(settlement: Body): Body {
  return { ...settlement, net: formatCents(parseCents(String(settlement['net'])) + 1) };
}

function dropRegion(answer: Answer): Answer {
  const { 'X-Gateway-Region': _, ...headers } = answer.headers;
  return answer.status === 200 ? { ...answer, headers } : answer;
}

/** By record, not by chance: who reads it again gets the same failure again. */
function failEveryHundredth(answer: Answer): Answer {
  if (answer.record === undefined || answer.record % 100 !== 37) return answer;
  return { ...answer, status: 500, body: createProblem(500, 'the timeline could not be read') };
}

function createSlowPlant({ every, delayMs }: { readonly every: number; readonly delayMs: number }): Plant {
  let requests = 0;
  return (answer) => {
    requests += 1;
    return requests % every === 0 ? { ...answer, delayMs } : answer;
  };
}

function reversed(items: unknown): unknown {
  return Array.isArray(items) ? items.toReversed() : items;
}

function mapItems(items: unknown, change: (item: Body) => Body): unknown {
  return Array.isArray(items) ? items.map((item) => (isObject(item) ? change(item) : item)) : items;
}

function idToString(fill: Body): Body {
  return { ...fill, id: String(fill['id']) };
}
