// Which headers count, and when two of them say the same. What counts: all that the contract declares for the response,
// and a short list that changes what clients and caches do whether or not anyone declared it.
import type { DeclaredHeader } from '../contract/index.ts';
import type { RawHeaders } from '../core/index.ts';
import { sameDecimal } from './exact-json.ts';
import type { RawFinding } from './raw-finding.ts';
import { compareScalars } from './scalars.ts';

type Comparison = 'text' | 'list' | 'presence' | 'cookie-names';

/** `content-type` is judged by the media type, framing and hop-by-hop headers by nobody: they are the proxy's own. */
const ALWAYS: ReadonlyMap<string, Comparison> = new Map<string, Comparison>([
  ['allow', 'list'],
  ['cache-control', 'list'],
  ['content-disposition', 'text'],
  ['content-language', 'list'],
  ['etag', 'presence'],
  ['last-modified', 'presence'],
  ['link', 'text'],
  ['location', 'text'],
  ['retry-after', 'text'],
  ['set-cookie', 'cookie-names'],
  ['vary', 'list'],
  ['www-authenticate', 'text'],
]);

type Declared = ReadonlyMap<string, DeclaredHeader>;

const NONE: Declared = new Map();

/** The value of a header by lower-case name, repeated ones joined as RFC 9110, section 5.3 allows. */
export function headerValue(headers: RawHeaders, name: string): string | undefined {
  let value: string | undefined;
  for (let index = 0; index < headers.length; index += 2) {
    if (headers[index]?.toLowerCase() !== name) continue;
    value = value === undefined ? headers[index + 1] : `${value}, ${headers[index + 1]}`;
  }
  return value;
}

/** Values by lower-case name: on the hot path every header is folded once, not once for each name that counts. */
function indexHeaders(headers: RawHeaders): ReadonlyMap<string, string> {
  const index = new Map<string, string>();
  for (let at = 0; at < headers.length; at += 2) {
    const name = headers[at]?.toLowerCase() ?? '';
    const value = headers[at + 1] ?? '';
    const before = index.get(name);
    index.set(name, before === undefined ? value : `${before}, ${value}`);
  }
  return index;
}

/** True when every header that counts is literally the same on both sides: the cheap test before any analysis. */
export function sameHeaders(legacy: RawHeaders, candidate: RawHeaders, declared: Declared = NONE): boolean {
  const [left, right] = [indexHeaders(legacy), indexHeaders(candidate)];
  if (left.get('content-encoding') !== right.get('content-encoding')) return false;
  return countingNames(declared).every((name) => isLiterallySame(left.get(name), right.get(name), name));
}

function isLiterallySame(legacy: string | undefined, candidate: string | undefined, name: string): boolean {
  if (legacy === candidate) return true;
  return legacy !== undefined && candidate !== undefined && ALWAYS.get(name) === 'presence';
}

const ALWAYS_NAMES: readonly string[] = ['content-type', ...ALWAYS.keys()];

function countingNames(declared: Declared): readonly string[] {
  if (declared.size === 0) return ALWAYS_NAMES;
  return [...new Set([...ALWAYS_NAMES, ...declared.keys()])];
}

/** Every difference in the headers that count, except the media type. */
export function compareHeaders(
  legacy: RawHeaders,
  candidate: RawHeaders,
  declared: Declared = NONE,
): readonly RawFinding[] {
  const [left, right] = [indexHeaders(legacy), indexHeaders(candidate)];
  return countingNames(declared)
    .filter((name) => name !== 'content-type')
    .flatMap((name) => compareHeader(name, [left.get(name), right.get(name)], declared.get(name)) ?? []);
}

type Values = readonly [legacy: string | undefined, candidate: string | undefined];

function compareHeader(name: string, values: Values, declared: DeclaredHeader | undefined): RawFinding | undefined {
  const [legacy, candidate] = values;
  if (legacy === candidate) return undefined;
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
  return judged && finding(name, values, { declared, ...judged });
}

type Judged = Pick<RawFinding, 'rule' | 'class'>;

function judgeValues(
  name: string,
  [legacy, candidate]: readonly [string, string],
  declared: DeclaredHeader | undefined,
): Judged | undefined {
  const comparison = ALWAYS.get(name) ?? 'text';
  if (comparison === 'presence') return undefined;
  if (comparison === 'cookie-names')
    return cookieNames(legacy) === cookieNames(candidate)
      ? undefined
      : { rule: 'response-header-changed', class: 'value' };
  if (comparison === 'list' && tokens(legacy) === tokens(candidate))
    return { rule: 'format-respelled', class: 'cosmetic' };
  if (declared?.schema?.types?.has('integer') && sameDecimal(legacy, candidate))
    return { rule: 'format-respelled', class: 'cosmetic' };
  const difference = compareScalars({ legacy, candidate }, declared?.schema);
  return difference?.rule === 'value-changed' ? { rule: 'response-header-changed', class: 'value' } : difference;
}

/** Members of a list header, without case and order, which `Vary`, `Allow` and `Cache-Control` do not have. */
function tokens(value: string): string {
  return value
    .split(',')
    .map((token) => token.trim().toLowerCase())
    .sort()
    .join(',');
}

function cookieNames(value: string): string {
  return [...value.matchAll(/(?:^|,\s*)([^=;,\s]+)=/g)]
    .map((match) => match[1])
    .sort()
    .join();
}

function finding(
  name: string,
  [legacy, candidate]: Values,
  judged: Judged & { readonly declared: DeclaredHeader | undefined },
): RawFinding {
  const { declared, rule } = judged;
  const types = `${legacy === undefined ? 'absent' : 'string'}→${candidate === undefined ? 'absent' : 'string'}`;
  const view = { legacy: { [name]: legacy }, candidate: { [name]: candidate }, node: undefined };
  return { rule, class: judged.class, place: declared?.place ?? `#header:${name}`, types, at: `header:${name}`, view };
}
