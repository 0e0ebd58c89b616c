// Moments of RFC 3339, by their parts: Date.parse drops digits below a millisecond, and costs more than all the rest.
import { withoutZerosAtEnd } from './exact-json.ts';

// Section 5.6.
const INSTANT = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)$/;
const SECONDS_END = 'yyyy-mm-ddThh:mm:ss'.length;

/** Seconds since the epoch, with all digits of their fraction; Date.parse drops those below a millisecond. */
export function normalizeInstant(text: string): string | undefined {
  if (!INSTANT.test(text)) return undefined;
  const isUtc = text.endsWith('Z') || text.endsWith('z');
  const offset = isUtc ? '' : text.slice(-6);
  const seconds = secondsOf(text);
  const offsetMinutes = isUtc ? 0 : minutesOf(offset);
  if (seconds === undefined || offsetMinutes === undefined) return undefined;
  const fraction = text.slice(SECONDS_END + 1, isUtc ? -1 : -6);
  return `${seconds - offsetMinutes * 60}.${withoutZerosAtEnd(fraction)}`;
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

// `partial-time`, alone, with an offset, or behind a date that has none.
const TIME = /^((?:\d{4}-\d\d-\d\d[Tt])?\d\d:\d\d:\d\d)(?:\.(\d+))?([Zz]|[+-]\d\d:\d\d)?$/;

/** A time of no one day: its fraction without zeros at the end, and one spelling of UTC. */
export function normalizeTime(text: string): string | undefined {
  const match = TIME.exec(text);
  if (!match) return undefined;
  const [, whole = '', fraction = '', offset = ''] = match;
  const zone = /^(?:[Zz]|[+-]00:00)$/.test(offset) ? 'Z' : offset;
  return `${whole.toUpperCase()}.${withoutZerosAtEnd(fraction)}${zone}`;
}
