import type { Reply } from '../core/index.ts';

/** A JSON reply; a string body is sent as it is, so that numbers and key order can be written out. */
export function jsonReply(body: unknown, { status = 200, headers = [] as readonly string[] } = {}): Reply {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return {
    status,
    headers: ['Content-Type', 'application/json; charset=utf-8', 'X-Region', 'eu', ...headers],
    body: Buffer.from(text),
    totalMs: 1,
  };
}
