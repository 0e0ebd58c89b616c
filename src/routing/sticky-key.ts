import { hash } from 'node:crypto';

/** Where the key that keeps a client on one side is taken from. */
export type StickyRule =
  | { readonly kind: 'header'; readonly name: string }
  | { readonly kind: 'cookie'; readonly name: string }
  | { readonly kind: 'ip' };

export interface StickyRequest {
  /** By lower-case name, as `IncomingMessage.headers`. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly ip: string;
}

const KEY_LENGTH = 32;

/**
 * The key of the first rule that yields a value: 32 hex digits. It is a hash because unleash-client's murmur masks
 * characters to 8 bits (`Ł` and `A` would share a bucket), and so that no user id reaches logs or flag constraints.
 */
export function stickyKey(request: StickyRequest, rules: readonly StickyRule[]): string | undefined {
  for (const rule of rules) {
    const value = keyValueOf(request, rule);
    if (value) return hash('sha256', value).slice(0, KEY_LENGTH);
  }
  return undefined;
}

function keyValueOf(request: StickyRequest, rule: StickyRule): string | undefined {
  switch (rule.kind) {
    case 'header':
      return headerOf(request, rule.name.toLowerCase());
    case 'cookie':
      return cookieOf(headerOf(request, 'cookie') ?? '', rule.name);
    case 'ip':
      // The same client has this prefix on a dual-stack listener only.
      return request.ip.replace(/^::ffff:/i, '');
  }
}

function headerOf(request: StickyRequest, name: string): string | undefined {
  if (!Object.hasOwn(request.headers, name)) return undefined;
  const value = request.headers[name];
  return (typeof value === 'string' ? value : value?.join(','))?.trim();
}

/** The first cookie of that name: RFC 6265 section 5.4 sends the most specific path first. */
function cookieOf(header: string, name: string): string | undefined {
  for (const pair of header.split(';')) {
    const equals = pair.indexOf('=');
    if (equals > 0 && pair.slice(0, equals).trim() === name) return pair.slice(equals + 1).trim();
  }
  return undefined;
}
