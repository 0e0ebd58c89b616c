import type { ServerResponse } from 'node:http';
import { FORWARDED_METHODS } from './guard.ts';

/** What some refusals have to say besides (RFC 9110, sections 10.2.3 and 15.5.6). */
const EXTRA: Readonly<Record<number, Readonly<Record<string, string>>>> = {
  405: { allow: FORWARDED_METHODS },
  503: { 'retry-after': '1' },
};

/** A short answer of our own that tells nothing about what is behind. */
export function refuse(response: ServerResponse, status: number, why: string): void {
  if (response.headersSent || response.destroyed) return;
  const body = JSON.stringify({ error: why });
  // What is left of a refused request must not be read as the next one.
  response.shouldKeepAlive = false;
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    connection: 'close',
    ...EXTRA[status],
  });
  response.end(body);
}
