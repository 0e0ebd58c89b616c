// What to do when a backend failed before the client got a byte. Pure: the live leg acts on it.
import type { Side } from '../core/index.ts';

/** Which requests legacy gets although the candidate may have carried them out before it failed. */
export type Repeat = 'safe' | 'idempotent' | 'any';

export interface FailedAttempt {
  readonly side: Side;
  /** From 1. */
  readonly attempt: number;
  readonly method: string;
  /** Some of its body went past and is not kept, so it cannot be sent again. */
  readonly bodyLost: boolean;
  readonly code: string;
  /** False when the connection was never made: then any method may go elsewhere. */
  readonly wasSent: boolean;
}

/** RFC 9110, section 9.2.1. */
const SAFE: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/** RFC 9110, section 9.2.2: a proxy must not repeat any other on its own; `any` is the operator's word that it may. */
const IDEMPOTENT: ReadonlySet<string> = new Set([...SAFE, 'PUT', 'DELETE']);

/** A kept-alive connection that the backend closed just as it was used again (RFC 9112, section 9.3.1). */
const CLOSED_ON_REUSE: ReadonlySet<string> = new Set(['ECONNRESET', 'EPIPE', 'PG_CLOSED_BY_BACKEND']);

const MAX_ATTEMPTS = 3;

/** The side to try next, or undefined when the client must be told. A failing candidate falls back to legacy. */
export function nextSide(failed: FailedAttempt, repeat: Repeat): Side | undefined {
  const { side, attempt, method, bodyLost, code, wasSent } = failed;
  if (attempt >= MAX_ATTEMPTS || bodyLost) return undefined;
  if (side === 'candidate') return !wasSent || mayRepeat(method, repeat) ? 'legacy' : undefined;
  return SAFE.has(method) && CLOSED_ON_REUSE.has(code) ? 'legacy' : undefined;
}

function mayRepeat(method: string, repeat: Repeat): boolean {
  return repeat === 'any' || (repeat === 'idempotent' ? IDEMPOTENT : SAFE).has(method);
}

/** RFC 9110, sections 15.6.3 and 15.6.5. */
export function gatewayStatus(code: string): 502 | 504 {
  return code.endsWith('TIMEOUT') || code === 'ETIMEDOUT' ? 504 : 502;
}
