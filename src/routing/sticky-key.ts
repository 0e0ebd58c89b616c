import { hash } from 'node:crypto';
import { headerValue, lowerName, type RawHeaders, Recent } from '../core/index.ts';

/** Where the key that keeps a client on one side is taken from. */
export type StickyRule =
  | { readonly kind: 'header'; readonly name: string }
  | { readonly kind: 'cookie'; readonly name: string }
  | { readonly kind: 'ip' };

export interface StickyRequest {
  /** As they came over the wire. */
  readonly headers: RawHeaders;
  readonly ip: string;
}

const KEY_LENGTH = 32;

/** Clients come back: what one hash costs is paid once for most requests. */
const digests = new Recent<string>(10_000);
/** A longer value is hashed each time, so that clients cannot fill the memory with them. */
const MAX_REMEMBERED = 256;

/**
 * The key of the first rule that yields a value: 32 hex digits. It is a hash because unleash-client's murmur masks
 * characters to 8 bits (`Ł` and `A` would share a bucket), and so that no user id reaches logs or flag constraints.
 */
export function stickyKey(request: StickyRequest, rules: readonly StickyRule[]): string | undefined {
  for (const rule of rules) {
    const value = keyValueOf(request, rule);
    if (value) return value.length > MAX_REMEMBERED ? digest(value) : digests.of(value, digest);
  }
  return undefined;
}

function digest(value: string): string {
  return hash('sha256', value).slice(0, KEY_LENGTH);
}

function keyValueOf({ headers, ip }: StickyRequest, rule: StickyRule): string | undefined {
  switch (rule.kind) {
    case 'header':
      return headerValue(headers, lowerName(rule.name))?.trim();
    case 'cookie':
      return cookieOf(headers, rule.name);
    case 'ip':
      // The same client has this prefix on a dual-stack listener only.
      return ip.startsWith('::') ? ip.replace(/^::ffff:/i, '') : ip;
  }
}

/** The first cookie of that name: RFC 6265 section 5.4 sends the most specific path first. */
function cookieOf(headers: RawHeaders, wanted: string): string | undefined {
  for (let index = 0; index < headers.length; index += 2) {
    if (lowerName(headers[index] ?? '') !== 'cookie') continue;
    for (const pair of (headers[index + 1] ?? '').split(';')) {
      const equals = pair.indexOf('=');
      if (equals > 0 && pair.slice(0, equals).trim() === wanted) return pair.slice(equals + 1).trim();
    }
  }
  return undefined;
}
