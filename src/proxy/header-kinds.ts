// What a header is to a proxy, by its name: the one place where names stand. Everything else asks for the kind.

export type HeaderKind =
  /** End to end: goes on as it came. */
  | 'plain'
  /** Asks for part of an answer or for none: goes on, but not to the shadow, which must give the whole one. */
  | 'condition'
  | 'host'
  | 'length'
  | 'coding'
  | 'connection'
  | 'via'
  | 'max-forwards'
  /** For one hop only (RFC 9110, section 7.6.1), or answered by us. */
  | 'hop'
  /** For one hop in a request; in a response it goes on where its trailers do. */
  | 'trailer'
  /** What a proxy says about the client before it. Only a trusted one may. */
  | 'forwarding'
  /** Marks a mirrored request; never accepted from outside. */
  | 'mark'
  /** Names another operation than the request line does, to backends that look at it. */
  | 'override'
  /** One of the others, in the naming of CGI: `Content_Length` is `Content-Length` to many servers. */
  | 'alias';

const KINDS: ReadonlyMap<string, HeaderKind> = new Map<string, HeaderKind>([
  ['host', 'host'],
  ['content-length', 'length'],
  ['transfer-encoding', 'coding'],
  ['connection', 'connection'],
  ['via', 'via'],
  ['max-forwards', 'max-forwards'],
  ['trailer', 'trailer'],
  // Framing of the way onward is written by the client library, and `Expect` is answered by the server before us.
  ...kind('hop', ['expect', 'http2-settings', 'keep-alive', 'te', 'upgrade']),
  // `Proxy` becomes HTTP_PROXY in a CGI environment (CVE-2016-5385).
  ...kind('hop', ['proxy', 'proxy-connection', 'proxy-authenticate', 'proxy-authorization']),
  // Written by every proxy on the way, for whoever is at its end (RFC 9209).
  ['proxy-status', 'plain'],
  ...kind('forwarding', ['forwarded', 'x-forwarded', 'x-real-ip']),
  ...kind('condition', ['if-match', 'if-modified-since', 'if-none-match', 'if-range', 'if-unmodified-since', 'range']),
  ...kind('override', ['x-http-method-override', 'x-http-method', 'x-method-override']),
  ...kind('override', ['x-original-url', 'x-rewrite-url']),
]);

function kind(of: HeaderKind, names: readonly string[]): (readonly [string, HeaderKind])[] {
  return names.map((name) => [name, of]);
}

function kindOf(lower: string, mark: string): HeaderKind {
  if (lower === mark) return 'mark';
  const known = KINDS.get(lower);
  if (known !== undefined) return known;
  if (lower.startsWith('x-forwarded-')) return 'forwarding';
  if (lower.startsWith('proxy-')) return 'hop';
  if (!lower.includes('_')) return 'plain';
  const dashed = kindOf(lower.replaceAll('_', '-'), mark);
  return dashed === 'plain' || dashed === 'condition' ? dashed : 'alias';
}

/** A header that is more than something to pass on. */
export interface SpecialHeader {
  readonly kind: Exclude<HeaderKind, 'plain' | 'condition' | 'hop' | 'trailer'>;
  /** In lower case. */
  readonly name: string;
  readonly value: string;
}

export interface HeaderName {
  readonly text: string;
  readonly lower: string;
  readonly kind: HeaderKind;
}

const NOTHING: HeaderName = { text: '', lower: '', kind: 'plain' };

/** Some times the number of names that one site uses. */
const SLOT_BITS = 10;

/** A longer name is looked at anew each time. */
const MAX_KEPT_LENGTH = 64;

/**
 * Knows the names that it has seen, in the case in which they came, so that each is looked at once. There are two places
 * for a name, and a new one takes that of the older: names which somebody makes up cost time, and no memory.
 */
export class HeaderNames {
  readonly #mark: string;
  readonly #kept: HeaderName[] = Array.from({ length: 1 << SLOT_BITS }, () => NOTHING);

  /** `mark`: the name of the header, in lower case, that mirrored requests carry. */
  constructor(mark: string) {
    this.#mark = mark;
  }

  of(text: string): HeaderName {
    const slot = slotOf(text);
    const newer = this.#kept[slot] ?? NOTHING;
    if (newer.text === text) return newer;
    const older = this.#kept[slot ^ 1] ?? NOTHING;
    if (older.text === text) return older;
    const name = this.#look(text);
    if (text.length > MAX_KEPT_LENGTH) return name;
    this.#kept[slot ^ 1] = newer;
    this.#kept[slot] = name;
    return name;
  }

  #look(text: string): HeaderName {
    // A copy: a piece cut out of a whole head would keep all of it in memory.
    const own = Buffer.from(text, 'latin1').toString('latin1');
    const lower = own.toLowerCase();
    return { text: own, lower, kind: kindOf(lower, this.#mark) };
  }
}

/** Five characters and the length tell the names in use apart nearly as well as all of them would. */
function slotOf(text: string): number {
  const last = text.length - 1;
  const front = text.charCodeAt(0) + text.charCodeAt(last >> 2) * 31 + text.charCodeAt(last >> 1) * 961;
  const back = text.charCodeAt(last - (last >> 2)) + text.charCodeAt(last) * 31 + last;
  return Math.imul(front + back * 29_791, 0x9e3779b1) >>> (32 - SLOT_BITS);
}
