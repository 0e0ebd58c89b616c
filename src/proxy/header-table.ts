// The one header table: the served and the mirrored request both go through it, and so does every response.
import { randomBytes } from 'node:crypto';
import type { RawHeaders } from '../core/index.ts';
import { type HeaderKind, HeaderNames, type SpecialHeader } from './header-kinds.ts';
import { type ClientFacts, forwardingHeaders } from './trusted-proxies.ts';

/** Where a process finds the token of the proxy that it is a worker of. */
export const VIA_VARIABLE = 'PARITYGATE_VIA_TOKEN';

/**
 * Names this proxy, with all its workers, in `Via` and in the mark, so that a request that comes back is known
 * (RFC 9110, section 7.6.3).
 */
export const VIA_TOKEN = process.env[VIA_VARIABLE] ?? `paritygate-${randomBytes(4).toString('hex')}`;

/** What a mirrored request carries, where the config names no other header. */
export const DEFAULT_MARK = 'x-paritygate-shadow';

/** A request's headers after one look at each. */
export interface RequestHead {
  /** Names and values that go on to a backend, before anything is added. */
  readonly passing: readonly string[];
  readonly special: readonly SpecialHeader[];
}

/** Of the special ones, those that go on as they came. */
const PASSING: ReadonlySet<HeaderKind> = new Set(['host', 'length', 'via', 'max-forwards', 'override']);

export function readRequestHead(raw: RawHeaders, names: HeaderNames): RequestHead {
  const passing: string[] = [];
  const special: SpecialHeader[] = [];
  let named: Set<string> | undefined;
  for (let index = 0; index < raw.length; index += 2) {
    const text = raw[index] ?? '';
    const value = raw[index + 1] ?? '';
    const { kind, lower } = names.of(text);
    if (kind === 'plain' || kind === 'condition') {
      passing.push(text, value);
      continue;
    }
    if (kind === 'hop' || kind === 'trailer') continue;
    special.push({ kind, name: lower, value });
    if (PASSING.has(kind)) passing.push(text, value);
    if (kind === 'connection') named = addNamed(named, value);
  }
  return { passing: named ? withoutNamed(passing, named) : passing, special };
}

/** Request headers for a backend. What `Connection` names is out by now: a client cannot strip what is added here. */
export function requestHeaders({ passing, special }: RequestHead, client: ClientFacts): readonly string[] {
  const via = client.version === '1.1' ? VIA : `${client.version} ${VIA_TOKEN}`;
  return [...passing, ...forwardingHeaders(client, special), 'via', via];
}

const VIA = `1.1 ${VIA_TOKEN}`;

const NAMES = new HeaderNames(DEFAULT_MARK);

/** The same request for the shadow: marked, and asking for the whole answer. */
export function shadowHeaders(headers: RawHeaders, mark = DEFAULT_MARK): readonly string[] {
  return [...withoutConditions(headers), mark, VIA_TOKEN];
}

function withoutConditions(headers: RawHeaders): readonly string[] {
  for (let index = 0; index < headers.length; index += 2)
    if (isCondition(headers[index])) return headers.filter((_, part) => !isCondition(headers[part & ~1]));
  return headers;
}

/** All of them begin with `If-` or are `Range`, and almost no other name begins so. */
function isCondition(name = ''): boolean {
  const first = name.charCodeAt(0) | 0x20;
  return (first === LETTER_I || first === LETTER_R) && NAMES.of(name).kind === 'condition';
}

const LETTER_I = 0x69;
const LETTER_R = 0x72;

/** End-to-end response headers in wire order, repeats kept. */
export function responseHeaders(raw: RawHeaders): string[] {
  const headers: string[] = [];
  let named: Set<string> | undefined;
  for (let index = 0; index < raw.length; index += 2) {
    const text = raw[index] ?? '';
    const value = raw[index + 1] ?? '';
    const { kind } = NAMES.of(text);
    if (kind === 'hop' || kind === 'coding') continue;
    if (kind === 'connection') named = addNamed(named, value);
    else headers.push(text, value);
  }
  return named ? withoutNamed(headers, named) : headers;
}

/** Options that say something of the connection itself and name no header. */
const NO_HEADERS: ReadonlySet<string> = new Set(['close', 'keep-alive', 'upgrade', '']);

function addNamed(named: Set<string> | undefined, connection: string): Set<string> | undefined {
  const lower = connection.toLowerCase();
  if (NO_HEADERS.has(lower)) return named;
  let all = named;
  for (const token of lower.split(',')) {
    const name = token.trim();
    if (NO_HEADERS.has(name)) continue;
    all ??= new Set();
    all.add(name);
  }
  return all;
}

function withoutNamed(headers: readonly string[], named: ReadonlySet<string>): string[] {
  return headers.filter((_, index) => !named.has((headers[index & ~1] ?? '').toLowerCase()));
}
