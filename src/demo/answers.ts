import { randomUUID } from 'node:crypto';

/** A problem document (RFC 9457), the body of every answer that is not a success. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
}

export interface Page<T> {
  readonly items: readonly T[];
  readonly total: number;
  readonly next: string | null;
}

export interface PageRequest {
  readonly path: string;
  readonly limit: string | undefined;
  readonly offset: string | undefined;
}

export interface Health {
  readonly status: 'up';
  readonly region: string;
  readonly requestId: string;
  readonly serverTime: string;
}

export const REGION = 'eu-west';

/** Sent with every answer of either backend. */
export const COMMON_HEADERS = { 'X-Gateway-Region': REGION, 'Cache-Control': 'no-store' } as const;

export const PROBLEM_MEDIA_TYPE = 'application/problem+json; charset=utf-8';

/** What `getHealth` says before the values that differ on every read are filled in. */
export const HEALTH: Health = {
  status: 'up',
  region: REGION,
  requestId: '5f0c1c0a-7a55-4f0e-8a3b-0d8f6f0c9b11',
  serverTime: '2026-01-05T08:00:00.000Z',
};

const TITLES: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  404: 'Not Found',
  413: 'Content Too Large',
  500: 'Internal Server Error',
};

export function createProblem(status: number, detail: string): Problem {
  return { type: 'about:blank', title: TITLES[status] ?? 'Error', status, detail };
}

/** One page of a list, or undefined when `limit` or `offset` is not what the contract allows. */
export function pageOf<T>(items: readonly T[], request: PageRequest): Page<T> | undefined {
  const limit = parseCount(request.limit ?? '20');
  const offset = parseCount(request.offset ?? '0');
  if (limit === undefined || offset === undefined || limit < 1 || limit > 100) return undefined;
  const end = offset + limit;
  const next = end < items.length ? `${request.path}?limit=${limit}&offset=${end}` : null;
  return { items: items.slice(offset, end), total: items.length, next };
}

export function createRequestId(): string {
  return randomUUID();
}

/** The time to the microsecond, so that no two reads share it. */
export function readServerTime(): string {
  const nowMs = performance.timeOrigin + performance.now();
  const micros = Math.floor((nowMs % 1) * 1_000);
  return new Date(nowMs).toISOString().replace('Z', `${String(micros).padStart(3, '0')}Z`);
}

function parseCount(text: string): number | undefined {
  return /^\d{1,6}$/.test(text) ? Number(text) : undefined;
}
