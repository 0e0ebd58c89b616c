// Two spellings of one value: what a format calls equal. What the format cannot read has no normal form and equals
// nothing, so a malformed value is never forgiven, not even one that looks like a normal form.
import { normalizeDecimal, withoutZerosAtEnd } from './exact-json.ts';
import { isSameInstant, normalizeInstant, normalizeTime } from './instants.ts';

/** Names of the OpenAPI Format Registry, https://spec.openapis.org/registry/format, and of JSON Schema. */
const NORMAL_FORMS: ReadonlyMap<string, (text: string) => string | undefined> = new Map([
  ['date-time', normalizeInstant],
  ['date-time-local', normalizeTime],
  ['time', normalizeTime],
  ['duration', normalizeDuration],
  ['http-date', normalizeHttpDate],
  ['uuid', (text) => (UUID.test(text) ? text.toLowerCase() : undefined)],
  ['decimal', normalizeDecimal],
  ['uri', normalizeUri],
  ['uri-reference', normalizeUri],
  ['byte', (text) => normalizeBase64(text, 'base64')],
  ['base64url', (text) => normalizeBase64(text, 'base64url')],
  ['email', normalizeEmail],
  ['hostname', (text) => (HOSTNAME.test(text) ? text.toLowerCase() : undefined)],
  ['ipv6', normalizeIpv6],
]);

const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;
const HOSTNAME = /^[a-z0-9-]+(?:\.[a-z0-9-]+)*$/i;

/** The one spelling of a string value under its format; undefined where the format says nothing, or cannot read it. */
export function normalForm(format: string | undefined, text: string): string | undefined {
  return format === undefined ? undefined : NORMAL_FORMS.get(format)?.(text);
}

/** Two spellings of one value: the format can read both, and says the same of them. */
export function isSameUnder(format: string | undefined, left: string, right: string): boolean {
  if (format === 'date-time') return isSameInstant(left, right);
  const normal = normalForm(format, left);
  return normal !== undefined && normal === normalForm(format, right);
}

// ISO 8601, as in RFC 3339, appendix A, with the fractions that many write. A year is twelve months and a week seven days;
// a day is not 24 hours where the clocks are changed.
const DURATION =
  /^P(?:(\d{1,9})W|(?:(\d{1,9})Y)?(?:(\d{1,9})M)?(?:(\d{1,9})D)?(?:T(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,9})(?:[.,](\d+))?S)?)?)$/;

function normalizeDuration(text: string): string | undefined {
  const match = DURATION.exec(text);
  // Something must stand behind the `P`, and behind the `T`.
  if (!match || /[PT]$/.test(text)) return undefined;
  const [weeks = 0, years = 0, months = 0, days = 0, hours = 0, minutes = 0, seconds = 0] = match
    .slice(1, 8)
    .map((part) => Number(part ?? 0));
  const parts = [years * 12 + months, weeks * 7 + days, hours * 3600 + minutes * 60 + seconds];
  return `${parts.join(' ')}.${withoutZerosAtEnd(match[8] ?? '')}`;
}

// RFC 9110, section 5.6.7: the one to send, and the two that must be understood.
const IMF_DATE = /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT$/;
const RFC850_DATE = /^(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day, \d\d-[A-Z][a-z]{2}-\d\d \d\d:\d\d:\d\d GMT$/;
const ASCTIME_DATE = /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \d{4}$/;

function normalizeHttpDate(text: string): string | undefined {
  const isAsctime = ASCTIME_DATE.test(text);
  if (!isAsctime && !IMF_DATE.test(text) && !RFC850_DATE.test(text)) return undefined;
  const ms = Date.parse(isAsctime ? `${text} GMT` : text);
  return Number.isNaN(ms) ? undefined : String(ms);
}

/** RFC 4648, section 3: with or without padding, and with the line ends of MIME (RFC 2045, section 6.8). */
function normalizeBase64(text: string, encoding: 'base64' | 'base64url'): string | undefined {
  const digits = text.replace(/[\r\n]+/g, '').replace(/={1,2}$/, '');
  const isValid = encoding === 'base64' ? /^[\w+/]*$/.test(digits) && !digits.includes('_') : /^[\w-]*$/.test(digits);
  if (!isValid) return undefined;
  const decoded = Buffer.from(digits, encoding);
  // The last digit of another text may hold bits that belong to no byte.
  return decoded.toString(encoding).replace(/=+$/, '') === digits ? digits : undefined;
}

/** RFC 4291, section 2.2; WHATWG's parser of hosts takes exactly that between brackets. */
function normalizeIpv6(text: string): string | undefined {
  const url = `http://[${text}]`;
  return /^[\da-f:.]+$/i.test(text) && URL.canParse(url) ? new URL(url).hostname : undefined;
}

/** The domain is the same in capitals; what stands before it need not be (RFC 5321, section 2.4). */
function normalizeEmail(text: string): string | undefined {
  const at = text.lastIndexOf('@');
  const domain = text.slice(at + 1);
  return at > 0 && HOSTNAME.test(domain) ? text.slice(0, at + 1) + domain.toLowerCase() : undefined;
}

// RFC 3986, section 6.2.2 and 6.2.3: case of scheme and host, default ports, and an empty path. WHATWG's parser does
// more than that (it rewrites backslashes and strips dots), so only absolute http(s) URIs without such tricks take it.
function normalizeUri(text: string): string | undefined {
  if (!/^https?:\/\/[^\\\s]+$/i.test(text) || /\/\.{1,2}(?:\/|$)/.test(text)) return undefined;
  return URL.canParse(text) ? new URL(text).href.replace(/%[\da-f]{2}/gi, normalizeEscape) : undefined;
}

// RFC 3986, section 6.2.2.1 and 6.2.2.2: what needs no escape is the same with and without it.
function normalizeEscape(escaped: string): string {
  const character = String.fromCharCode(Number.parseInt(escaped.slice(1), 16));
  return /[\w.~-]/.test(character) ? character : escaped.toUpperCase();
}
