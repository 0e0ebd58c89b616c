import type { RawHeaders } from './exchange.ts';
import type { Side, UncomparedReason } from './outcome.ts';

/** Whether a request is mirrored to the side that does not serve it; decided before it is forwarded. */
export type MirrorPlan =
  | { readonly kind: 'mirror'; readonly maxBodyBytes: number }
  | { readonly kind: 'skip'; readonly reason: UncomparedReason };

/** A request as both backends get it: through the header table, framing headers left to the client library. */
export interface BackendRequest {
  readonly group: string | undefined;
  readonly method: string;
  /** Path and query, exactly as matched. */
  readonly target: string;
  readonly headers: RawHeaders;
  readonly body: Uint8Array | undefined;
}

/** What is known of a body before it comes: the one that the other side has served. */
export interface LikelyBody {
  readonly bytes: Uint8Array;
  /** Whether a body out of all proportion to it is not worth reading to its end. */
  readonly isMeasure: boolean;
  /** Of a stream of events that came to its end: how long it took. The other is only read when it may end in time as well. */
  readonly streamMs?: number | undefined;
}

/** What the client got, or why it got nothing. */
export type ServedResult =
  | {
      readonly kind: 'reply';
      readonly status: number;
      readonly headers: RawHeaders;
      /** Undefined when it was not kept: larger than the plan's cap, or the plan was to skip. */
      readonly body: Uint8Array | undefined;
      readonly totalMs: number;
      /** True when a slow client held the response back, so that `totalMs` is not the backend's time. */
      readonly heldBack: boolean;
    }
  | { readonly kind: 'failed'; readonly code: string; readonly totalMs: number }
  /** The client went away; `heldBack` when it had been too slow to take what there was. */
  | { readonly kind: 'client-aborted'; readonly totalMs: number; readonly heldBack: boolean };

/** One client request after it was answered; handed from the live leg to the shadow lane. */
export interface ServedExchange {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly operationId: string;
  readonly request: BackendRequest;
  /** Hashed stickiness key of the client; undefined when it has none. */
  readonly session?: string | undefined;
  readonly served: Side;
  readonly plan: MirrorPlan;
  readonly result: ServedResult;
  /** Set when the candidate was to serve, failed, and legacy served instead. */
  readonly fallback?: { readonly code: string; readonly totalMs: number } | undefined;
}
