// Which headers count, and when two of them say the same. What counts: all that the contract declares for the response,
// and a short list that changes what clients and caches do whether or not anyone declared it.
import type { DeclaredHeader } from '../contract/index.ts';
import { lowerName, type RawHeaders } from '../core/index.ts';
import { sameDecimal } from './exact-json.ts';
import { normalizeLinks } from './links.ts';
import { essenceOf, isOtherCharset } from './media-type.ts';
import type { RawFinding } from './raw-finding.ts';
import { compareScalars } from './scalars.ts';
import type { Pair } from './walk-state.ts';

/** `promised`: counts where legacy sends it; that the candidate adds one breaks nobody. */
type Comparison = 'text' | 'list' | 'links' | 'presence' | 'cookies' | 'promised';

/** `content-type` is judged by the media type, framing and hop-by-hop headers by nobody: they are the proxy's own. */
const ALWAYS: ReadonlyMap<string, Comparison> = new Map<string, Comparison>([
  ['access-control-allow-origin', 'promised'],
  ['allow', 'list'],
  ['cache-control', 'list'],
  ['content-disposition', 'text'],
  ['content-language', 'list'],
  ['content-security-policy', 'text'],
  ['etag', 'presence'],
  ['last-modified', 'presence'],
  ['link', 'links'],
  ['location', 'text'],
  ['retry-after', 'text'],
  ['set-cookie', 'cookies'],
  ['strict-transport-security', 'text'],
  ['vary', 'list'],
  ['www-authenticate', 'text'],
]);

type Declared = ReadonlyMap<string, DeclaredHeader>;

const NONE: Declared = new Map();

/** Values by lower-case name: on the hot path every header is folded once, not once for each name that counts. */
function indexHeaders(headers: RawHeaders): ReadonlyMap<string, string> {
  const index = new Map<string, string>();
  for (let at = 0; at < headers.length; at += 2) {
    const name = lowerName(headers[at] ?? '');
    const value = headers[at + 1] ?? '';
    const before = index.get(name);
    index.set(name, before === undefined ? value : `${before}, ${value}`);
  }
  return index;
}

/**
 * True when every header that counts is literally the same on both sides: the cheap test before any analysis. What is
 * declared is only asked for when something differs.
 */
export function sameHeaders(
  legacy: RawHeaders,
  candidate: RawHeaders,
  declaredOf: () => Declared | undefined = () => NONE,
): boolean {
  if (sameParts(legacy, candidate)) return true;
  const declared = declaredOf() ?? NONE;
  const [left, right] = [indexHeaders(legacy), indexHeaders(candidate)];
  if (left.get('content-encoding') !== right.get('content-encoding')) return false;
  return countingNames(declared).every((name) => isLiterallySame(left.get(name), right.get(name), name));
}

/** Every header alike, those that do not count too. */
function sameParts(legacy: RawHeaders, candidate: RawHeaders): boolean {
  if (legacy.length !== candidate.length) return false;
  for (let index = 0; index < legacy.length; index += 1) if (legacy[index] !== candidate[index]) return false;
  return true;
}

function isLiterallySame(legacy: string | undefined, candidate: string | undefined, name: string): boolean {
  if (legacy === candidate) return true;
  const comparison = ALWAYS.get(name);
  if (legacy === undefined) return comparison === 'promised';
  return candidate !== undefined && comparison === 'presence';
}

const ALWAYS_NAMES: readonly string[] = ['content-type', ...ALWAYS.keys()];

function countingNames(declared: Declared): readonly string[] {
  if (declared.size === 0) return ALWAYS_NAMES;
  return [...new Set([...ALWAYS_NAMES, ...declared.keys()])];
}

/** Every difference in the headers that count, except another media type. */
export function compareHeaders(
  legacy: RawHeaders,
  candidate: RawHeaders,
  declared: Declared = NONE,
): readonly RawFinding[] {
  const [left, right] = [indexHeaders(legacy), indexHeaders(candidate)];
  return countingNames(declared).flatMap(
    (name) => compareHeader(name, [left.get(name), right.get(name)], declared.get(name)) ?? [],
  );
}

type Values = readonly [legacy: string | undefined, candidate: string | undefined];

