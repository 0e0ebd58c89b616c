// The data plane inside an app that is legacy itself. There is no listener: requests are handed in, and those that legacy
// serves are handed on.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { admit } from './guard.ts';
import type { Listener } from './listener.ts';
import type { LegEnd } from './live-leg.ts';
import { createLoad } from './load.ts';
import type { OwnPass } from './own-pass.ts';
import { isRewritten, OwnReplyTap } from './own-reply.ts';
import { type DataPlane, forward, type OwnLegacy } from './serve.ts';
import { createTurns } from './turns.ts';

/** A middleware of Connect or Express. */
export type Handler = (request: MountedRequest, response: ServerResponse, next: () => void) => void;

/** Routers cut `url` down to what is below them and keep the whole here. */
type MountedRequest = IncomingMessage & { readonly originalUrl?: string };

export interface Mount extends Listener {
  readonly handle: Handler;
}

export interface MountOptions {
  readonly pass: OwnPass;
  /** How long `stop` waits for requests that have begun. */
  readonly graceMs: number;
  readonly warn: (message: string) => void;
}

/** Until it is started, and after it was stopped, the app answers as if there were no mount. */
export function createMount(plane: DataPlane, { pass, graceMs, warn }: MountOptions): Mount {
  const load = createLoad(Number.POSITIVE_INFINITY);
  const guests = createGuests();
  const takeTurn = createTurns();
  const planeFor = createPlanes(plane, warn);
  let isReady = false;
  const enter = (request: MountedRequest, response: ServerResponse, next: () => void): void => {
    if (response.headersSent || response.destroyed) return next();
    const admission = admit(headOf(request), plane.wire);
    // What may not go to a backend is still the app's to answer: nothing stands between it and the parser that read this.
    if (admission.kind !== 'admitted') return next();
    const own = new Guest({ plane, request, response, next });
    guests.add(own, response);
    forward(planeFor(request, response, admission.hasBody), { request, response, admission, own }, load);
  };
  return {
    handle: (request, response, next) => {
      if (pass.take(request) || !isReady) return next();
      takeTurn(request, response, () => enter(request, response, next));
    },
    isReady: () => isReady,
    load: load.status,
    start: async () => {
      isReady = true;
      return { port: 0 };
    },
    stop: (manner) => {
      isReady = false;
      return guests.leave(manner?.graceMs ?? graceMs);
    },
  };
}

function headOf(request: MountedRequest): Parameters<typeof admit>[0] {
  const { method, url, originalUrl, httpVersion, rawHeaders, socket } = request;
  return { ...(method && { method }), url: originalUrl ?? url, httpVersion, rawHeaders, socket };
}

/** What can be done with a request depends on what the app did with it before it came here. */
function createPlanes(plane: DataPlane, warn: (message: string) => void) {
  const readBefore: DataPlane = { ...plane, flags: { isCandidate: () => false } };
  const unseen: DataPlane = { ...plane, plan: (question) => unlessSkipped(plane.plan(question)) };
  const warned = new Set<string>();
  const warnOnce = (message: string): void => {
    if (!warned.has(message)) warn(message);
    warned.add(message);
  };
  return (request: IncomingMessage, response: ServerResponse, hasBody: boolean): DataPlane => {
    if (isRewritten(response)) {
      warnOnce(WRITTEN_BEFORE);
      return hasBody && isBegun(request) ? { ...unseen, flags: readBefore.flags } : unseen;
    }
    if (!hasBody || !isBegun(request)) return plane;
    warnOnce(READ_BEFORE);
    return readBefore;
  };
}

const READ_BEFORE =
  'a request body was read before the middleware got it, so legacy serves all such requests: mount paritygate before body parsers';
const WRITTEN_BEFORE =
  'something before the middleware rewrites responses, so nothing is compared: mount paritygate before it';

function unlessSkipped(plan: ReturnType<DataPlane['plan']>): ReturnType<DataPlane['plan']> {
  return plan.kind === 'skip' ? plan : { kind: 'skip', reason: 'undecodable' };
}

function isBegun(request: IncomingMessage): boolean {
  return request.readableDidRead || request.readableFlowing !== null;
}

interface Visit {
  readonly plane: Pick<DataPlane, 'clock'>;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly next: () => void;
}

/** One request of the app's: answered by the app, or by a backend in its place. */
class Guest implements OwnLegacy {
  readonly #visit: Visit;
  #tap: OwnReplyTap | undefined;
  #giveBack: (() => void) | undefined;

  constructor(visit: Visit) {
    this.#visit = visit;
  }

  serve(keepBytes: number, done: (end: LegEnd) => void): void {
    const { plane, request, response, next } = this.#visit;
    this.#giveBack?.();
    this.#tap = new OwnReplyTap({ request, response, keepBytes, clock: plane.clock }, done);
    this.#tap.start();
    next();
  }

  lend(): void {
    this.#giveBack ??= borrow(this.#visit.response);
  }

  /** Whether a client lost its answer by it: what the app answers itself goes on. */
  dismiss(): boolean {
    if (this.#tap) this.#tap.abandon();
    else this.#visit.response.destroy();
    return this.#tap === undefined;
  }
}

/** Prepares a response for a backend's answer; the function that is returned undoes it. */
function borrow(response: ServerResponse): () => void {
  const { writeHead } = response;
  const isOwn = Object.hasOwn(response, 'writeHead');
  const giveBack = (): void => {
    response.off('error', ignoreError);
    if (isOwn) response.writeHead = writeHead;
    else Reflect.deleteProperty(response, 'writeHead');
  };
  // A response that is written to after its socket broke emits this; the close event has already ended the exchange.
  response.on('error', ignoreError);
  const replace = (...args: readonly unknown[]): unknown => {
    Reflect.deleteProperty(response, 'writeHead');
    if (isOwn) response.writeHead = writeHead;
    // What the app says of its own answers, such as `X-Powered-By`, is not said of a backend's: the client gets what was
    // compared.
    for (const name of response.getHeaderNames()) response.removeHeader(name);
    return Reflect.apply(writeHead, response, args);
  };
  response.writeHead = replace as ServerResponse['writeHead']; // its overloads are handed through
  return giveBack;
}

function ignoreError(): void {}

interface Guests {
  add(guest: Guest, response: ServerResponse): void;
  /** Resolves when all have left, at the latest after this time; called again with less patience, sooner. */
  leave(graceMs: number): Promise<{ readonly cut: number }>;
}

function createGuests(): Guests {
  const present = new Set<Guest>();
  const { promise: left, resolve: onLeft } = Promise.withResolvers<void>();
  let isLeaving = false;
  let cut = 0;
  const dismissAll = (): void => {
    for (const guest of present) if (guest.dismiss()) cut += 1;
    onLeft();
  };
  const leaveOne = (guest: Guest): void => {
    present.delete(guest);
    if (isLeaving && present.size === 0) onLeft();
  };
  return {
    add: (guest, response) => {
      present.add(guest);
      response.once('close', () => leaveOne(guest));
    },
    leave: async (graceMs) => {
      isLeaving = true;
      if (present.size === 0) onLeft();
      const limit = setTimeout(dismissAll, graceMs);
      await left;
      clearTimeout(limit);
      return { cut };
    },
  };
}
