import type { Finding } from './finding.ts';
import { headerValue } from './header-names.ts';
import type { Outcome, Side, UncomparedReason } from './outcome.ts';
import type { ProbeObservation } from './probe.ts';

/** Header names and values in wire order, flat: `[name, value, name, value, ...]`, duplicates and case kept. */
export type RawHeaders = readonly string[];

/** A complete response of one backend. */
export interface Reply {
  readonly status: number;
  /** End-to-end headers only. */
  readonly headers: RawHeaders;
  readonly body: Uint8Array;
  /** From dispatch to the last byte, in milliseconds. */
  readonly totalMs: number;
}

/** What one backend did with a request. A failing backend is data, not an exception. */
export type SideResult =
  | { readonly kind: 'reply'; readonly reply: Reply }
  | { readonly kind: 'failed'; readonly code: string; readonly totalMs: number };

/** Whether a reply keeps the contract. `unchecked` says why the contract could not judge it. */
export type Conformance =
  | { readonly kind: 'conforms' }
  | {
      readonly kind: 'violates';
      /** The first of them. */
      readonly violations: readonly Violation[];
      /** What of the contract is broken, each kind once; those that are of no one place of it are left out. */
      readonly breaches: readonly PlacedBreach[];
    }
  | { readonly kind: 'unchecked'; readonly why: string };

export interface Violation {
  /** JSON pointer into the body, or `header:<name>`, or `` for the response itself. */
  readonly at: string;
  readonly message: string;
}

/** One way in which replies break the contract: the same for all that do so alike. */
export interface Breach {
  /** A keyword of JSON Schema, or `status`, `media-type` or `header`. */
  readonly keyword: string;
  /** Where the contract says what is broken: the schema that has the keyword, the responses, the response or its header. */
  readonly place: string;
  /** What was found: a type, the name of a property (with its type) or of a header, a member as JSON, a status, a media type. */
  readonly found: string;
}

/** A breach with one of the places in the body where it stands: a JSON pointer. */
export interface PlacedBreach extends Breach {
  readonly at: string;
}

/** A breach that was seen in one exchange, and who was. */
export interface SeenBreach extends Breach {
  readonly by: Side | 'both';
}

/** One side of an observed exchange, without its body. */
export interface SideObservation {
  readonly status?: number | undefined;
  /** A transport error, a timeout, or `HTTP_5xx`; absent when the side gave a usable response. */
  readonly error?: string | undefined;
  /** Absent where a slow client held the response back, so that the time is not the backend's. */
  readonly totalMs?: number | undefined;
  readonly conformance?: Conformance['kind'] | undefined;
}

/** What is kept of one exchange. */
export interface Observation {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly operationId: string;
  readonly group: string | undefined;
  readonly served: Side;
  readonly outcome: Outcome;
  /** Set exactly when the outcome is `uncompared`. */
  readonly reason?: UncomparedReason | undefined;
  readonly legacy?: SideObservation | undefined;
  readonly candidate?: SideObservation | undefined;
  /** Ids of the points of the contract in which the sides were seen to agree, without those that were told lately. */
  readonly covered?: readonly string[] | undefined;
  /** What the request has that others may not have; only of a sample of those that agree. */
  readonly features?: readonly string[] | undefined;
  /** How the two sides break the contract, where that was checked; redacted. */
  readonly breaches?: readonly SeenBreach[] | undefined;
  /** What stands after noise and confirmation; redacted. */
  readonly findings: readonly Finding[];
  /** Only of an exchange for which legacy was asked twice. */
  readonly probe?: ProbeObservation | undefined;
  readonly method: string;
  /** Path and query, redacted. */
  readonly target: string;
  /** True when the candidate should have served and legacy did instead. */
  readonly fellBack?: boolean | undefined;
  /** A request for HEAD to an operation that is declared for GET: there was no body that could have differed. */
  readonly bodyless?: boolean | undefined;
}

/** A stream of events (WHATWG HTML, section 9.2), which may have no end to compare at. */
export function isEventStream(headers: RawHeaders): boolean {
  return (headerValue(headers, 'content-type') ?? '').toLowerCase().startsWith('text/event-stream');
}
