// What each side issued in the same place: the values of the two that a client will send back to the one that served.
import { type Issued, lowerName, type RawHeaders } from '../core/index.ts';
import type { RawFinding } from './raw-finding.ts';
import { isNumeric, numberText, typeOf } from './values.ts';
import type { Pair } from './walk-state.ts';

/** Of one pair; who lists more in one response than anybody follows. */
const MAX_ISSUED = 500;
/** A cursor may hold all of a query; what is longer is no name of anything. */
const MAX_LENGTH = 4_096;

/** What is issued in bodies and declared headers, by the findings; and cookies by their names. */
export function issuedIn(
  findings: readonly RawFinding[],
  [legacy, candidate]: readonly [RawHeaders, RawHeaders],
): readonly Issued[] {
  const declared = findings.flatMap(({ alias }) => (alias ? issuedAs(alias.name, alias.pair) : []));
  return [...issuedCookies(cookiesOf(legacy), cookiesOf(candidate)), ...declared].slice(0, MAX_ISSUED);
}

/**
 * The two values of a place under one name. Of two URLs the values that differ in their queries: it is those that come back
 * when a client follows them.
 */
export function issuedAs(name: string, { legacy, candidate }: Pair): readonly Issued[] {
  const [left, right] = [textOf(legacy), textOf(candidate)];
  if (left === undefined || right === undefined) return [];
  const [one, other] = [queryOf(left), queryOf(right)];
  if (!one || !other) return issued(name, left, right);
  return [...one].flatMap(([parameter, value]) => {
    const counterpart = other.get(parameter);
    return counterpart === null ? [] : issued(name, value, counterpart);
  });
}

function issued(name: string, legacy: string, candidate: string): readonly Issued[] {
  const isFollowed = legacy !== '' && candidate !== '' && Math.max(legacy.length, candidate.length) <= MAX_LENGTH;
  return isFollowed && legacy !== candidate ? [{ name, legacy, candidate }] : [];
}

function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  return isNumeric(typeOf(value)) ? numberText(value) : undefined;
}

/** Of a URL, absolute or relative; undefined of anything else. */
function queryOf(text: string): URLSearchParams | undefined {
  const isUrl = /^(?:https?:\/\/|\/|\?)/i.test(text);
  const at = text.indexOf('?');
  return isUrl && at >= 0 ? new URLSearchParams(text.slice(at + 1).split('#', 1)[0]) : undefined;
}

/** Values by name, of the cookies that are set once. */
function cookiesOf(headers: RawHeaders): ReadonlyMap<string, string> {
  const cookies = new Map<string, string>();
  for (let at = 0; at < headers.length; at += 2) {
    if (lowerName(headers[at] ?? '') !== 'set-cookie') continue;
    // RFC 6265, section 5.2: up to the first semicolon, and the first equals sign.
    const [, name, value] = /^\s*([^=;]+?)\s*=\s*([^;]*?)\s*(?:;|$)/.exec(headers[at + 1] ?? '') ?? [];
    if (name !== undefined && value !== undefined) cookies.set(name, value);
  }
  return cookies;
}

function issuedCookies(legacy: ReadonlyMap<string, string>, candidate: ReadonlyMap<string, string>): readonly Issued[] {
  return [...legacy].flatMap(([name, value]) => issued(`cookie:${name}`, value, candidate.get(name) ?? ''));
}