function compareHeader(name: string, values: Values, declared: DeclaredHeader | undefined): RawFinding | undefined {
  const [legacy, candidate] = values;
  if (legacy === candidate) return undefined;
  // That one side has no media type at all, or another, is told by the comparison of the bodies.
  if (name === 'content-type' && essenceOf(legacy) !== essenceOf(candidate)) return undefined;
  if (legacy === undefined && !declared && ALWAYS.get(name) === 'promised') return undefined;
  if (candidate === undefined)
    return finding(name, values, {
      declared,
      rule: 'response-header-missing',
      class: declared?.required ? 'breaking' : 'value',
    });
  if (legacy === undefined)
    return finding(name, values, {
      declared,
      rule: 'response-header-added',
      class: declared ? 'additive' : 'undocumented',
    });
  const judged = judgeValues(name, [legacy, candidate], declared);
  const alias = aliasIn(declared, { legacy, candidate });
  return judged && { ...finding(name, values, { declared, ...judged }), alias };
}

function aliasIn(declared: DeclaredHeader | undefined, pair: Pair): RawFinding['alias'] {
  const name = declared?.schema?.alias;
  return name === undefined ? undefined : { name, pair };
}

type Judged = Pick<RawFinding, 'rule' | 'class'>;

const CHANGED: Judged = { rule: 'response-header-changed', class: 'value' };

function judgeValues(
  name: string,
  [legacy, candidate]: readonly [string, string],
  declared: DeclaredHeader | undefined,
): Judged | undefined {
  const comparison = ALWAYS.get(name) ?? 'text';
  if (name === 'content-type') return isOtherCharset(legacy, candidate) ? CHANGED : undefined;
  if (comparison === 'presence') return undefined;
  if (comparison === 'cookies') return cookies(legacy) === cookies(candidate) ? undefined : CHANGED;
  if (comparison === 'list' && tokens(legacy) === tokens(candidate))
    return { rule: 'format-respelled', class: 'cosmetic' };
  if (comparison === 'links' && sameLinks(legacy, candidate)) return { rule: 'format-respelled', class: 'cosmetic' };
  if (declared?.schema?.types?.has('integer') && sameDecimal(legacy, candidate))
    return { rule: 'format-respelled', class: 'cosmetic' };
  const difference = compareScalars({ legacy, candidate }, declared?.schema);
  return difference?.rule === 'value-changed' ? CHANGED : difference;
}

function sameLinks(legacy: string, candidate: string): boolean {
  const links = normalizeLinks(legacy);
  return links !== undefined && links === normalizeLinks(candidate);
}

/** Members of a list header, without case and order, which `Vary`, `Allow` and `Cache-Control` do not have. */
function tokens(value: string): string {
  return value
    .split(',')
    .map((token) => token.trim().toLowerCase())
    .sort()
    .join(',');
}

// A comma separates cookies only where a name and `=` follow: `Expires=Wed, 21 Oct 2026` has one too.
const NEXT_COOKIE = /,\s*(?=[^=;,\s]+=)/;

/** RFC 6265, section 3.1: a cookie that has already expired is how a server takes it back. */
function isRemoval(cookie: string): boolean {
  return /;\s*max-age=\s*(?:0|-\d+)\s*(?:;|$)/i.test(cookie) || /;\s*expires=[^;]*\b19\d\d\b/i.test(cookie);
}

/** Cookies by name and attributes, in any order. Values and lifetimes are made anew by every server. */
function cookies(value: string): string {
  return value.split(NEXT_COOKIE).map(cookieShape).sort().join();
}

function cookieShape(cookie: string): string {
  const [pair = '', ...attributes] = cookie.split(';').map((part) => part.trim());
  const lasting = attributes
    .map((attribute) => attribute.toLowerCase())
    .map((each) => (/^(?:expires|max-age)=/.test(each) ? each.replace(/=.*/, '') : each));
  return [pair.split('=', 1)[0], ...lasting.sort(), isRemoval(cookie) ? 'removed' : ''].join(';');
}

function finding(
  name: string,
  [legacy, candidate]: Values,
  judged: Judged & { readonly declared: DeclaredHeader | undefined },
): RawFinding {
  const { declared, rule } = judged;
  const types = `${legacy === undefined ? 'absent' : 'string'}→${candidate === undefined ? 'absent' : 'string'}`;
  const view = {
    legacy: { [name]: legacy },
    candidate: { [name]: candidate },
    node: undefined,
    secret: name === 'www-authenticate',
  };
  return { rule, class: judged.class, place: declared?.place ?? `#header:${name}`, types, at: `header:${name}`, view };
}
