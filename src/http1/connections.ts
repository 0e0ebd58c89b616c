// The connections to one backend. Idle ones are used again, the warmest first; none are shared by two requests at once.
import { Connection, type ConnectionPort, type Dial } from './connection.ts';
import { type OutgoingRequest, type ReplyHandler, type Timeouts, wireRequest } from './exchange.ts';

export interface ConnectionsOptions {
  readonly dial: Dial;
  /** Milliseconds from any fixed point. */
  readonly now: () => number;
  /** An idle connection is closed after this, or a second before the backend said that it would. */
  readonly idleMs?: number;
  /** How long a connection is used, drawn for each; for ever unless given. It ends between two requests. */
  readonly lifetimeMs?: () => number;
  /** Whether one that has lived so long is to end; asked again, every few milliseconds, until it is. */
  readonly mayRetire?: () => boolean;
  /** Of new connections; without it there may be any number. What finds none then fails with `PG_NO_CONNECTION_LEFT`. */
  readonly opening?: { take(): boolean; hasOne(): boolean };
  /** Told what a handler threw; must not throw. A warning of the process unless given. */
  readonly onFault?: (error: unknown) => void;
}

/** A request that has been sent. */
export interface Exchange {
  /** The backend sees its connection close; the handler hears nothing more. */
  abort(): void;
  /** Stops reading, so that the backend has to wait. */
  pause(): void;
  resume(): void;
}

export interface Connections {
  /** Throws a TypeError, and sends nothing, when a part of the head is malformed. */
  send(request: OutgoingRequest, handler: ReplyHandler, timeouts: Timeouts): Exchange;
  /** Whether a request would find a connection now, as far as can be told without one. */
  hasRoom(): boolean;
  status(): { readonly busy: number; readonly idle: number };
  /** Closes all; requests in flight fail, and later ones too. */
  stop(): void;
}

const READ_BUFFER_BYTES = 65_536;
/** Reading is synchronous, so one buffer serves all connections of a thread. */
const BUFFER = Buffer.allocUnsafeSlow(READ_BUFFER_BYTES);

/** Backends close idle connections after 5 s (Node), 60 s (Go has none) or 75 s (nginx). */
const IDLE_MS = 4_000;
const KEEP_ALIVE_MARGIN_MS = 1_000;
/** How exact deadlines are. One timer looks at all, since one for each request would cost more than sending it. */
const SWEEP_MS = 20;

export function createConnections(options: ConnectionsOptions): Connections {
  const { dial, now, idleMs = IDLE_MS, onFault = warn } = options;
  const { lifetimeMs = () => Number.POSITIVE_INFINITY, mayRetire = () => true, opening } = options;
  const idle: Connection[] = [];
  const all = new Set<Connection>();
  let sweeper: NodeJS.Timeout | undefined;
  let isStopped = false;

  const port: ConnectionPort = {
    dial,
    buffer: BUFFER,
    now,
    lifetimeMs,
    mayRetire,
    onFault,
    onIdle: (connection) => {
      const hintMs = connection.keepAliveMs;
      const keepMs = hintMs === undefined ? idleMs : Math.min(idleMs, hintMs - KEEP_ALIVE_MARGIN_MS);
      // Until the next sweep it could still be taken, and the backend be closing it.
      if (keepMs <= 0) return connection.destroy();
      connection.rest(keepMs);
      idle.push(connection);
    },
    onClosed: (connection) => {
      all.delete(connection);
      const at = idle.indexOf(connection);
      if (at !== -1) idle.splice(at, 1);
      if (all.size === 0) stopSweeping();
    },
  };
  const sweep = (): void => {
    const nowMs = now();
    for (const connection of all) connection.expire(nowMs);
  };
  const stopSweeping = (): void => {
    clearInterval(sweeper);
    sweeper = undefined;
  };
  const open = (): Connection => {
    const connection = new Connection(port);
    all.add(connection);
    sweeper ??= setInterval(sweep, SWEEP_MS).unref();
    return connection;
  };
  const take = (isNew: boolean): Connection | undefined => {
    for (let known = isNew ? undefined : idle.pop(); known; known = idle.pop()) if (known.isUsable) return known;
    return opening?.take() === false ? undefined : open();
  };

  return {
    send: (request, handler, timeouts) => {
      const wire = wireRequest(request);
      if (isStopped) return failedAtOnce('PG_CLIENT_STOPPED', handler, onFault);
      const connection = take(request.isResend === true);
      if (!connection) return failedAtOnce('PG_NO_CONNECTION_LEFT', handler, onFault);
      connection.begin(wire, handler, timeouts);
      return new SentRequest(connection, handler);
    },
    hasRoom: () => idle.length > 0 || opening?.hasOne() !== false,
    status: () => ({ busy: all.size - idle.length, idle: idle.length }),
    stop: () => {
      isStopped = true;
      for (const connection of all) connection.destroy();
      stopSweeping();
    },
  };
}

function warn(error: unknown): void {
  process.emitWarning(error instanceof Error ? error : String(error));
}

/** Fails as a request in flight would: later, and not when it was aborted. */
function failedAtOnce(code: string, handler: ReplyHandler, onFault: (error: unknown) => void): Exchange {
  let isAborted = false;
  const fail = (): void => {
    try {
      if (!isAborted) handler.onFailure({ code, wasSent: false, isStale: false });
    } catch (error) {
      onFault(error);
    }
  };
  queueMicrotask(fail);
  return {
    abort: () => {
      isAborted = true;
    },
    pause: () => {},
    resume: () => {},
  };
}

/** One small object for each request, where three functions would be four. */
class SentRequest implements Exchange {
  readonly #connection: Connection;
  readonly #handler: ReplyHandler;

  constructor(connection: Connection, handler: ReplyHandler) {
    this.#connection = connection;
    this.#handler = handler;
  }

  abort(): void {
    this.#connection.abort(this.#handler);
  }

  pause(): void {
    this.#connection.pause(this.#handler);
  }

  resume(): void {
    this.#connection.resume(this.#handler);
  }
}
