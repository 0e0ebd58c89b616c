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

// RFC 3339, section 5.6. Date.parse drops digits below a millisecond, so the fraction is kept apart.
const INSTANT = /^(\d{4}-\d\d-\d\d)[Tt](\d\d:\d\d:\d\d)(?:\.(\d+))?([Zz]|[+-]\d\d:\d\d)$/;

function normalizeInstant(text: string): string {
  const match = INSTANT.exec(text);
  if (!match) return text;
  const [, date, time, fraction = '', offset = 'Z'] = match;
  const ms = Date.parse(`${date}T${time}${offset.toUpperCase()}`);
  return Number.isNaN(ms) ? text : `${ms / 1000}.${fraction.replace(/0+$/, '')}`;
}

// RFC 3986, section 6.2.2 and 6.2.3: case of scheme and host, default ports, and an empty path. WHATWG's parser does
// more than that (it rewrites backslashes and strips dots), so only absolute http(s) URIs without such tricks take it.
function normalizeUri(text: string): string {
  if (!/^https?:\/\/[^\\\s]+$/i.test(text) || /\/\.{1,2}(?:\/|$)/.test(text)) return text;
  return URL.canParse(text) ? new URL(text).href : text;
}
