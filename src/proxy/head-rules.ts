// What a head must be like for a request to go on: the rules on which two HTTP parsers may disagree.
import type { SpecialHeader } from './header-kinds.ts';
import { VIA_TOKEN } from './header-table.ts';

export interface Refusal {
  readonly kind: 'refused';
  readonly status: number;
  readonly why: string;
}

/** What there is to judge, gathered from the special headers. */
export interface HeadFacts {
  hosts: number;
  host: string;
  lengths: number;
  length: string;
  codings: number;
  coding: string;
  connection: string;
  /** `Via` and the mark: who has had this request before. */
  past: string;
  maxForwards: string;
  isAliased: boolean;
}

export function factsOf(special: readonly SpecialHeader[]): HeadFacts {
  const facts: HeadFacts = {
    hosts: 0,
    host: '',
    lengths: 0,
    length: '',
    codings: 0,
    coding: '',
    connection: '',
    past: '',
    maxForwards: '',
    isAliased: false,
  };
  for (const { kind, value } of special) addFact(facts, kind, value);
  return facts;
}

function addFact(facts: HeadFacts, kind: SpecialHeader['kind'], value: string): void {
  switch (kind) {
    case 'host':
      facts.hosts += 1;
      facts.host = value;
      return;
    case 'length':
      facts.lengths += 1;
      facts.length = value;
      return;
    case 'coding':
      facts.codings += 1;
      facts.coding = value;
      return;
    case 'connection':
      facts.connection += `,${value}`;
      return;
    case 'via':
    case 'mark':
      facts.past += `,${value}`;
      return;
    case 'max-forwards':
      facts.maxForwards = value;
      return;
    case 'alias':
      facts.isAliased = true;
      return;
    default:
  }
}

export function refusal(status: number, why: string): Refusal {
  return { kind: 'refused', status, why };
}

/** Why a request with such a head goes no further; undefined when nothing speaks against it. */
export function refuseHead(httpVersion: string, facts: HeadFacts): Refusal | undefined {
  if (httpVersion === '0.9') return refusal(400, 'HTTP/0.9 is not supported');
  // Node reads a request line that says HTTP/2.0 as if it said 1.1 (RFC 9110, section 15.6.6).
  if (httpVersion !== '1.1' && httpVersion !== '1.0') return refusal(505, 'HTTP/1.1 is spoken here');
  if (facts.hosts !== 1 || !HOST.test(facts.host)) return refusal(400, 'exactly one valid Host is required');
  if (facts.isAliased) return refusal(400, 'a header name aliases a framing or forwarding header');
  return refuseFraming(httpVersion, facts) ?? refuseConnection(facts.connection) ?? refuseLoop(facts.past);
}

/** RFC 9110, section 7.2: a host and a port, nothing that another parser could take for a list, a path or user info. */
const HOST = /^(?:\[[\da-f:.]+\]|[\w.~!$&'()*+;=%-]+)(?::\d{1,5})?$/i;

// RFC 9112, section 6.1 and 6.3: whoever reads another length than we do sees another next request.
function refuseFraming(httpVersion: string, { codings, coding, lengths, length }: HeadFacts): Refusal | undefined {
  if (codings === 0 && lengths === 0) return undefined;
  if (codings > 0 && httpVersion === '1.0') return refusal(400, 'Transfer-Encoding in HTTP/1.0');
  if (codings > 0 && lengths > 0) return refusal(400, 'both Content-Length and Transfer-Encoding');
  if (codings > 1 || lengths > 1) return refusal(400, 'repeated framing header');
  if (codings > 0 && coding.toLowerCase() !== 'chunked') return refusal(501, 'the only transfer coding is chunked');
  return lengths === 1 && !/^(?:0|[1-9]\d{0,14})$/.test(length) ? refusal(400, 'malformed Content-Length') : undefined;
}

/** Naming one of these in `Connection` asks the next hop to drop it, and with it the framing or the identity. */
const UNTOUCHABLE =
  /(?:^|,)\s*(?:content-[\w-]*|transfer-encoding|host|authorization|cookie|x-forwarded-[\w-]*|x-real-ip|forwarded|via)\s*(?:,|$)/i;

function refuseConnection(connection: string): Refusal | undefined {
  if (connection === ',keep-alive' || connection === ',close') return undefined;
  return UNTOUCHABLE.test(connection) ? refusal(400, 'Connection names a header that is not hop-by-hop') : undefined;
}

function refuseLoop(past: string): Refusal | undefined {
  return past.includes(VIA_TOKEN) ? refusal(508, 'this request has been here before') : undefined;
}
