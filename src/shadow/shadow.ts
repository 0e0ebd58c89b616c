// The shadow lane: takes what the live leg served, asks the other side, has both compared, reads again on a mismatch,
// and records one observation for every exchange. Nothing here is awaited by a client.
import {
  type BackendRequest,
  lowerName,
  type Observation,
  otherSide,
  type Reply,
  type ServedExchange,
  type SideResult,
  type UncomparedReason,
} from '../core/index.ts';
import type { KnownRequest } from './aliases.ts';
import { createLane, type LaneLimits, type LaneStatus } from './lane.ts';
import type { ShadowJudgement, ShadowPorts, SidePair, Subject } from './ports.ts';
import { beginProbe, type Probe } from './probe.ts';
import { GAVE_UP, type Recorded, record, recordUncompared, totalMsOf } from './record.ts';
import { likelyBody, likelyStream, missingReason, oneIsUnreadable } from './witness.ts';

export interface ShadowOptions extends LaneLimits {
  readonly confirmDelayMs: number;
}

export interface ShadowStatus extends LaneStatus {
  /** Exchanges that were recorded as `shadow-dropped`. */
  readonly dropped: number;
}

export interface Shadow {
  /** Takes a served exchange; never blocks and never throws. */
  offer(exchange: ServedExchange): void;
  status(): ShadowStatus;
  stop(graceMs: number): Promise<void>;
}

export function createShadow(given: ShadowPorts, options: ShadowOptions): Shadow {
  let dropped = 0;
  const recordCounted = (observation: Observation): void => {
    if (observation.reason === 'shadow-dropped') dropped += 1;
    given.record(observation);
  };
  const ports = { ...given, record: recordCounted };
  const drop = ({ exchange, served }: Pick<Mirrored, 'exchange'> & { readonly served?: SideResult }): void =>
    recordUncompared(ports, { exchange, served }, 'shadow-dropped');
  const askAndSettle = (mirrored: Mirrored, known: KnownRequest): void | Promise<void> => {
    const { exchange } = mirrored;
    if (known === 'unknown') return recordUncompared(ports, mirrored, 'unknown-alias');
    const { request, served } = exchange;
    const requests =
      served === 'legacy' ? { legacy: request, candidate: known } : { legacy: known, candidate: request };
    const other = ports.send(otherSide(served), known, likelyBody(exchange));
    if (!('then' in other)) return compareWith(ports, { ...mirrored, requests }, other, options.confirmDelayMs);
    const probed = { ...mirrored, requests, probe: probeOf(ports, exchange, requests.legacy) };
    return other.then((found) => compareWith(ports, probed, found, options.confirmDelayMs));
  };
  const compare = (mirrored: Mirrored): void | Promise<void> => {
    const onFault = (error: unknown): void => {
      ports.onFault(error);
      drop(mirrored);
    };
    try {
      const request = ports.aliases.requestFor(mirrored.exchange);
      const settled =
        request instanceof Promise
          ? request.then((known) => askAndSettle(mirrored, known))
          : askAndSettle(mirrored, request);
      const comparing = settled?.catch(onFault);
      if (comparing) ports.aliases.track(mirrored.exchange, comparing);
      return comparing;
    } catch (error) {
      onFault(error);
    }
  };
  const begin = (mirrored: Mirrored): void | Promise<void> =>
    hasRoomFor(mirrored, ports) ? compare(mirrored) : drop(mirrored);
  const lane = createLane<Mirrored>(options, { ...ports, run: begin });
  const offer = (exchange: ServedExchange): void => {
    const mirrored = admit(ports, exchange);
    if (mirrored && !(hasRoomFor(mirrored, ports) && lane.offer(mirrored))) drop(mirrored);
  };
  return {
    offer: (exchange) => {
      try {
        offer(exchange);
      } catch (error) {
        // A fault of ours is one exchange that was not compared, and never one that was not served.
        ports.onFault(error);
        drop({ exchange });
      }
    },
    status: () => ({ ...lane.status(), dropped }),
    stop: async (graceMs) => {
      for (const mirrored of await lane.stop(graceMs)) drop(mirrored);
    },
  };
}

/** An exchange that goes to the other side, with what is known of the served one. */
interface Mirrored {
  readonly exchange: ServedExchange;
  readonly served: SideResult;
}

/** One that the other side was asked about. */
interface Asked extends Mirrored {
  /** As each side knows the request. */
  readonly requests: SidePair<BackendRequest>;
  readonly probe?: Probe | undefined;
}

