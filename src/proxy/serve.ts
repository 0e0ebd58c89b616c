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
import { matchOperation } from './path-tricks.ts';
import { isAnswered, type Protection } from './protection.ts';
import { refuse } from './refuse.ts';
import { COLLECTED_BYTES, collectBody, type RequestBody, streamBody } from './request-body.ts';
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
  /** Called exactly once for every arrival; must not throw or wait. */
  readonly onExchange: (exchange: ServedExchange) => void;
  readonly clock: Clock;
}

/** An admitted request with all that was decided about it. */
interface Serving {
  readonly plane: DataPlane;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly at: number;
  readonly operationId: string;
  readonly backend: BackendRequest;
  readonly body: RequestBody | undefined;
  readonly plan: MirrorPlan;
}

export function serve(plane: DataPlane, request: IncomingMessage, response: ServerResponse): void {
  const admission = admit(request, plane.wire);
  if (admission.kind === 'refused') return refuse(response, admission.status, admission.why);
  if (admission.kind === 'answered')
    return void response.writeHead(admission.status, { allow: FORWARDED_METHODS }).end();
  const route = routeRequest(plane, request, admission);
  const plan = plane.plan({
    operationId: route.operationId,
    group: route.group,
    method: request.method ?? '',
    key: route.key,
  });
  plane.onArrival(route.operationId, route.group);
  // A response that is written to after its socket broke emits this; the close event has already ended the exchange.
  response.on('error', () => {});
  const serving = prepare(plane, { request, response, admission, route, plan });
  const begin = (body: RequestBody | undefined): void =>
    attempt({ ...serving, body }, firstAttempt(serving, route.side));
  if (!admission.hasBody) begin(undefined);
  else if (!isSmall(request)) begin(streamBody(request, plan.kind === 'mirror' ? plan.maxBodyBytes : 0));
  else collectBody(request, (body) => (body ? begin(body) : leave(serving, route.side)));
}

function isSmall({ headers }: IncomingMessage): boolean {
  return Number(headers['content-length'] ?? Number.POSITIVE_INFINITY) <= COLLECTED_BYTES;
}

/** The side that was decided on, unless it is the candidate and its breaker says no. */
function firstAttempt({ plane, backend }: Serving, side: Side): Attempt {
  const legacy = { side: 'legacy', number: 1, failure: undefined, report: undefined } as const;
  const protection = side === 'candidate' ? plane.protections.get(backend.group ?? '') : undefined;
  if (!protection) return { ...legacy, side };
  protection.budget.onRequest();
  const report = protection.breaker.begin(backend.method);
  return report ? { ...legacy, side, report } : legacy;
}

/** The client was gone before its request was whole. */
function leave(serving: Serving, side: Side): void {
  const made = { side, number: 1, failure: undefined, report: undefined };
  handOver(serving, made, { kind: 'client-aborted', totalMs: 0, heldBack: true });
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
  readonly route: Route;
  readonly plan: MirrorPlan;
}

function prepare(plane: DataPlane, { request, response, admission, route, plan }: Admitted): Serving {
  const { target, headers } = admission;
  const backend: BackendRequest = {
    group: route.group,
    method: request.method ?? '',
    target,
    headers,
    body: undefined,
  };
  return {
    plane,
    request,
    response,
    at: plane.clock.now(),
    operationId: route.operationId,
    backend,
    body: undefined,
    plan,
  };
}

interface Attempt {
  readonly side: Side;
  readonly number: number;
  /** How the candidate failed, when legacy is its stand-in. */
  readonly failure: { readonly code: string; readonly totalMs: number } | undefined;
  /** Waits for how it ends, when it is the candidate's. */
  readonly report: Report | undefined;
}

function attempt(serving: Serving, made: Attempt): void {
  const { side } = made;
  const { plane, request, response, backend, body, plan } = serving;
  const upstream = plane.upstreams.live(backend.group, side);
  const keepBytes = plan.kind === 'mirror' ? plan.maxBodyBytes : 0;
  const onEnd = (end: LegEnd): void => settle(serving, made, end);
  if (!upstream) return onEnd({ kind: 'unanswered', code: 'NO_BACKEND', wasSent: false, totalMs: 0 });
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
      clock: plane.clock,
    },
    onEnd,
  );
}

function settle(serving: Serving, made: Attempt, end: LegEnd): void {
  made.report?.(isAnswered(end));
  if (end.kind !== 'unanswered') return handOver(serving, made, end.kind === 'cut' ? { ...end, kind: 'failed' } : end);
  const next = afterFailure(serving, made, end);
  if (next) return attempt(serving, next);
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
  const { code, wasSent } = end;
  const bodyLost = body?.isLost() ?? false;
  const failed = { side: made.side, attempt: made.number, method, bodyLost, code, wasSent };
  const protection = plane.protections.get(group ?? '');
  const side = nextSide(failed, protection?.repeat ?? 'safe');
  const isFallback = made.side === 'candidate';
  if (!side || (isFallback && protection?.budget.take() === false)) return undefined;
  const failure = isFallback ? { code: end.code, totalMs: end.totalMs } : made.failure;
  return { side, number: made.number + 1, failure, report: undefined };
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
    request: { ...backend, body },
    served: made.side,
    plan: kept,
    result,
    fallback: made.failure,
  });
}
