// One connection to a backend, with at most one request on it.
import type { OnReadOpts, Socket } from 'node:net';
import type { ReplyHandler, Timeouts, WireRequest } from './exchange.ts';
import { ReplyReader, type ReplySink } from './reply-reader.ts';
import { writeStream } from './request-body.ts';
import type { Framing } from './request-head.ts';

/** Opens a socket; TLS sockets too. `ready` is the event after which it carries data. */
export interface Dial {
  readonly open: (onread: OnReadOpts) => Socket;
  readonly ready: 'connect' | 'secureConnect';
}

export interface ConnectionPort {
  readonly dial: Dial;
  /** Into which all connections of a thread read in turn. */
  readonly buffer: Buffer;
  readonly now: () => number;
  /** How long it may be used. */
  readonly lifetimeMs: () => number;
  /** Whether one that has lived so long is to end; asked again until it is. */
  readonly mayRetire: () => boolean;
  readonly onIdle: (connection: Connection) => void;
  readonly onClosed: (connection: Connection) => void;
  readonly onFault: (error: unknown) => void;
}

const NO_SINK: ReplySink = { onHead() {}, onData() {}, onEnd() {} };

/** How a connection ends that the backend has closed. */
const CLOSINGS: ReadonlySet<string> = new Set(['ECONNRESET', 'EPIPE', 'PG_CLOSED_BY_BACKEND']);

export class Connection {
  readonly #port: ConnectionPort;
  readonly #socket: Socket;
  #isConnected = false;
  #hasServed = false;
  #isPaused = false;
  #errorCode: string | undefined;
  #handler: ReplyHandler | undefined;
  #reader = new ReplyReader(NO_SINK, 'GET');
  #timeouts: Timeouts = { connectMs: 0, headersMs: 0, idleMs: 0 };
  #isBodyWritten = true;
  /** When it stops waiting for the next step of the request; or, without one, when it is closed for being idle. */
  #stepDeadlineMs = Number.POSITIVE_INFINITY;
  #totalDeadlineMs = Number.POSITIVE_INFINITY;
  readonly #retireAtMs: number;
  /** Ends with the request that is on it. */
  #isRetired = false;

  constructor(port: ConnectionPort) {
    this.#port = port;
    this.#retireAtMs = port.now() + port.lifetimeMs();
    this.#socket = port.dial.open({ buffer: port.buffer, callback: this.#onRead });
    this.#socket.setNoDelay(true);
    this.#socket.once(port.dial.ready, this.#onConnect);
    this.#socket.once('end', this.#onEnd);
    // Not once: a TLS socket may tell of a second, and an error that nobody listens to ends the process.
    this.#socket.on('error', this.#onError);
    this.#socket.once('close', this.#onClose);
  }

  /** Whether a request can be given to it. */
  get isUsable(): boolean {
    return !this.#socket.destroyed && this.#socket.writable;
  }

  /** Sends a request; there must be none on it. */
  begin(request: WireRequest, handler: ReplyHandler, timeouts: Timeouts): void {
    this.#handler = handler;
    this.#timeouts = timeouts;
    this.#reader = new ReplyReader(this.#sink, request.method);
    const nowMs = this.#port.now();
    this.#stepDeadlineMs = nowMs + (this.#isConnected ? timeouts.headersMs : timeouts.connectMs);
    this.#totalDeadlineMs = timeouts.totalMs === undefined ? Number.POSITIVE_INFINITY : nowMs + timeouts.totalMs;
    this.#write(request);
  }