/** What there is of the served side. A client that left before the head of a response saw a side that was too slow. */
function servedResult({ result }: ServedExchange): SideResult {
  if (result.kind === 'client-aborted') return { kind: 'failed', code: GAVE_UP, totalMs: result.totalMs };
  if (result.kind === 'failed') return result;
  const { status, headers, totalMs } = result;
  return { kind: 'reply', reply: { status, headers, body: result.body ?? NOTHING, totalMs } };
}

/** Made once: a typed array is one of the dearest things to make. */
const NOTHING = new Uint8Array();

/** Records what needs no second side, and returns what does. */
function admit(ports: ShadowPorts, exchange: ServedExchange): Mirrored | undefined {
  const served = servedResult(exchange);
  const known = knownFailure(ports, exchange, served);
  if (known)
    return known === 'both'
      ? recordUncompared(ports, { exchange, served }, 'both-failed')
      : record(ports, exchange, known);
  const skip = exchange.plan.kind === 'skip' ? exchange.plan.reason : skipReason(exchange);
  // A client that left says nothing about the side that was about to serve it.
  const seen = exchange.result.kind === 'client-aborted' ? undefined : served;
  return skip ? recordUncompared(ports, { exchange, served: seen }, skip) : { exchange, served };
}

/** The served side failed, or the candidate did and legacy stood in: the outcome is known without a shadow. */
function knownFailure(ports: ShadowPorts, exchange: ServedExchange, served: SideResult): Recorded | 'both' | undefined {
  const failed: SideResult | undefined = exchange.fallback && { kind: 'failed', ...exchange.fallback };
  if (exchange.result.kind === 'client-aborted')
    return failed && { outcome: 'candidate-error', findings: [], results: { candidate: failed } };
  if (failed) return withFailure(ports, exchange, { legacy: served, candidate: failed });
  if (served.kind !== 'failed') return undefined;
  const outcome = exchange.served === 'legacy' ? 'legacy-error' : 'candidate-error';
  return { outcome, findings: [], results: { [exchange.served]: served } };
}

/** `both`: what fails on either side says nothing about one of them. */
function withFailure(
  ports: ShadowPorts,
  exchange: ServedExchange,
  results: SidePair<SideResult>,
): Recorded | 'both' | undefined {
  const [legacy, candidate] = [ports.failureOf(results.legacy), ports.failureOf(results.candidate)];
  if (legacy === undefined && candidate === undefined) return undefined;
  if (legacy !== undefined && candidate !== undefined) return 'both';
  const judged = ports.judgeFailure(exchange.operationId, results);
  return judged && { ...judged, results };
}

function skipReason({ result, served, request }: ServedExchange): UncomparedReason | undefined {
  // Only a candidate that kept its client waiting is worth asking the other side about.
  if (result.kind === 'client-aborted') return result.heldBack || served === 'legacy' ? 'client-aborted' : undefined;
  if (result.kind === 'failed') return undefined;
  return PARTIAL.has(result.status) && isConditional(request) ? 'conditional' : undefined;
}

/** What only a request that asks for a part or a change is answered with. */
const PARTIAL: ReadonlySet<number> = new Set([206, 304, 412, 416]);

const CONDITIONS: ReadonlySet<string> = new Set([
  'if-match',
  'if-modified-since',
  'if-none-match',
  'if-range',
  'if-unmodified-since',
  'range',
]);

/** The client asked so; what a backend answers of itself is its own answer, and compared. */
function isConditional({ headers }: ServedExchange['request']): boolean {
  return headers.some((name, index) => index % 2 === 0 && CONDITIONS.has(lowerName(name)));
}

/** Asked before anything is made of it: beside a backend that closes its connections most are dropped for want of one. */
function hasRoomFor({ exchange }: Mirrored, ports: ShadowPorts): boolean {
  return ports.hasRoom(otherSide(exchange.served), exchange.request);
}

/** Drawn before anything is known of the pair: a sample of those that came out one way would be of nothing. */
function probeOf(ports: ShadowPorts, exchange: ServedExchange, request: BackendRequest): Probe | undefined {
  const isRepeatable = SAFE.has(request.method) && exchange.result.kind === 'reply';
  return isRepeatable && ports.mayProbe() ? beginProbe(ports, exchange, request) : undefined;
}

