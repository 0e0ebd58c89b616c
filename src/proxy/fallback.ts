// What to do when a backend failed before the client got a byte. Pure: the live leg acts on it.
import type { Side } from '../core/index.ts';

export interface FailedAttempt {
  readonly side: Side;
  /** From 1. */
  readonly attempt: number;
  readonly method: string;
  /** The request carries a body. */
  readonly hasBody: boolean;
  /** Some of that body was read from the client, so it cannot be sent again. */
  readonly bodyTouched: boolean;
  readonly code: string;
}

/** RFC 9110, section 9.2.1. */
const SAFE: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/** The connection was never made, so nothing was sent: any method may go elsewhere. */
const NEVER_SENT: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/** A kept-alive connection that the backend closed just as it was used again (RFC 9112, section 9.3.1). */
const CLOSED_ON_REUSE: ReadonlySet<string> = new Set(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET']);

const MAX_ATTEMPTS = 3;

/** The side to try next, or undefined when the client must be told. A failing candidate falls back to legacy. */
export function nextSide(failed: FailedAttempt): Side | undefined {
  if (failed.attempt >= MAX_ATTEMPTS || failed.bodyTouched) return undefined;
  const safe = SAFE.has(failed.method) && !failed.hasBody;
  if (failed.side === 'candidate') return safe || NEVER_SENT.has(failed.code) ? 'legacy' : undefined;
  return safe && CLOSED_ON_REUSE.has(failed.code) ? 'legacy' : undefined;
}

/** RFC 9110, sections 15.6.3 and 15.6.5. */
export function gatewayStatus(code: string): 502 | 504 {
  return code.endsWith('TIMEOUT') || code === 'ETIMEDOUT' ? 504 : 502;
}
