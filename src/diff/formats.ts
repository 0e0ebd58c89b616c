// Two spellings of one value: what a format calls equal. Anything the format cannot read stays as it is, so a malformed
// value is never forgiven.
import { normalizeDecimal } from './exact-json.ts';
import { normalizeInstant, normalizeTime } from './instants.ts';

/** Names of the OpenAPI Format Registry, https://spec.openapis.org/registry/format, and of JSON Schema. */
const NORMAL_FORMS: ReadonlyMap<string, (text: string) => string> = new Map([
  ['date-time', normalizeInstant],
  ['date-time-local', normalizeTime],
  ['time', normalizeTime],
  ['duration', normalizeDuration],
  ['http-date', normalizeHttpDate],
  ['uuid', (text) => (UUID.test(text) ? text.toLowerCase() : text)],
  ['decimal', (text) => normalizeDecimal(text) ?? text],
  ['uri', normalizeUri],
  ['uri-reference', normalizeUri],
  ['byte', (text) => normalizeBase64(text, 'base64')],
  ['base64url', (text) => normalizeBase64(text, 'base64url')],
  ['email', normalizeEmail],
  ['hostname', (text) => (HOSTNAME.test(text) ? text.toLowerCase() : text)],
  ['ipv6', normalizeIpv6],
]);

const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;
const HOSTNAME = /^[a-z0-9-]+(?:\.[a-z0-9-]+)*$/i;

/** The one spelling of a string value under its format; the string itself where the format says nothing. */
export function normalForm(format: string | undefined, text: string): string {
  const normalize = format === undefined ? undefined : NORMAL_FORMS.get(format);
  return normalize === undefined ? text : normalize(text);
}

// ISO 8601, as in RFC 3339, appendix A, with the fractions that many write. A year is twelve months and a week seven days;
// a day is not 24 hours where the clocks are changed.
const DURATION = /^P(?:(\d+)W|(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:[.,](\d+))?S)?)?)$/;

function normalizeDuration(text: string): string {
  const match = DURATION.exec(text);
  // Something must stand behind the `P`, and behind the `T`.
  if (!match || /[PT]$/.test(text)) return text;
  const [weeks, years, months, days, hours, minutes, seconds] = match.slice(1, 8).map((part) => BigInt(part ?? 0));
  const fraction = (match[8] ?? '').replace(/0+$/, '');
  const parts = [
    (years ?? 0n) * 12n + (months ?? 0n),
    (weeks ?? 0n) * 7n + (days ?? 0n),
    (hours ?? 0n) * 3600n + (minutes ?? 0n) * 60n + (seconds ?? 0n),
  ];
  return `${parts.join(' ')}.${fraction}`;
}

// RFC 9110, section 5.6.7: the one to send, and the two that must be understood.
const IMF_DATE = /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT$/;
const RFC850_DATE = /^(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day, \d\d-[A-Z][a-z]{2}-\d\d \d\d:\d\d:\d\d GMT$/;
const ASCTIME_DATE = /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \d{4}$/;

function normalizeHttpDate(text: string): string {
  const isAsctime = ASCTIME_DATE.test(text);
  if (!isAsctime && !IMF_DATE.test(text) && !RFC850_DATE.test(text)) return text;
  const ms = Date.parse(isAsctime ? `${text} GMT` : text);
  return Number.isNaN(ms) ? text : String(ms);
}

/** RFC 4648, section 3: with or without padding, and with the line ends of MIME (RFC 2045, section 6.8). */
function normalizeBase64(text: string, encoding: 'base64' | 'base64url'): string {
  const digits = text.replace(/[\r\n]+/g, '').replace(/={1,2}$/, '');
  const isValid = encoding === 'base64' ? /^[\w+/]*$/.test(digits) && !digits.includes('_') : /^[\w-]*$/.test(digits);
  if (!isValid) return text;
  const decoded = Buffer.from(digits, encoding);
  // The last digit of another text may hold bits that belong to no byte.
  return decoded.toString(encoding).replace(/=+$/, '') === digits ? digits : text;
}

/** RFC 4291, section 2.2; WHATWG's parser of hosts takes exactly that between brackets. */
function normalizeIpv6(text: string): string {
  const url = `http://[${text}]`;
  return /^[\da-f:.]+$/i.test(text) && URL.canParse(url) ? new URL(url).hostname : text;
}

/** The domain is the same in capitals; what stands before it need not be (RFC 5321, section 2.4). */
function normalizeEmail(text: string): string {
  const at = text.lastIndexOf('@');
  return (
    text.slice(0, at + 1) + (HOSTNAME.test(text.slice(at + 1)) ? text.slice(at + 1).toLowerCase() : text.slice(at + 1))
  );
}

// RFC 3986, section 6.2.2 and 6.2.3: case of scheme and host, default ports, and an empty path. WHATWG's parser does
// more than that (it rewrites backslashes and strips dots), so only absolute http(s) URIs without such tricks take it.
function normalizeUri(text: string): string {
  if (!/^https?:\/\/[^\\\s]+$/i.test(text) || /\/\.{1,2}(?:\/|$)/.test(text)) return text;
  return URL.canParse(text) ? new URL(text).href.replace(/%[\da-f]{2}/gi, normalizeEscape) : text;
}

// RFC 3986, section 6.2.2.1 and 6.2.2.2: what needs no escape is the same with and without it.
function normalizeEscape(escaped: string): string {
  const character = String.fromCharCode(Number.parseInt(escaped.slice(1), 16));
  return /[\w.~-]/.test(character) ? character : escaped.toUpperCase();
}
