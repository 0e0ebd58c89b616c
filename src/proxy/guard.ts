// The first thing a request meets. Everything that two HTTP parsers may read differently is refused here, before one
// byte goes upstream: what the contract matched must be what the backend gets.
import type { IncomingMessage } from 'node:http';
import { VIA_TOKEN } from './header-table.ts';

export type Admission =
  | { readonly kind: 'admitted'; readonly target: string; readonly host: string; readonly hasBody: boolean }
  | { readonly kind: 'refused'; readonly status: number; readonly why: string };

/** Node keeps only part of a flood of headers but honours the framing of the rest (CVE-2026-58044). */
const MAX_HEADERS = 200;

export function admit(request: Pick<IncomingMessage, 'method' | 'url' | 'httpVersion' | 'rawHeaders'>): Admission {
  const facts = readFacts(request.rawHeaders);
  const refusal = refuseHeaders(request, facts) ?? refuseMethod(request.method);
  if (refusal) return refusal;
  return admitTarget(request.url ?? '', facts);
}

/** What the guard needs to know of a header block, gathered in one pass. */
interface Facts {
  readonly count: number;
  hosts: number;
  host: string;
  lengths: number;
  length: string;
  transferEncodings: number;
  transferEncoding: string;
  connection: string;
  via: string;
  alias: boolean;
}

function readFacts(raw: readonly string[]): Facts {
  const facts: Facts = {
    count: raw.length / 2,
    hosts: 0,
    host: '',
    lengths: 0,
    length: '',
    transferEncodings: 0,
    transferEncoding: '',
    connection: '',
    via: '',
    alias: false,
  };
  for (let index = 0; index < raw.length; index += 2) readFact(facts, raw[index] ?? '', raw[index + 1] ?? '');
  return facts;
}

function readFact(facts: Facts, name: string, value: string): void {
  switch (name.toLowerCase()) {
    case 'host':
      facts.hosts += 1;
      facts.host = value;
      return;
    case 'content-length':
      facts.lengths += 1;
      facts.length = value;
      return;
    case 'transfer-encoding':
      facts.transferEncodings += 1;
      facts.transferEncoding = value;
      return;
    case 'connection':
      facts.connection += `,${value}`;
      return;
    case 'via':
      facts.via += `,${value}`;
      return;
    default:
      // Many servers read `Content_Length` as `Content-Length` (CGI naming), so it is framing for the next hop.
      if (name.includes('_') && ALIASES.test(name)) facts.alias = true;
  }
}

const ALIASES =
  /^(?:content[-_]length|transfer[-_]encoding|x[-_]forwarded[-_]\w+|x[-_]real[-_]ip|x[-_]paritygate[-_]\w+)$/i;

function refuse(status: number, why: string): Admission {
  return { kind: 'refused', status, why };
}

function refuseHeaders({ httpVersion }: Pick<IncomingMessage, 'httpVersion'>, facts: Facts): Admission | undefined {
  if (facts.count > MAX_HEADERS) return refuse(431, 'too many header fields');
  if (httpVersion === '0.9') return refuse(400, 'HTTP/0.9 is not supported');
  if (facts.hosts !== 1 || !HOST.test(facts.host)) return refuse(400, 'exactly one valid Host is required');
  if (facts.alias) return refuse(400, 'a header name aliases a framing or forwarding header');
  return refuseFraming(httpVersion, facts) ?? refuseConnection(facts.connection) ?? refuseLoop(facts.via);
}

/** RFC 9110, section 7.2: a host and a port, nothing that another parser could take for a list, a path or user info. */
const HOST = /^(?:\[[\da-f:.]+\]|[\w.~!$&'()*+;=%-]+)(?::\d{1,5})?$/i;

// RFC 9112, section 6.1 and 6.3: whoever reads another length than we do sees another next request.
function refuseFraming(httpVersion: string, facts: Facts): Admission | undefined {
  if (facts.transferEncodings > 0 && httpVersion === '1.0') return refuse(400, 'Transfer-Encoding in HTTP/1.0');
  if (facts.transferEncodings > 0 && facts.lengths > 0) return refuse(400, 'both Content-Length and Transfer-Encoding');
  if (facts.transferEncodings > 0 && facts.transferEncoding.toLowerCase() !== 'chunked')
    return refuse(501, 'the only transfer coding is chunked');
  if (facts.transferEncodings > 1 || facts.lengths > 1) return refuse(400, 'repeated framing header');
  if (facts.lengths === 1 && !/^(?:0|[1-9]\d{0,15})$/.test(facts.length))
    return refuse(400, 'malformed Content-Length');
  return undefined;
}

/** Naming one of these in `Connection` asks the next hop to drop it, and with it the framing or the identity. */
const UNTOUCHABLE =
  /(?:^|,)\s*(?:content-length|transfer-encoding|host|authorization|cookie|x-forwarded-[\w-]*|forwarded|via)\s*(?:,|$)/i;

function refuseConnection(connection: string): Admission | undefined {
  return connection !== '' && UNTOUCHABLE.test(connection)
    ? refuse(400, 'Connection names a header that is not hop-by-hop')
    : undefined;
}

function refuseLoop(via: string): Admission | undefined {
  return via.includes(VIA_TOKEN) ? refuse(508, 'this request has been here before') : undefined;
}

function refuseMethod(method: string | undefined): Admission | undefined {
  return method === 'TRACE' || method === 'CONNECT' ? refuse(405, `${method} is not proxied`) : undefined;
}

/** RFC 9112, section 3.2: origin-form as it is, absolute-form when its authority is the Host, nothing else. */
function admitTarget(url: string, facts: Facts): Admission {
  const target = url.startsWith('/') ? url : originForm(url, facts.host);
  if (target === undefined || /[^\x21-\x7e]|#/.test(target)) return refuse(400, 'malformed request target');
  return {
    kind: 'admitted',
    target,
    host: facts.host,
    hasBody: facts.transferEncodings > 0 || (facts.lengths > 0 && facts.length !== '0'),
  };
}

function originForm(url: string, host: string): string | undefined {
  const match = /^https?:\/\/([^/?#@]+)([/?].*)?$/i.exec(url);
  if (!match || match[1]?.toLowerCase() !== host.toLowerCase()) return undefined;
  const rest = match[2] ?? '/';
  return rest.startsWith('?') ? `/${rest}` : rest;
}
