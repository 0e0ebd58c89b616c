// Two spellings of one value: what a format calls equal. Anything the format cannot read stays as it is, so a malformed
// value is never forgiven.
import { normalizeDecimal } from './exact-json.ts';

const NORMAL_FORMS: Readonly<Record<string, (text: string) => string>> = {
  'date-time': normalizeInstant,
  uuid: (text) => (UUID.test(text) ? text.toLowerCase() : text),
  decimal: (text) => normalizeDecimal(text) ?? text,
  uri: normalizeUri,
  'uri-reference': normalizeUri,
};

const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

/** The one spelling of a string value under its format; the string itself where the format says nothing. */
export function normalForm(format: string | undefined, text: string): string {
  const normalize = format === undefined || !Object.hasOwn(NORMAL_FORMS, format) ? undefined : NORMAL_FORMS[format];
  return normalize === undefined ? text : normalize(text);
}

// RFC 3339, section 5.6.
const INSTANT = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)$/;
const SECONDS_END = 'yyyy-mm-ddThh:mm:ss'.length;

/** Seconds since the epoch, with all digits of their fraction; Date.parse drops those below a millisecond. */
function normalizeInstant(text: string): string {
  if (!INSTANT.test(text)) return text;
  const isUtc = text.endsWith('Z') || text.endsWith('z');
  const offset = isUtc ? '' : text.slice(-6);
  const seconds = secondsOf(text);
  const offsetMinutes = isUtc ? 0 : minutesOf(offset);
  if (seconds === undefined || offsetMinutes === undefined) return text;
  const fraction = text.slice(SECONDS_END + 1, isUtc ? -1 : -6);
  return `${seconds - offsetMinutes * 60}.${fraction.endsWith('0') ? fraction.replace(/0+$/, '') : fraction}`;
}

/** Of the date and time in front of the fraction; undefined when there is no such moment, or it is a leap second. */
function secondsOf(text: string): number | undefined {
  const [year, month, day] = [digits(text, 0, 4), digits(text, 5, 7), digits(text, 8, 10)];
  const [hour, minute, second] = [digits(text, 11, 13), digits(text, 14, 16), digits(text, 17, 19)];
  if (hour > 23 || minute > 59 || second > 59) return undefined;
  // Two digits of a year would be taken for one of the last century.
  const ms = year < 100 ? Number.NaN : Date.UTC(year, month - 1, day, hour, minute, second);
  // The 31st of a month that has none is the 1st of the next to `Date.UTC`.
  return Number.isNaN(ms) || new Date(ms).getUTCDate() !== day || month > 12 || month < 1 ? undefined : ms / 1000;
}

/** Of `+hh:mm` or `-hh:mm`. */
function minutesOf(offset: string): number | undefined {
  const [hours, minutes] = [digits(offset, 1, 3), digits(offset, 4, 6)];
  if (hours > 23 || minutes > 59) return undefined;
  return (offset.startsWith('-') ? -1 : 1) * (hours * 60 + minutes);
}

function digits(text: string, from: number, to: number): number {
  let number = 0;
  for (let at = from; at < to; at += 1) number = number * 10 + text.charCodeAt(at) - 0x30;
  return number;
}

// RFC 3986, section 6.2.2 and 6.2.3: case of scheme and host, default ports, and an empty path. WHATWG's parser does
// more than that (it rewrites backslashes and strips dots), so only absolute http(s) URIs without such tricks take it.
function normalizeUri(text: string): string {
  if (!/^https?:\/\/[^\\\s]+$/i.test(text) || /\/\.{1,2}(?:\/|$)/.test(text)) return text;
  return URL.canParse(text) ? new URL(text).href : text;
}
