// One observation for every exchange: what was seen of both sides, without their bodies.
import type {
  Finding,
  Observation,
  Outcome,
  ProbeObservation,
  ServedExchange,
  Side,
  SideObservation,
  SideResult,
  UncomparedReason,
} from '../core/index.ts';
import type { ShadowJudgement, ShadowPorts, SidePair } from './ports.ts';

/** An exchange with its outcome, on the way to the record. */
export interface Recorded {
  readonly outcome: Outcome;
  readonly findings: readonly Finding[];
  readonly conformance?: ShadowJudgement['conformance'];
  readonly breaches?: ShadowJudgement['breaches'];
  readonly covered?: ShadowJudgement['covered'];
  readonly probe?: ProbeObservation | undefined;
  readonly results: Partial<SidePair<SideResult>>;
}

export function record(
  ports: ShadowPorts,
  exchange: ServedExchange,
  { outcome, findings, conformance, breaches, covered, probe, results }: Recorded,
): undefined {
  ports.record({
    ...commonOf(ports, exchange),
    outcome,
    findings,
    // Only of what was looked at closely: it costs as much as to decide who serves.
    features: conformance && ports.featuresOf(exchange.request, exchange.served),
    breaches,
    covered,
    probe,
    legacy:
      results.legacy &&
      observe(ports, exchange, { side: 'legacy', result: results.legacy, conformance: conformance?.legacy }),
    candidate:
      results.candidate &&
      observe(ports, exchange, { side: 'candidate', result: results.candidate, conformance: conformance?.candidate }),
    target: findings.some(({ isBare }) => !isBare)
      ? ports.shownTarget(exchange.operationId, exchange.request.target)
      : '',
  });
  return undefined;
}

type Common = Pick<Observation, 'at' | 'operationId' | 'group' | 'served' | 'method' | 'fellBack' | 'bodyless'>;

function commonOf(ports: ShadowPorts, { at, operationId, request, served, fallback }: ServedExchange): Common {
  const bodyless = ports.isBodyless(operationId, request.method);
  return {
    at,
    operationId,
    group: request.group,
    served,
    method: request.method,
    fellBack: fallback !== undefined,
    bodyless,
  };
}

export interface Uncompared {
  readonly exchange: ServedExchange;
  readonly served: SideResult | undefined;
  readonly results?: SidePair<SideResult>;
}

export function recordUncompared(
  ports: ShadowPorts,
  { exchange, served, results }: Uncompared,
  reason: UncomparedReason,
): undefined {
  const known: Partial<SidePair<SideResult>> = results ?? (served ? { [exchange.served]: served } : {});
  ports.record({
    ...commonOf(ports, exchange),
    outcome: 'uncompared',
    reason,
    findings: [],
    legacy: known.legacy && observe(ports, exchange, { side: 'legacy', result: known.legacy, conformance: undefined }),
    candidate:
      known.candidate &&
      observe(ports, exchange, { side: 'candidate', result: known.candidate, conformance: undefined }),
    target: '',
  });
  return undefined;
}

interface Observed {
  readonly side: Side;
  readonly result: SideResult;
  readonly conformance: SideObservation['conformance'];
}

function observe(
  ports: ShadowPorts,
  exchange: ServedExchange,
  { side, result, conformance }: Observed,
): SideObservation {
  const heldBack = side === exchange.served && exchange.result.kind === 'reply' && exchange.result.heldBack;
  const error = ports.failureOf(result);
  return {
    status: result.kind === 'reply' ? result.reply.status : undefined,
    error,
    totalMs: heldBack || isQuickFailure(error) ? undefined : totalMsOf(result),
    conformance,
  };
}

/** A refused connection is no fast answer. Only failures by time say something about time. */
function isQuickFailure(error: string | undefined): boolean {
  return error !== undefined && error !== GAVE_UP && !error.endsWith('TIMEOUT');
}

/** The client left before the served side had begun to answer. */
export const GAVE_UP = 'CLIENT_GAVE_UP';

export function totalMsOf(result: SideResult): number {
  return result.kind === 'reply' ? result.reply.totalMs : result.totalMs;
}
