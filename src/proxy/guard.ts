// The first thing a request meets. Everything that two HTTP parsers may read differently is refused here, before one
// byte goes upstream: what the contract matched must be what the backend gets.
import type { IncomingMessage } from 'node:http';
import { factsOf, type HeadFacts, type Refusal, refusal, refuseHead } from './head-rules.ts';
import { HeaderNames, type SpecialHeader } from './header-kinds.ts';
import { DEFAULT_MARK, type RequestHead, readRequestHead, requestHeaders } from './header-table.ts';
import {
  clientAddress,
  createTrustedProxies,
  type Network,
  peerAddress,
  type TrustedProxies,
} from './trusted-proxies.ts';

interface Admitted {
  readonly kind: 'admitted';
  readonly target: string;
  readonly hasBody: boolean;
  /** For the live leg; those of the shadow are made of them. */
  readonly headers: readonly string[];
  /** Of the client, seen through the proxies that are trusted. */
  readonly ip: string;
  /** A header asks for another operation than the request line, and a backend may listen to it. */
  readonly isOverridden: boolean;
}

export type Admission =
  | Admitted
  /** Asked of the proxy itself. */
  | { readonly kind: 'answered'; readonly status: number }
  | Refusal;

/** What the config says about the wire. */
export interface Wire {
  readonly names: HeaderNames;
  readonly trusted: TrustedProxies | undefined;
}

/** `mark`: the header of mirrored requests. */
export function createWire(mark: string, trustedProxies: readonly Network[]): Wire {
  return { names: new HeaderNames(mark.toLowerCase()), trusted: createTrustedProxies(trustedProxies) };
}

const DEFAULT_WIRE = createWire(DEFAULT_MARK, []);

/** Node keeps only part of a flood of headers but honours the framing of the rest (CVE-2026-58044). */
const MAX_HEADERS = 200;

type Incoming = Pick<IncomingMessage, 'method' | 'url' | 'httpVersion' | 'rawHeaders'> & {
  readonly socket: { readonly remoteAddress?: string | undefined; readonly encrypted?: boolean };
};

export function admit(request: Incoming, wire = DEFAULT_WIRE): Admission {
  if (request.rawHeaders.length > MAX_HEADERS * 2) return refusal(431, 'too many header fields');
  const head = readRequestHead(request.rawHeaders, wire.names);
  const facts = factsOf(head.special);
  const refused = refuseHead(request.httpVersion, facts) ?? refuseMethod(request.method);
  if (refused) return refused;
  if (isForUs(request, facts)) return { kind: 'answered', status: 204 };
  const target = targetOf(request.url ?? '', facts.host);
  return target === undefined
    ? refusal(400, 'malformed request target')
    : admitted(request, { target, head, facts, wire });
}

/** What there is instead of the methods that are refused. */
export const FORWARDED_METHODS = 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS';

function refuseMethod(method: string | undefined): Refusal | undefined {
  return method === 'TRACE' || method === 'CONNECT' ? refusal(405, `${method} is not proxied`) : undefined;
}

/** RFC 9110, sections 7.6.2 and 9.3.7: OPTIONS of the server as a whole, or that may go no further. */
function isForUs({ method, url }: Incoming, { maxForwards }: HeadFacts): boolean {
  return method === 'OPTIONS' && (url === '*' || /^0+$/.test(maxForwards));
}

/** RFC 9112, section 3.2: origin-form as it is, absolute-form when its authority is the Host, nothing else. */
function targetOf(url: string, host: string): string | undefined {
  const target = url.startsWith('/') ? url : originForm(url, host);
  return target === undefined || /[^\x21-\x7e]|#/.test(target) ? undefined : target;
}

function originForm(url: string, host: string): string | undefined {
  const match = /^https?:\/\/([^/?#@]+)([/?].*)?$/i.exec(url);
  if (!match || match[1]?.toLowerCase() !== host.toLowerCase()) return undefined;
  const rest = match[2] ?? '/';
  return rest.startsWith('?') ? `/${rest}` : rest;
}

interface Parts {
  readonly target: string;
  readonly head: RequestHead;
  readonly facts: HeadFacts;
  readonly wire: Wire;
}

function admitted(request: Incoming, { target, head, facts, wire }: Parts): Admitted {
  const { method = '', httpVersion: version, socket } = request;
  const peer = peerAddress(socket.remoteAddress);
  const isTrusted = wire.trusted?.trusts(peer) ?? false;
  const protocol = socket.encrypted ? 'https' : 'http';
  const headers = requestHeaders(head, { peer, isTrusted, host: facts.host, protocol, version });
  return {
    kind: 'admitted',
    target,
    hasBody: facts.codings > 0 || (facts.lengths > 0 && facts.length !== '0'),
    headers: method === 'OPTIONS' && facts.maxForwards !== '' ? withOneHopLess(headers) : headers,
    ip: isTrusted && wire.trusted ? clientAddress(peer, forwardedFor(head.special), wire.trusted) : peer,
    isOverridden: isOverridden(head.special, [method, target]),
  };
}

/** RFC 9110, section 7.6.2; what is no number is not ours to correct. */
function withOneHopLess(headers: readonly string[]): readonly string[] {
  return headers.map((value, index) =>
    index % 2 === 1 && headers[index - 1]?.toLowerCase() === 'max-forwards' && /^[1-9]\d{0,8}$/.test(value)
      ? String(Number(value) - 1)
      : value,
  );
}

function forwardedFor(special: readonly SpecialHeader[]): string {
  return special.flatMap(({ name, value }) => (name === 'x-forwarded-for' ? [value] : [])).join(',');
}

/** Some proxies repeat the request line in such a header; then it says nothing new. */
function isOverridden(special: readonly SpecialHeader[], line: readonly string[]): boolean {
  return special.some(({ kind, value }) => kind === 'override' && !line.includes(value));
}
