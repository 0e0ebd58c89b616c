// The way of one request, as a table of contents: guard, match, decide, plan the mirror, forward, hand over.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Contract, Operation } from '../contract/index.ts';
import {
  type BackendRequest,
  type Clock,
  type MirrorPlan,
  type ServedExchange,
  type ServedResult,
  type Side,
  UNMATCHED,
} from '../core/index.ts';
import { decide, type FlagSource, type RoutedGroup, type StickyRule, stickyKey } from '../routing/index.ts';
import type { Report } from './breaker.ts';
import { gatewayStatus, nextSide } from './fallback.ts';
import { type Admission, admit, FORWARDED_METHODS, type Wire } from './guard.ts';
import { type LegEnd, runLeg } from './live-leg.ts';
import type { Load } from './load.ts';
import { matchOperation } from './path-tricks.ts';
import { isAnswered, type Protection } from './protection.ts';
import { refuse } from './refuse.ts';
import { COLLECTED_BYTES, type CreatePatience, collectBody, type RequestBody, streamBody } from './request-body.ts';
import { createPatience, UPLOAD_LIMIT, type UploadLimit } from './upload-limit.ts';
import type { Upstreams } from './upstreams.ts';

/** What is asked of the shadow lane before a request is forwarded. */
export interface MirrorQuestion {
  readonly operationId: string;
  readonly group: string | undefined;
  readonly method: string;
  /** The hashed stickiness key; sampling by it keeps whole sessions. */
  readonly key: string | undefined;
}

export interface DataPlane {
  readonly contract: Pick<Contract, 'match'>;
  readonly groupOf: (operation: Operation) => RoutedGroup | undefined;
  readonly stickiness: readonly StickyRule[];
  /** Without it nobody is trusted to speak for a client, and mirrored requests carry the usual mark. */
  readonly wire?: Wire;
  readonly flags: Pick<FlagSource, 'isCandidate'>;
  readonly upstreams: Upstreams;
  /** By group; only what is in a group can be served by the candidate. */
  readonly protections: ReadonlyMap<string, Protection>;
  /** Must not throw or wait. */
  readonly plan: (question: MirrorQuestion) => MirrorPlan;
  /** Called for every admitted request; must not throw or wait. */
  readonly onArrival: (operationId: string, group: string | undefined) => void;
  /** Called for every step of a live request: it comes, or an answer or a piece of one does. Must not throw or wait. */
  readonly onStep: () => void;
  /** Called exactly once for every arrival; must not throw or wait. */
  readonly onExchange: (exchange: ServedExchange) => void;
  readonly clock: Clock;
  /** How slowly clients may send. */
  readonly uploadLimit?: UploadLimit;
}

/** Legacy in this process: the app that a request came to. */
export interface OwnLegacy {
  /** Lets the app answer. `done` is called exactly once. */
  serve(keepBytes: number, done: (end: LegEnd) => void): void;
  /** Before a backend is asked in its place. */
  lend(): void;
}

/** An admitted request with all that was decided about it. */
interface Serving {
  readonly plane: DataPlane;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly at: number;
  readonly operationId: string;
  readonly session: string | undefined;
  readonly backend: BackendRequest;
  readonly body: RequestBody | undefined;
  readonly plan: MirrorPlan;
  readonly own: OwnLegacy | undefined;
}

export function serve(plane: DataPlane, request: IncomingMessage, response: ServerResponse, load: Load): void {
  const admission = admit(request, plane.wire);
  if (admission.kind === 'refused') return refuse(response, admission.status, admission.why);
  if (admission.kind === 'answered')
    return void response.writeHead(admission.status, { allow: FORWARDED_METHODS }).end();
  // A response that is written to after its socket broke emits this; the close event has already ended the exchange.
  response.on('error', ignore);
  const admitted = { request, response, admission };
  if (admission.hasBody && isSmall(request)) return collect(plane, admitted, load);
  forward(plane, admitted, load);
}

function ignore(): void {}

function isSmall({ headers }: IncomingMessage): boolean {
  return Number(headers['content-length'] ?? Number.POSITIVE_INFINITY) <= COLLECTED_BYTES;
}

/** Until its body is whole a request is nobody's: a client that never sends it takes no place from others. */
function collect(plane: DataPlane, admitted: Admitted, load: Load): void {
  const { request, response } = admitted;
  collectBody(request, patienceOf(plane), (collected) => {
    if (collected.kind === 'whole') forward(plane, { ...admitted, body: collected.body }, load);
    else if (collected.kind === 'late') refuse(response, 408, 'the request body came too slowly');
  });
}

function patienceOf({ uploadLimit: limit = UPLOAD_LIMIT, clock }: DataPlane): CreatePatience {
  return (onLate) => createPatience({ limit, clock, onLate });
}

export function forward(plane: DataPlane, admitted: Admitted, load: Load): void {
  const { request, response, admission } = admitted;
  if (!load.enter(response)) return refuse(response, 503, 'too many requests in flight');
  plane.onStep();
  const route = routeRequest(plane, request, admission);
  const { operationId, group, key } = route;
  const plan = plane.plan({ operationId, group, method: request.method ?? '', key });
  plane.onArrival(operationId, group);
  const serving = prepare(plane, admitted, { route, plan });
  attempt(serving, firstAttempt(serving, route.side));
}

