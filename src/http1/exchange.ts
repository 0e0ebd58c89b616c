// What is asked of a connection, and what is told of it.
import type { ReplyHead } from './reply-head.ts';
import { type Body, framingOf } from './request-body.ts';
import { type Framing, type RequestHead, requestHead } from './request-head.ts';

export interface OutgoingRequest extends RequestHead {
  readonly body: Body;
  /** Of a streamed body, what the client declared. */
  readonly declaredBytes?: number | undefined;
  /** Sent anew because an idle connection had just been closed: it gets a new one, for the others may be as old. */
  readonly isResend?: boolean;
}

/** A request as it goes over the wire. */
export interface WireRequest {
  readonly method: string;
  readonly head: string;
  readonly framing: Framing;
  readonly body: Body;
}

/** Throws a TypeError when a part of the head would end a line. */
export function wireRequest(request: OutgoingRequest): WireRequest {
  const framing = framingOf(request.body, request.declaredBytes);
  return { method: request.method, head: requestHead(request, framing), framing, body: request.body };
}

/** Why there is no whole response. Failing is data; the codes are those of the system, of TLS, or ours. */
export interface Failure {
  readonly code: string;
  /** False when no byte of the request can have reached the backend. */
  readonly wasSent: boolean;
  /**
   * The backend closed an idle connection just as it was used again: it has most likely not seen the request, which may
   * be sent anew if it is safe (RFC 9112, section 9.3.1).
   */
  readonly isStale: boolean;
}

/**
 * One for each exchange. Called in this order: `onHead`, then `onData` and `onReadDone` in turns, then `onEnd`; or
 * `onFailure` at any point. What any of them throws is a failure of this exchange, `PG_HANDLER_FAULT`, even if `onEnd`
 * threw it.
 */
export interface ReplyHandler {
  onHead(head: ReplyHead): void;
  /** `bytes` from `start` to `end`, valid only during the call: what is kept is copied, once, by whoever knows where to. */
  onData(bytes: Buffer, start: number, end: number): void;
  /** All that came in one piece has been handed over and more is to come. */
  onReadDone(): void;
  onEnd(trailers: readonly string[]): void;
  onFailure(failure: Failure): void;
}

export interface Timeouts {
  readonly connectMs: number;
  /** Until the head of the final response; from the last piece of the request's body, where that is streamed. */
  readonly headersMs: number;
  /** Between two pieces of the body. */
  readonly idleMs: number;
  /** For all of it, from the first try to connect to the last byte; none when it is left out. */
  readonly totalMs?: number | undefined;
}
