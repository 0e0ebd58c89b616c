import {
  type BackendRequest,
  type Clock,
  isEventStream,
  type LikelyBody,
  type RawHeaders,
  type SideResult,
} from '../core/index.ts';
import type { Connections, Exchange, Failure, ReplyHandler, ReplyHead, Timeouts } from '../http1/index.ts';
import { mayResend } from './fallback.ts';
import { GatheredBody } from './gathered-body.ts';
import { responseHeaders } from './header-table.ts';
import type { ReadTurns } from './read-turns.ts';

interface Collecting {
  readonly connections: Connections | undefined;
  readonly request: BackendRequest;
  /** With a total: a dribbling backend cannot hold a place in the lane. */
  readonly timeouts: Timeouts;
  readonly maxBodyBytes: number;
  /** The body that this one will be compared with, where it is known. */
  readonly likely?: LikelyBody | undefined;
  readonly clock: Clock;
  readonly turns: ReadTurns;
}

/** The failure codes that a collected reply can have besides those of a connection. */
type CollectFailure =
  | 'NO_BACKEND'
  | 'UNSENDABLE'
  | 'BODY_TOO_LARGE'
  | 'BODY_OUT_OF_PROPORTION'
  | 'STREAMING'
  | 'STREAM_WITHOUT_END';

/** Fetches a whole response, bounded in time and size. Failure is data: the promise never rejects. */
export function collectReply(collecting: Collecting): Promise<SideResult> {
  if (!collecting.connections) return Promise.resolve({ kind: 'failed', code: 'NO_BACKEND', totalMs: 0 });
  const { connections } = collecting;
  return new Promise((resolve) => {
    new Collector({ ...collecting, connections }, resolve).send();
  });
}

/** What is longer is read on in turns. */
const UNHINDERED_BYTES = 262_144;

/** So many times the other body, and what is read unhindered besides, is still read: a list may well have grown. */
const PROPORTION = 8;

/** As often as the live leg tries. */
const MAX_SENDS = 3;

class Collector implements ReplyHandler {
  readonly #collecting: Collecting & { readonly connections: Connections };
  readonly #resolve: (result: SideResult) => void;
  readonly #startedMs: number;
  readonly #body: GatheredBody;
  #status = 0;
  #headers: RawHeaders = [];
  #exchange: Exchange | undefined;
  #sends = 0;
  #isHeldBack = false;
  readonly #proportionBytes: number;

  constructor(collecting: Collecting & { readonly connections: Connections }, resolve: (result: SideResult) => void) {
    this.#collecting = collecting;
    this.#resolve = resolve;
    this.#startedMs = collecting.clock.monotonicMs();
    const { likely, maxBodyBytes } = collecting;
    this.#body = new GatheredBody(maxBodyBytes, likely?.bytes);
    this.#proportionBytes = likely?.isMeasure
      ? likely.bytes.length * PROPORTION + UNHINDERED_BYTES
      : Number.POSITIVE_INFINITY;
  }

  send(): void {
    const { connections, request, timeouts } = this.#collecting;
    this.#sends += 1;
    const outgoing = this.#sends === 1 ? request : { ...request, isResend: true };
    try {
      this.#exchange = connections.send(outgoing, this, timeouts);
    } catch {
      this.#giveUp('UNSENDABLE');
    }
  }

  #giveUp(code: CollectFailure): void {
    this.#exchange?.abort();
    this.#resolve({ kind: 'failed', code, totalMs: this.#elapsedMs() });
  }

  onHead(head: ReplyHead): void {
    this.#status = head.status;
    this.#body.expect(head.contentLength ?? 0);
    this.#headers = responseHeaders(head.headers);
    if (isEventStream(this.#headers) && !this.#mayEndInTime()) this.#giveUp('STREAMING');
  }

  /** A stream that the other side ended in half of the time that there is. Most streams of events have no end at all. */
  #mayEndInTime(): boolean {
    const { likely, timeouts } = this.#collecting;
    return likely?.streamMs !== undefined && likely.streamMs * 2 < (timeouts.totalMs ?? 0);
  }

  onData(bytes: Buffer, start: number, end: number): void {
    this.#body.addCopy(bytes, start, end);
    if (this.#body.length > this.#collecting.maxBodyBytes) this.#giveUp('BODY_TOO_LARGE');
    else if (this.#body.length > this.#proportionBytes) this.#giveUp('BODY_OUT_OF_PROPORTION');
  }

  onReadDone(): void {
    if (this.#body.length <= UNHINDERED_BYTES) return;
    this.#isHeldBack = true;
    this.#exchange?.pause();
    this.#collecting.turns.wait(() => {
      this.#isHeldBack = false;
      this.#exchange?.resume();
    });
  }

  onEnd(): void {
    const body = this.#body.whole();
    if (!body) return this.#giveUp('BODY_TOO_LARGE');
    const reply = { status: this.#status, headers: this.#headers, body, totalMs: this.#elapsedMs() };
    this.#resolve({ kind: 'reply', reply });
  }

  onFailure({ code, isStale }: Failure): void {
    if (isStale && this.#sends < MAX_SENDS && mayResend(this.#collecting.request.method)) return this.send();
    // It answered, and did not end where the other side did: that is a difference, and no failure.
    if (isEventStream(this.#headers) && code.endsWith('TIMEOUT')) return this.#giveUp('STREAM_WITHOUT_END');
    // Its time went by while we did not read on. A backend that falls silent once it has its turn is late by itself.
    const isOurs = this.#isHeldBack && code === 'PG_TOTAL_TIMEOUT';
    this.#resolve({ kind: 'failed', code: isOurs ? 'HELD_BACK' : code, totalMs: this.#elapsedMs() });
  }

  #elapsedMs(): number {
    return this.#collecting.clock.monotonicMs() - this.#startedMs;
  }
}
