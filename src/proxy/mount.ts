// The data plane inside an app that is legacy itself. There is no listener: requests are handed in, and those that legacy
// serves are handed on.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { admit } from './guard.ts';
import { createGuests, Guest } from './guests.ts';
import type { Listener } from './listener.ts';
import { createLoad } from './load.ts';
import type { OwnPass } from './own-pass.ts';
import { isRewritten } from './own-reply.ts';
import { type DataPlane, forward } from './serve.ts';
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

type PlaneFor = (request: IncomingMessage, response: ServerResponse, hasBody: boolean) => DataPlane;

/** What can be done with a request depends on what the app did with it before it came here. */
function createPlanes(plane: DataPlane, warn: (message: string) => void): PlaneFor {
  const flags = { isCandidate: () => false };
  const plan: DataPlane['plan'] = (question) => unlessSkipped(plane.plan(question));
  const [byLegacy, unseen, neither] = [
    { ...plane, flags },
    { ...plane, plan },
    { ...plane, flags, plan },
  ];
  const warned = new Set<string>();
  const warnOnce = (message: string): void => {
    if (!warned.has(message)) warn(message);
    warned.add(message);
  };
  return (request, response, hasBody) => {
    const isRead = hasBody && isBegun(request);
    const isUnseen = isRewritten(response);
    if (isRead) warnOnce(READ_BEFORE);
    if (isUnseen) warnOnce(WRITTEN_BEFORE);
    if (isUnseen) return isRead ? neither : unseen;
    return isRead ? byLegacy : plane;
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
