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
  /** False when the connection was never made: then any method may go elsewhere. */
  readonly wasSent: boolean;
  /** It failed because an idle connection was closed: no fault of the backend's. */
  readonly isStale: boolean;
}

/** RFC 9110, section 9.2.1. */
const SAFE: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/** RFC 9110, section 9.2.2: a proxy must not repeat any other on its own; `any` is the operator's word that it may. */
const IDEMPOTENT: ReadonlySet<string> = new Set([...SAFE, 'PUT', 'DELETE']);

const MAX_ATTEMPTS = 3;

/** The side to try next, or undefined when the client must be told. A failing candidate falls back to legacy. */
export function nextSide(failed: FailedAttempt, repeat: Repeat): Side | undefined {
  const { side, attempt, method, bodyLost, wasSent, isStale } = failed;
  if (bodyLost) return undefined;
  if (isStale && attempt < MAX_ATTEMPTS && mayResend(method)) return side;
  if (side === 'legacy') return undefined;
  return !wasSent || mayRepeat(method, repeat) ? 'legacy' : undefined;
}

/** Whether a request may be sent again to a backend that most likely has not seen it; who says so need not be asked. */
export function mayResend(method: string): boolean {
  return SAFE.has(method);
}

function mayRepeat(method: string, repeat: Repeat): boolean {
  return repeat === 'any' || (repeat === 'idempotent' ? IDEMPOTENT : SAFE).has(method);
}

/** RFC 9110, sections 15.6.3 and 15.6.5. */
export function gatewayStatus(code: string): 502 | 504 {
  return code.endsWith('TIMEOUT') || code === 'ETIMEDOUT' ? 504 : 502;
}
