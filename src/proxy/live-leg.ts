// One attempt to serve a request from one backend: streamed both ways, with a capped copy of the response kept for the
// comparison. Nothing here waits for the shadow lane.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock, RawHeaders, ServedResult } from '../core/index.ts';
import type { Exchange, Failure, ReplyHandler, ReplyHead } from '../http1/index.ts';
import { GatheredBody } from './gathered-body.ts';
import { responseHeaders } from './header-table.ts';
import type { RequestBody } from './request-body.ts';
import type { Upstream } from './upstreams.ts';

export interface LiveLeg {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly upstream: Upstream;
  readonly method: string;
  readonly target: string;
  readonly headers: RawHeaders;
  /** Absent when the request has none. */
  readonly body: RequestBody | undefined;
  /** Copy the response body up to this many bytes; 0 keeps none. */
  readonly keepBytes: number;
  /** Sent anew to a backend that had closed an idle connection. */
  readonly isResend: boolean;
  /** Called when a piece of the answer came that is not its end. */
  readonly onStep: () => void;
  readonly clock: Clock;
}

export type LegEnd =
  | Extract<ServedResult, { kind: 'reply' }>
  /** `hasBegun`: the backend had begun to answer. */
  | (Extract<ServedResult, { kind: 'client-aborted' }> & { readonly hasBegun: boolean })
  /** The backend failed before the client got a byte: another may still answer. */
  | ({ readonly kind: 'unanswered'; readonly totalMs: number } & Failure)
  /** The backend failed in the middle: the client's connection was cut, never ended cleanly. */
  | { readonly kind: 'cut'; readonly code: string; readonly totalMs: number };

/** Serves the request; `done` is called exactly once. */
export function runLeg(leg: LiveLeg, done: (end: LegEnd) => void): void {
  new Leg(leg, done).start();
}

class Leg implements ReplyHandler {
  readonly #leg: LiveLeg;
  readonly #done: (end: LegEnd) => void;
  readonly #startedMs: number;
  readonly #kept: GatheredBody | undefined;
  #exchange: Exchange | undefined;
  #status = 0;
  #headers: RawHeaders = [];
  /** Came in the read that is being handed over, and goes out with what else comes in it. */
  #pending: Uint8Array | undefined;
  #heldBack = false;
  #ended = false;

  constructor(leg: LiveLeg, done: (end: LegEnd) => void) {
    this.#leg = leg;
    this.#done = done;
    this.#startedMs = leg.clock.monotonicMs();
    this.#kept = leg.keepBytes > 0 ? new GatheredBody(leg.keepBytes) : undefined;
  }