/** The side that was decided on, unless it is the candidate and its breaker says no. */
function firstAttempt({ plane, backend }: Serving, side: Side): Attempt {
  const legacy = { side: 'legacy', number: 1, failure: undefined, report: undefined, isResend: false } as const;
  const protection = side === 'candidate' ? plane.protections.get(backend.group ?? '') : undefined;
  if (!protection) return { ...legacy, side };
  protection.budget.onRequest();
  const report = protection.breaker.begin(backend.method);
  return report ? { ...legacy, side, report } : legacy;
}

export interface Route {
  readonly operationId: string;
  readonly group: string | undefined;
  readonly key: string | undefined;
  readonly side: Side;
}

/** Which operation a request belongs to and which side serves it. */
export function routeRequest(plane: DataPlane, request: IncomingMessage, admission: Admitted['admission']): Route {
  const { target, ip, isOverridden } = admission;
  const operation = isOverridden ? undefined : matchOperation(plane.contract, request.method ?? '', target);
  const group = operation && plane.groupOf(operation);
  const key = stickyKey({ headers: request.rawHeaders, ip }, plane.stickiness);
  const decision = decide({ group }, key, plane.flags);
  return { operationId: operation?.id ?? UNMATCHED, group: group?.name, key, side: decision.serve };
}

interface Admitted {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly admission: Extract<Admission, { kind: 'admitted' }>;
  /** When it was read before. */
  readonly body?: RequestBody;
  /** Without it legacy is a backend like the candidate. */
  readonly own?: OwnLegacy;
}

interface Decided {
  readonly route: Route;
  readonly plan: MirrorPlan;
}

function prepare(plane: DataPlane, admitted: Admitted, { route, plan }: Decided): Serving {
  const { request, response, admission, body, own } = admitted;
  const { target, headers, hasBody } = admission;
  const { group, operationId, key: session } = route;
  const keepBytes = plan.kind === 'mirror' ? plan.maxBodyBytes : 0;
  return {
    plane,
    request,
    response,
    at: plane.clock.now(),
    operationId,
    session,
    backend: { group, method: request.method ?? '', target, headers, body: undefined },
    body: body ?? (hasBody ? streamBody(request, patienceOf(plane), keepBytes) : undefined),
    plan,
    own,
  };
}

interface Attempt {
  readonly side: Side;
  readonly number: number;
  /** How the candidate failed, when legacy is its stand-in. */
  readonly failure: { readonly code: string; readonly totalMs: number } | undefined;
  /** The same side once more, after an idle connection to it had been closed. */
  readonly isResend: boolean;
  /** Waits for how it ends, when it is the candidate's. */
  readonly report: Report | undefined;
}

function attempt(serving: Serving, made: Attempt): void {
  const { side } = made;
  const { plane, request, response, backend, body, plan, own } = serving;
  const keepBytes = plan.kind === 'mirror' ? plan.maxBodyBytes : 0;
  const onEnd = (end: LegEnd): void => settle(serving, made, end);
  if (own && side === 'legacy') return own.serve(keepBytes, onEnd);
  own?.lend();
  const upstream = plane.upstreams.live(backend.group, side);
  if (!upstream) return onEnd({ kind: 'unanswered', code: 'NO_BACKEND', wasSent: false, isStale: false, totalMs: 0 });
  runLeg(
    {
      request,
      response,
      upstream,
      method: backend.method,
      target: backend.target,
      headers: backend.headers,
      body,
      keepBytes,
      isResend: made.isResend,
      onStep: plane.onStep,
      clock: plane.clock,
    },
    onEnd,
  );
}

function settle(serving: Serving, made: Attempt, end: LegEnd): void {
  serving.plane.onStep();
  const next = end.kind === 'unanswered' ? afterFailure(serving, made, end) : undefined;
  // Sent to the same side again it is still the same attempt.
  if (next?.report === undefined) made.report?.(isAnswered(end));
  if (next) return attempt(serving, next);
  if (end.kind !== 'unanswered') return handOver(serving, made, end.kind === 'cut' ? { ...end, kind: 'failed' } : end);
  handOver(serving, made, { kind: 'failed', code: end.code, totalMs: end.totalMs });
  refuse(serving.response, gatewayStatus(end.code), 'the backend gave no response');
}

function afterFailure(
  serving: Serving,
  made: Attempt,
  end: Extract<LegEnd, { kind: 'unanswered' }>,
): Attempt | undefined {
  const { plane, backend, body } = serving;
  const { method, group } = backend;
  const { code, wasSent, isStale, totalMs } = end;
  const bodyLost = body?.isLost() ?? false;
  const failed = { side: made.side, attempt: made.number, method, bodyLost, wasSent, isStale };
  const protection = plane.protections.get(group ?? '');
  const side = nextSide(failed, protection?.repeat ?? 'safe');
  if (side === made.side) return { ...made, number: made.number + 1, isResend: true };
  if (!side || protection?.budget.take() === false) return undefined;
  return { side, number: made.number + 1, failure: { code, totalMs }, report: undefined, isResend: false };
}

function handOver(serving: Serving, made: Attempt, result: ServedResult): void {
  const { plane, at, operationId, backend, plan } = serving;
  const body = plan.kind === 'mirror' ? serving.body?.copy() : undefined;
  // Half a body is another request.
  const kept: MirrorPlan =
    serving.body && !body && plan.kind === 'mirror' ? { kind: 'skip', reason: 'body-too-large' } : plan;
  plane.onExchange({
    at,
    operationId,
    request: body === undefined ? backend : { ...backend, body },
    session: serving.session,
    served: made.side,
    plan: kept,
    result,
    fallback: made.failure,
  });
}
