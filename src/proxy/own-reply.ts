// What the app that we are mounted in answers, read while Node sends it. Nothing that the app can see is changed: each
// call goes through as it came, with the same result, and is looked at afterwards.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock, RawHeaders } from '../core/index.ts';
import { responseHeaders } from './header-table.ts';
import type { LegEnd } from './live-leg.ts';

export interface OwnReply {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Copy the body up to this many bytes; 0 keeps none. */
  readonly keepBytes: number;
  readonly clock: Clock;
}

/** Whether somebody before us has taken over what is written, so that what we would read is not what is sent. */
export function isRewritten(response: ServerResponse): boolean {
  return Object.hasOwn(response, 'write');
}

/** `write` and `end` in what they have in common. */
type Sending = (this: ServerResponse, ...args: readonly unknown[]) => unknown;

export class OwnReplyTap {
  readonly #reply: OwnReply;
  readonly #done: (end: LegEnd) => void;
  readonly #startedMs: number;
  readonly #kept: Buffer[] = [];
  #keptBytes = 0;
  #keeping: boolean;
  #heldBack = false;
  #depth = 0;
  #ended = false;

  constructor(reply: OwnReply, done: (end: LegEnd) => void) {
    this.#reply = reply;
    this.#done = done;
    this.#startedMs = reply.clock.monotonicMs();
    this.#keeping = reply.keepBytes > 0;
  }

  /** From here on `done` is called exactly once. */
  start(): void {
    const { response } = this.#reply;
    response.once('close', this.#onClose);
    const [write, end] = [response.write as Sending, response.end as Sending]; // their overloads are handed through
    const tap = this;
    response.write = function (this: ServerResponse, ...args: readonly unknown[]) {
      const isRoom = tap.#through(this, write, args);
      if (isRoom === false && !response.destroyed) tap.#heldBack = true;
      return isRoom as boolean; // as the original says
    };
    response.end = function (this: ServerResponse, ...args: readonly unknown[]) {
      const result = tap.#through(this, end, args);
      if (response.writableEnded) tap.#onEnd();
      return result as ServerResponse; // as the original says
    };
  }

  /** Looks no further, whatever the app still does. */
  abandon(): void {
    this.#finish({ ...this.#left(), heldBack: true });
  }

  /** What is written inside a call that was counted, by whoever replaced a method before us, is counted already. */
  #through(response: ServerResponse, send: Sending, args: readonly unknown[]): unknown {
    this.#depth += 1;
    try {
      const result = Reflect.apply(send, response, args);
      if (this.#depth === 1) this.#keep(args[0], args[1]);
      return result;
    } finally {
      this.#depth -= 1;
    }
  }

  // A copy: once Node has sent a buffer, the app may fill it again.
  #keep(chunk: unknown, encoding: unknown): void {
    if (!this.#keeping || this.#ended) return;
    const bytes = bytesOf(chunk, encoding);
    this.#keptBytes += bytes.length;
    this.#keeping = this.#keptBytes <= this.#reply.keepBytes;
    if (this.#keeping) this.#kept.push(bytes);
    else this.#kept.length = 0;
  }

  #onEnd(): void {
    const { status, headers } = sentHead(this.#reply.response);
    const body = this.#body(status);
    this.#finish({ kind: 'reply', status, headers, body, totalMs: this.#elapsedMs(), heldBack: this.#heldBack });
  }

  /** Node sends no body for these, whatever was written (RFC 9110, section 6.4.1). */
  #body(status: number): Uint8Array | undefined {
    if (this.#reply.request.method === 'HEAD' || status === 204 || status === 304) return new Uint8Array();
    return this.#keeping ? Buffer.concat(this.#kept) : undefined;
  }

  readonly #onClose = (): void => {
    const { socket } = this.#reply.request;
    // A connection that nobody at the other end has ended or reset was cut by the app itself.
    const isClients = socket.readableEnded || socket.errored !== null;
    this.#finish(isClients ? this.#left() : { kind: 'cut', code: 'CUT_BY_APP', totalMs: this.#elapsedMs() });
  };

  #left(): Extract<LegEnd, { kind: 'client-aborted' }> {
    const hasBegun = this.#reply.response.headersSent;
    return { kind: 'client-aborted', totalMs: this.#elapsedMs(), heldBack: this.#heldBack, hasBegun };
  }

  #elapsedMs(): number {
    return this.#reply.clock.monotonicMs() - this.#startedMs;
  }

  #finish(end: LegEnd): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#kept.length = 0;
    this.#reply.response.off('close', this.#onClose);
    this.#done(end);
  }
}

function bytesOf(chunk: unknown, encoding: unknown): Buffer {
  if (typeof chunk === 'string')
    return Buffer.from(chunk, typeof encoding === 'string' && Buffer.isEncoding(encoding) ? encoding : 'utf8');
  return chunk instanceof Uint8Array ? Buffer.from(chunk) : Buffer.alloc(0);
}

/** As it went over the wire: with what Node itself adds to it, such as a length, and in that order. */
function sentHead(response: ServerResponse): { readonly status: number; readonly headers: RawHeaders } {
  // Missing in Node's types and told nowhere else; Express, compression and morgan are built on it too.
  const { _header: head } = response as unknown as { readonly _header: string | null };
  const [line = '', ...fields] = (head ?? '').trimEnd().split('\r\n');
  const raw = fields.flatMap((field) => {
    const colon = field.indexOf(':');
    return [field.slice(0, colon), field.slice(colon + 1).trim()];
  });
  return { status: Number(line.split(' ')[1]), headers: responseHeaders(raw) };
}
