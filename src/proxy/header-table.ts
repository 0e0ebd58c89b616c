// The one header table: the served and the mirrored request both go through it, and so does every response.
import { randomBytes } from 'node:crypto';
import type { RawHeaders } from '../core/index.ts';

/** Names this process in `Via`, so that a request that comes back is known (RFC 9110, section 7.6.3). */
export const VIA_TOKEN = `paritygate-${randomBytes(4).toString('hex')}`;

/** Marks a mirrored request for the backend that gets it; never accepted from outside. */
export const SHADOW_MARK = 'x-paritygate-shadow';

/** Between two hops only (RFC 9110, section 7.6.1). `expect` is answered by us, and framing is written by the client library. */
const HOP_BY_HOP: ReadonlySet<string> = new Set([
  'connection',
  'expect',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** What a client may not tell a backend about itself: without a trusted proxy in front, we are the first who know. */
const REPLACED: ReadonlySet<string> = new Set([
  'forwarded',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-port',
  'x-forwarded-proto',
  'x-real-ip',
  SHADOW_MARK,
]);

/** Ask for part of an answer or for none; the shadow must give the whole one. */
const CONDITIONAL: ReadonlySet<string> = new Set([
  'if-match',
  'if-modified-since',
  'if-none-match',
  'if-range',
  'if-unmodified-since',
  'range',
]);

export interface ClientFacts {
  readonly address: string;
  readonly host: string;
  readonly protocol: 'http' | 'https';
}

/** Request headers for a backend. Connection tokens go first, so that a client cannot strip what is added here. */
export function requestHeaders(raw: RawHeaders, client: ClientFacts): string[] {
  const headers: string[] = [];
  const named = connectionTokens(raw);
  for (let index = 0; index < raw.length; index += 2) {
    const name = raw[index] ?? '';
    const lower = name.toLowerCase();
    if (HOP_BY_HOP.has(lower) || REPLACED.has(lower) || named?.has(lower)) continue;
    headers.push(name, raw[index + 1] ?? '');
  }
  headers.push(
    'x-forwarded-for',
    client.address,
    'x-forwarded-host',
    client.host,
    'x-forwarded-proto',
    client.protocol,
  );
  headers.push('via', `1.1 ${VIA_TOKEN}`);
  return headers;
}

/** The same request for the shadow: marked, and asking for the whole answer. */
export function shadowHeaders(headers: RawHeaders): string[] {
  const marked: string[] = [];
  for (let index = 0; index < headers.length; index += 2) {
    const name = headers[index] ?? '';
    if (!CONDITIONAL.has(name.toLowerCase())) marked.push(name, headers[index + 1] ?? '');
  }
  marked.push(SHADOW_MARK, '1');
  return marked;
}

/** End-to-end response headers in wire order, repeats kept. */
export function responseHeaders(raw: readonly (Buffer | string)[]): string[] {
  const headers: string[] = [];
  // Header bytes are latin1 on the wire (RFC 9110, section 5.5); decoding as UTF-8 would change them on the way out.
  for (const part of raw) headers.push(typeof part === 'string' ? part : part.toString('latin1'));
  const named = connectionTokens(headers);
  return headers.filter((_, index) => isEndToEnd(headers[index & ~1] ?? '', named));
}

function isEndToEnd(name: string, named: ReadonlySet<string> | undefined): boolean {
  const lower = name.toLowerCase();
  return !(HOP_BY_HOP.has(lower) && lower !== 'trailer') && !named?.has(lower);
}

function connectionTokens(raw: RawHeaders): ReadonlySet<string> | undefined {
  let tokens: string[] | undefined;
  for (let index = 0; index < raw.length; index += 2) {
    if (raw[index]?.toLowerCase() !== 'connection') continue;
    const named = (raw[index + 1] ?? '').split(',').map((token) => token.trim().toLowerCase());
    tokens = tokens ? [...tokens, ...named] : named;
  }
  return tokens && new Set(tokens);
}
