// Whether the two sides can bear witness about each other: is there a second one, and can both be read to their ends?
import {
  headerValue,
  isEventStream,
  type LikelyBody,
  otherSide,
  type ServedExchange,
  type SideResult,
  type UncomparedReason,
} from '../core/index.ts';
import { isOurOwn } from './failures.ts';
import { NOT_ASKED } from './outages.ts';
import type { ShadowPorts, SidePair } from './ports.ts';
import type { Recorded } from './record.ts';

/** The served body, as far as it was kept: the other is most likely the same. */
export function likelyBody(exchange: ServedExchange): LikelyBody | undefined {
  const { result } = exchange;
  const bytes = result.kind === 'reply' ? result.body : undefined;
  return bytes && { bytes, isMeasure: isMeasure(exchange), streamMs: streamMs(exchange) };
}

/** Of the body only that it is a stream that ends: what else is read again is read as if for the first time. */
export function likelyStream(exchange: ServedExchange): LikelyBody | undefined {
  const likely = likelyBody(exchange);
  return likely?.streamMs === undefined ? undefined : { ...likely, isMeasure: false };
}

function streamMs({ result }: ServedExchange): number | undefined {
  return result.kind === 'reply' && isEventStream(result.headers) ? result.totalMs : undefined;
}

/** The length of the served body says something about the other: it is as it was meant, whole, and not compressed. */
function isMeasure({ served, result, request }: ServedExchange): boolean {
  // Legacy is read to its end: what a candidate left out of its own answer must not become legacy's failure.
  if (served === 'candidate' || result.kind !== 'reply' || request.method === 'HEAD') return false;
  const isSuccess = result.status >= 200 && result.status < 300;
  return isSuccess && headerValue(result.headers, 'content-encoding') === undefined;
}

/** The other side is no witness: there is none, we hung up on it, or neither body can be read to an end. */
export function missingReason(exchange: ServedExchange, other: SideResult): UncomparedReason | undefined {
  if (other.kind === 'reply') return undefined;
  // Failures of legacy that nobody saw would allow the candidate as many of its own.
  const isUnseen = other.code === NOT_ASKED && exchange.served === 'candidate';
  if (isUnseen || isOurOwn(other.code)) return 'shadow-dropped';
  if (other.code === 'STREAMING' && isStream(exchange)) return 'streaming';
  return isUnreadable(other) && isCut(exchange) ? 'body-too-large' : undefined;
}

const UNREADABLE: ReadonlySet<string> = new Set([
  'BODY_TOO_LARGE',
  'BODY_OUT_OF_PROPORTION',
  'STREAMING',
  'STREAM_WITHOUT_END',
]);

function isUnreadable(result: SideResult): boolean {
  return result.kind === 'failed' && UNREADABLE.has(result.code);
}

/** The served body was larger than is kept. */
function isCut({ result, request }: ServedExchange): boolean {
  return result.kind === 'reply' && result.body === undefined && request.method !== 'HEAD';
}

function isStream(exchange: ServedExchange): boolean {
  return streamMs(exchange) !== undefined;
}

/** Exactly one side has a body that cannot be read to its end; a 5xx of the other is told first. */
export function oneIsUnreadable(
  ports: ShadowPorts,
  exchange: ServedExchange,
  results: SidePair<SideResult>,
): Recorded | undefined {
  const other = otherSide(exchange.served);
  const isServedUnreadable = isCut(exchange);
  if (isServedUnreadable && ports.failureOf(results[other]) !== undefined) return undefined;
  const unreadable = isServedUnreadable ? exchange.served : isUnreadable(results[other]) ? other : undefined;
  const judged = unreadable && ports.judgeUnreadable(exchange.operationId, unreadable);
  return judged && { ...judged, results };
}