/** The way of one mirrored exchange, once the other side is known. Most pairs are equal, and done without waiting. */
function compareWith(
  ports: ShadowPorts,
  asked: Asked,
  other: SideResult,
  confirmDelayMs: number,
): void | Promise<void> {
  const { exchange, served } = asked;
  const results =
    exchange.served === 'legacy' ? { legacy: served, candidate: other } : { legacy: other, candidate: served };
  if (exchange.result.kind === 'client-aborted') return recordAbandoned(ports, exchange, results);
  const missing = missingReason(exchange, other);
  if (missing) return recordUncompared(ports, { exchange, served }, missing);
  const failed = oneIsUnreadable(ports, exchange, results) ?? withFailure(ports, exchange, results);
  if (failed === 'both') return recordUncompared(ports, { exchange, served, results }, 'both-failed');
  if (failed) return record(ports, exchange, failed);
  const pair = repliesOf(results);
  if (!pair) return recordUncompared(ports, { exchange, served }, 'shadow-dropped');
  const paired = { ...asked, results, pair };
  return ports.isIdentical(exchange.operationId, pair)
    ? recordEqual(ports, paired)
    : recordJudged(ports, paired, confirmDelayMs);
}

interface Paired extends Asked {
  readonly results: SidePair<SideResult>;
  readonly pair: SidePair<Reply>;
}

function recordEqual(ports: ShadowPorts, { exchange, results, pair, probe }: Paired): void | Promise<void> {
  const equal = { outcome: 'equal', findings: [], results } as const;
  const sample = ports.checkSample(subjectOf(exchange), pair);
  if (!sample && !probe) return record(ports, exchange, equal);
  return Promise.all([sample, probe?.finish(pair.legacy, [])]).then(([checked, probed]) =>
    record(ports, exchange, { ...equal, ...checked, probe: probed }),
  );
}

async function recordJudged(ports: ShadowPorts, paired: Paired, confirmDelayMs: number): Promise<void> {
  const { exchange, served, results, pair, probe } = paired;
  const first = await ports.compare(subjectOf(exchange), pair);
  if ('uncompared' in first) return recordUncompared(ports, { exchange, served, results }, first.uncompared);
  ports.aliases.learn(exchange, first.issued ?? []);
  const [judged, probed] = await Promise.all([
    confirmed(ports, paired, first, confirmDelayMs),
    probe?.finish(pair.legacy, first.findings),
  ]);
  record(ports, exchange, { ...judged, results, probe: probed });
}

/** How much longer than legacy a candidate may keep a client waiting before leaving is the candidate's fault. */
const PATIENCE_MS = 100;

function recordAbandoned(ports: ShadowPorts, exchange: ServedExchange, results: SidePair<SideResult>): undefined {
  const { legacy, candidate } = results;
  const isLate = legacy.kind === 'reply' && totalMsOf(candidate) > legacy.reply.totalMs * 2 + PATIENCE_MS;
  const judged = isLate ? withFailure(ports, exchange, results) : undefined;
  if (judged && judged !== 'both') return record(ports, exchange, judged);
  return recordUncompared(ports, { exchange, served: undefined }, 'client-aborted');
}

function repliesOf({ legacy, candidate }: SidePair<SideResult>): SidePair<Reply> | undefined {
  return legacy.kind === 'reply' && candidate.kind === 'reply'
    ? { legacy: legacy.reply, candidate: candidate.reply }
    : undefined;
}

async function confirmed(
  ports: ShadowPorts,
  { exchange, requests, pair }: Paired,
  first: ShadowJudgement,
  confirmDelayMs: number,
): Promise<ShadowJudgement> {
  if (!first.confirmable || !ports.mayConfirm()) return first;
  const again = await readAgain(ports, { exchange, requests }, confirmDelayMs);
  // Without a second read the mismatch stands: it is never dropped because it could not be confirmed.
  if (!again) return first;
  const second = await ports.confirm(subjectOf(exchange), exchange.served, [pair, again]);
  return 'uncompared' in second ? first : { ...second, conformance: first.conformance, breaches: first.breaches };
}

function subjectOf({ operationId, request }: ServedExchange): Subject {
  return { operationId, method: request.method };
}

const SAFE: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

async function readAgain(
  ports: ShadowPorts,
  { exchange, requests }: Pick<Asked, 'exchange' | 'requests'>,
  confirmDelayMs: number,
): Promise<SidePair<Reply> | undefined> {
  if (!SAFE.has(exchange.request.method)) return undefined;
  await ports.delay(confirmDelayMs);
  const [legacy, candidate] = await Promise.all([
    ports.send('legacy', requests.legacy, likelyStream(exchange)),
    ports.send('candidate', requests.candidate, likelyStream(exchange)),
  ]);
  return repliesOf({ legacy, candidate });
}
