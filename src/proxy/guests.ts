// The requests that are with a mount, and what is done with each so that its app can answer it, or a backend can.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { LegEnd } from './live-leg.ts';
import { OpenList } from './open-list.ts';
import { OwnReplyTap } from './own-reply.ts';
import type { DataPlane, OwnLegacy } from './serve.ts';

export interface Visit {
  readonly plane: Pick<DataPlane, 'clock'>;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly next: () => void;
}

/** One request of the app's: answered by the app, or by a backend in its place. */
export class Guest implements OwnLegacy {
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

export interface Guests {
  add(guest: Guest, response: ServerResponse): void;
  /** Resolves when all have left, at the latest after this time; called again with less patience, sooner. */
  leave(graceMs: number): Promise<{ readonly cut: number }>;
}

export function createGuests(): Guests {
  const present = new OpenList<Guest>();
  const { promise: left, resolve: onLeft } = Promise.withResolvers<void>();
  let isLeaving = false;
  let cut = 0;
  const dismissAll = (): void => {
    for (const guest of present) if (guest.dismiss()) cut += 1;
    onLeft();
  };
  const leaveOne = (place: number): void => {
    present.remove(place);
    if (isLeaving && present.size === 0) onLeft();
  };
  return {
    add: (guest, response) => {
      const place = present.add(guest);
      response.once('close', () => leaveOne(place));
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