  start(): void {
    const { response, upstream, method, target, headers, body } = this.#leg;
    if (response.destroyed) return this.#finish(this.#clientAborted());
    // Emitted once, and `once` costs a wrapper.
    response.on('close', this.#onClose);
    const { isResend } = this.#leg;
    const request = { method, target, headers, body: body?.content, declaredBytes: body?.declaredBytes, isResend };
    try {
      this.#exchange = upstream.connections.send(request, this, upstream.timeouts);
    } catch {
      this.#finish({ kind: 'unanswered', code: 'UNSENDABLE', wasSent: false, isStale: false, totalMs: 0 });
    }
  }

  onHead(head: ReplyHead): void {
    const { response } = this.#leg;
    this.#status = head.status;
    this.#kept?.expect(head.contentLength ?? 0);
    this.#headers = responseHeaders(head.headers);
    const headers = canCarryTrailers(this.#leg, head) ? this.#headers : withoutTrailer(this.#headers);
    response.sendDate = false;
    response.writeHead(head.status, head.reason, headers as string[]); // Node's type asks for a mutable array
  }

  onData(bytes: Buffer, start: number, end: number): void {
    // What is kept for the comparison is never changed, so the client may be sent the very same bytes.
    const piece = this.#kept?.addCopy(bytes, start, end) ? this.#kept.last(end - start) : copyOf(bytes, start, end);
    if (this.#pending) this.#write(this.#pending);
    this.#pending = piece;
  }

  onReadDone(): void {
    const { response, onStep } = this.#leg;
    onStep();
    if (this.#pending) this.#write(this.#pending);
    // The head of a response whose body lets itself be waited for. An empty write in latin1: `flushHeaders()` would send
    // header values as UTF-8 and change their bytes.
    else if (this.#status !== 0 && !response.destroyed) response.write('', 'latin1');
    this.#pending = undefined;
  }

  onEnd(trailers: RawHeaders): void {
    const { response, body } = this.#leg;
    const totalMs = this.#elapsedMs();
    relayTrailers(response, trailers);
    if (this.#pending) response.end(this.#pending);
    else response.end();
    body?.discard();
    const [status, headers, heldBack] = [this.#status, this.#headers, this.#heldBack];
    this.#finish({ kind: 'reply', status, headers, body: this.#kept?.whole(), totalMs, heldBack });
  }

  onFailure(failure: Failure): void {
    const { response } = this.#leg;
    const totalMs = this.#elapsedMs();
    if (!response.headersSent) return this.#finish({ kind: 'unanswered', ...failure, totalMs });
    this.#finish({ kind: 'cut', code: failure.code, totalMs });
    response.destroy();
  }

  readonly #onClose = (): void => {
    if (this.#ended || this.#leg.response.writableFinished) return;
    this.#exchange?.abort();
    this.#finish(this.#clientAborted());
  };

  #clientAborted(): LegEnd {
    const hasBegun = this.#status !== 0;
    return { kind: 'client-aborted', totalMs: this.#elapsedMs(), heldBack: this.#heldBack, hasBegun };
  }

  #write(chunk: Uint8Array): void {
    const { response } = this.#leg;
    if (response.write(chunk) || response.destroyed || this.#heldBackNow) return;
    this.#heldBack = true;
    this.#heldBackNow = true;
    this.#exchange?.pause();
    response.once('drain', this.#onDrain);
    this.#drainLimit = setTimeout(this.#giveUpOnClient, this.#leg.upstream.timeouts.idleMs).unref();
  }

  #heldBackNow = false;
  #drainLimit: NodeJS.Timeout | undefined;
  readonly #onDrain = (): void => {
    clearTimeout(this.#drainLimit);
    this.#heldBackNow = false;
    this.#exchange?.resume();
  };

  /** It has taken nothing for as long as a backend may be silent; it would hold its connection and ours for ever. */
  readonly #giveUpOnClient = (): void => {
    this.#leg.response.destroy();
  };

  #elapsedMs(): number {
    return this.#leg.clock.monotonicMs() - this.#startedMs;
  }

  #finish(end: LegEnd): void {
    if (this.#ended) return;
    this.#ended = true;
    clearTimeout(this.#drainLimit);
    this.#done(end);
  }
}

function copyOf(bytes: Buffer, start: number, end: number): Buffer {
  const piece = Buffer.allocUnsafe(end - start);
  bytes.copy(piece, 0, start, end);
  return piece;
}

/** Only a chunked response has a place for trailers (RFC 9112, section 7.1.2), and HTTP/1.0 knows no chunks. */
function canCarryTrailers({ request, method }: LiveLeg, { contentLength }: ReplyHead): boolean {
  return contentLength === undefined && method !== 'HEAD' && request.httpVersion !== '1.0';
}

function withoutTrailer(headers: RawHeaders): RawHeaders {
  if (!headers.some((name, index) => index % 2 === 0 && isTrailer(name))) return headers;
  return headers.filter((_, index) => !isTrailer(headers[index & ~1] ?? ''));
}

function isTrailer(name: string): boolean {
  return name.length === 7 && name.toLowerCase() === 'trailer';
}

function relayTrailers(response: ServerResponse, trailers: RawHeaders): void {
  if (trailers.length === 0) return;
  const flat = responseHeaders(trailers);
  response.addTrailers(
    flat.flatMap((name, index) => (index % 2 === 0 ? [[name, flat[index + 1] ?? ''] as [string, string]] : [])),
  );
}
