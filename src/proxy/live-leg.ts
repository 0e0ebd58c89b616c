// One attempt to serve a request from one backend: streamed both ways, with a capped copy of the response kept for the
// comparison. Nothing here waits for the shadow lane.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';
import type { Dispatcher } from 'undici';
import type { Clock, RawHeaders, ServedResult } from '../core/index.ts';
import { responseHeaders } from './header-table.ts';
import type { RequestBody } from './request-body.ts';

export interface LiveLeg {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly upstream: Dispatcher;
  readonly method: string;
  readonly target: string;
  readonly headers: RawHeaders;
  /** Absent when the request has none. */
  readonly body: RequestBody | undefined;
  /** Copy the response body up to this many bytes; 0 keeps none. */
  readonly keepBytes: number;
  readonly clock: Clock;
}

export type LegEnd =
  | Extract<ServedResult, { kind: 'reply' | 'client-aborted' }>
  /** The backend failed before the client got a byte: another may still answer. */
  | { readonly kind: 'unanswered'; readonly code: string; readonly totalMs: number }
  /** The backend failed in the middle: the client's connection was cut, never ended cleanly. */
  | { readonly kind: 'cut'; readonly code: string; readonly totalMs: number };

/** Serves the request; `done` is called exactly once. */
export function runLeg(leg: LiveLeg, done: (end: LegEnd) => void): void {
  const handler = new LegHandler(leg, done);
  leg.upstream.dispatch(
    {
      method: leg.method,
      path: leg.target,
      headers: leg.headers as string[], // undici's type asks for a mutable array and does not change it
      // The library takes async iterables, which its type leaves out.
      body: (leg.body?.content ?? null) as Readable | null,
    },
    handler,
  );
}

class ClientGone extends Error {
  readonly code = 'CLIENT_ABORTED';
}

class LegHandler implements Dispatcher.DispatchHandler {
  readonly #leg: LiveLeg;
  readonly #done: (end: LegEnd) => void;
  readonly #startedMs: number;
  readonly #kept: Buffer[] = [];
  #keptBytes = 0;
  #keeping: boolean;
  #controller: Dispatcher.DispatchController | undefined;
  #status = 0;
  #headers: RawHeaders = [];
  #heldBack = false;
  #ended = false;

  constructor(leg: LiveLeg, done: (end: LegEnd) => void) {
    this.#leg = leg;
    this.#done = done;
    this.#startedMs = leg.clock.monotonicMs();
    this.#keeping = leg.keepBytes > 0;
    leg.response.once('close', this.#onClose);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#leg.response.destroyed) controller.abort(new ClientGone());
  }

  onResponseStart(
    controller: Dispatcher.DispatchController,
    status: number,
    _parsed: unknown,
    statusText?: string,
  ): void {
    // Interim responses (RFC 9110, section 15.2) are answered by the server in front; only the final one is relayed.
    if (status < 200) return;
    this.#status = status;
    // Raw headers are an array of buffers or strings over HTTP/1.1; the parsed form would lose order and repeats.
    this.#headers = responseHeaders(controller.rawHeaders as (Buffer | string)[]);
    const { response } = this.#leg;
    response.sendDate = false;
    const headers = canCarryTrailers(this.#leg, this.#headers) ? this.#headers : withoutTrailer(this.#headers);
    response.writeHead(status, statusText ?? '', headers as string[]); // Node's type asks for a mutable array
    process.nextTick(flushHead, this.#leg.response);
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#keep(chunk);
    if (this.#leg.response.write(chunk) || this.#leg.response.destroyed) return;
    this.#heldBack = true;
    controller.pause();
    this.#leg.response.once('drain', () => controller.resume());
  }

  onResponseEnd(controller: Dispatcher.DispatchController): void {
    relayTrailers(this.#leg.response, controller.rawTrailers);
    this.#finish({
      kind: 'reply',
      status: this.#status,
      headers: this.#headers,
      body: this.#body(),
      totalMs: this.#elapsedMs(),
      heldBack: this.#heldBack,
    });
    this.#leg.response.end();
    this.#leg.body?.discard();
  }

  onResponseError(
    _controller: Dispatcher.DispatchController | undefined,
    error: Error & { readonly code?: string },
  ): void {
    if (error instanceof ClientGone || this.#leg.response.destroyed)
      return this.#finish({ kind: 'client-aborted', totalMs: this.#elapsedMs(), heldBack: this.#heldBack });
    const failure = { code: error.code ?? error.name, totalMs: this.#elapsedMs() };
    if (!this.#leg.response.headersSent) return this.#finish({ kind: 'unanswered', ...failure });
    this.#finish({ kind: 'cut', ...failure });
    this.#leg.response.destroy();
  }

  readonly #onClose = (): void => {
    if (this.#ended || this.#leg.response.writableFinished) return;
    // Not yet dispatched by the pool: onRequestStart sees the closed response.
    this.#controller?.abort(new ClientGone());
  };

  #keep(chunk: Buffer): void {
    if (!this.#keeping) return;
    this.#keptBytes += chunk.length;
    this.#keeping = this.#keptBytes <= this.#leg.keepBytes;
    if (this.#keeping) this.#kept.push(chunk);
    else this.#kept.length = 0;
  }

  #body(): Uint8Array | undefined {
    if (!this.#keeping) return undefined;
    const [only] = this.#kept;
    return this.#kept.length === 1 ? only : Buffer.concat(this.#kept);
  }

  #elapsedMs(): number {
    return this.#leg.clock.monotonicMs() - this.#startedMs;
  }

  #finish(end: LegEnd): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#leg.response.off('close', this.#onClose);
    this.#done(end);
  }
}

/** Sends the head of a response whose body lets itself be waited for; mostly head and body have left together by now. */
function flushHead(response: ServerResponse): void {
  // An empty write in latin1: `flushHeaders()` would send header values as UTF-8 and change their bytes.
  if (!response.destroyed && !response.writableEnded && response.writableLength === 0) response.write('', 'latin1');
}

/** Only a chunked response has a place for trailers (RFC 9112, section 7.1.2), and HTTP/1.0 knows no chunks. */
function canCarryTrailers({ request, method }: LiveLeg, headers: RawHeaders): boolean {
  const hasLength = headers.some((name, index) => index % 2 === 0 && name.toLowerCase() === 'content-length');
  return !hasLength && method !== 'HEAD' && request.httpVersion !== '1.0';
}

function withoutTrailer(headers: RawHeaders): RawHeaders {
  return headers.filter((_, index) => (headers[index & ~1] ?? '').toLowerCase() !== 'trailer');
}

function relayTrailers(response: ServerResponse, raw: Dispatcher.DispatchController['rawTrailers']): void {
  if (!Array.isArray(raw) || raw.length === 0) return;
  const flat = responseHeaders(raw);
  response.addTrailers(
    flat.flatMap((name, index) => (index % 2 === 0 ? [[name, flat[index + 1] ?? ''] as [string, string]] : [])),
  );
}