  /** Takes the request back: the backend sees its connection close, and the handler hears nothing more. */
  abort(handler: ReplyHandler): void {
    if (this.#handler !== handler) return;
    this.#handler = undefined;
    this.#socket.destroy();
  }

  pause(handler: ReplyHandler): void {
    if (this.#handler === handler) this.#isPaused = true;
  }

  resume(handler: ReplyHandler): void {
    if (this.#handler !== handler || !this.#isPaused) return;
    this.#isPaused = false;
    this.#stepDeadlineMs = this.#port.now() + this.#timeouts.idleMs;
    this.#socket.resume();
  }

  /** Gives it so long until somebody uses it. */
  rest(idleMs: number): void {
    this.#stepDeadlineMs = this.#port.now() + idleMs;
    this.#totalDeadlineMs = Number.POSITIVE_INFINITY;
  }

  /** Ends what is on it if it is late, or the connection if it was idle for too long. */
  expire(nowMs: number): void {
    if (this.#retireAtMs <= nowMs) this.#retire();
    if (this.#totalDeadlineMs <= nowMs) return this.#fail('PG_TOTAL_TIMEOUT');
    // A client that does not read, or does not send on, is no fault of the backend's.
    if (this.#stepDeadlineMs > nowMs || this.#isPaused || this.#isAwaitingBody) return;
    if (this.#handler === undefined) this.#socket.destroy();
    else this.#fail(this.#timeoutCode());
  }

  #retire(): void {
    this.#isRetired ||= this.#port.mayRetire();
    if (this.#isRetired && this.#handler === undefined) this.#socket.destroy();
  }

  /** The backend has taken all that there is of the request's body, and there is more to come. */
  get #isAwaitingBody(): boolean {
    return !this.#isBodyWritten && this.#isConnected && !this.#socket.writableNeedDrain;
  }

  destroy(): void {
    this.#fail('PG_CLIENT_STOPPED');
  }

  #write({ head, framing, body }: WireRequest): void {
    const socket = this.#socket;
    if (body === undefined) socket.write(head, 'latin1');
    else if (body instanceof Uint8Array) {
      socket.cork();
      socket.write(head, 'latin1');
      if (body.length > 0) socket.write(body);
      socket.uncork();
    } else {
      socket.write(head, 'latin1');
      this.#isBodyWritten = false;
      // Nothing is read of the body before there is somebody to send it to: else it could go nowhere else.
      if (this.#isConnected) this.#stream(body, framing);
      else socket.once(this.#port.dial.ready, () => this.#stream(body, framing));
    }
  }

  #stream(chunks: AsyncIterable<Uint8Array>, framing: Framing): void {
    writeStream(this.#socket, { chunks, framing, onProgress: this.#onProgress }).then(
      () => {
        this.#isBodyWritten = true;
        this.#onProgress();
      },
      // A backend must not take the beginning of a body that breaks off for the whole.
      () => this.#fail('PG_REQUEST_BODY_BROKEN'),
    );
  }

  /** Gives the backend anew its time for the next step. */
  readonly #onProgress = (): void => {
    const { headersMs, idleMs } = this.#timeouts;
    this.#stepDeadlineMs = this.#port.now() + (this.#reader.isWaiting ? headersMs : idleMs);
  };

  readonly #onConnect = (): void => {
    this.#isConnected = true;
    if (this.#handler) this.#stepDeadlineMs = this.#port.now() + this.#timeouts.headersMs;
  };

  readonly #onRead = (length: number, bytes: Uint8Array): boolean => {
    const handler = this.#handler;
    if (handler === undefined) {
      // Nobody asked: whatever it is, the next request must not take it for its answer.
      this.#socket.destroy();
      return false;
    }
    try {
      // The buffer that was handed in is a Buffer; Node's type promises less.
      const wrong = this.#reader.push(bytes as Buffer, length);
      if (wrong) this.#fail(wrong.code);
      else if (this.#handler === handler) this.#afterRead(handler);
      // Only behind the read that brought the end is it known whether more came than was asked for.
      else this.#release();
    } catch (error) {
      this.#onFault(handler, error);
    }
    return !this.#isPaused;
  };

  #afterRead(handler: ReplyHandler): void {
    if (!this.#reader.isWaiting) this.#stepDeadlineMs = this.#port.now() + this.#timeouts.idleMs;
    handler.onReadDone();
  }

  readonly #sink: ReplySink = {
    onHead: (head) => this.#handler?.onHead(head),
    onData: (bytes, start, end) => this.#handler?.onData(bytes, start, end),
    onEnd: (trailers) => this.#finish(trailers),
  };

  #finish(trailers: readonly string[]): void {
    const handler = this.#handler;
    this.#handler = undefined;
    this.#isPaused = false;
    this.#hasServed = true;
    handler?.onEnd(trailers);
  }

  #release(): void {
    const isWritten = this.#isBodyWritten && this.#socket.writableLength === 0;
    const isReusable = this.#reader.isReusable && !this.#isRetired;
    if (isWritten && isReusable && this.isUsable) this.#port.onIdle(this);
    else this.#socket.destroy();
  }

  get keepAliveMs(): number | undefined {
    return this.#reader.keepAliveMs;
  }

  readonly #onEnd = (): void => {
    const handler = this.#handler;
    try {
      // TLS says why it ends before it does.
      if (handler === undefined || !this.#reader.end()) this.#fail(this.#errorCode ?? 'PG_CLOSED_BY_BACKEND');
    } catch (error) {
      if (handler) this.#onFault(handler, error);
    }
    this.#socket.destroy();
  };

  readonly #onError = (error: NodeJS.ErrnoException): void => {
    this.#errorCode ??= error.code ?? error.name;
  };

  readonly #onClose = (): void => {
    this.#fail(this.#errorCode ?? 'PG_CLOSED_BY_BACKEND');
    this.#port.onClosed(this);
  };

  #fail(code: string): void {
    const handler = this.#handler;
    this.#handler = undefined;
    this.#socket.destroy();
    try {
      handler?.onFailure({ code, wasSent: this.#isConnected, isStale: this.#isStale(code) });
    } catch (error) {
      this.#port.onFault(error);
    }
  }

  #isStale(code: string): boolean {
    return this.#hasServed && this.#reader.isUntouched && CLOSINGS.has(code);
  }

  /** What a handler throws costs its exchange: not the process, and not the next request on this connection. */
  #onFault(handler: ReplyHandler, error: unknown): void {
    // It was taken off before its `onEnd`, which threw; but one that aborted hears nothing more.
    if (!this.#socket.destroyed) this.#handler = handler;
    this.#fail('PG_HANDLER_FAULT');
    this.#port.onFault(error);
  }

  #timeoutCode(): string {
    if (!this.#isConnected) return 'PG_CONNECT_TIMEOUT';
    return this.#reader.isWaiting ? 'PG_HEADERS_TIMEOUT' : 'PG_IDLE_TIMEOUT';
  }
}
