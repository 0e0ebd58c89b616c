// Moments of RFC 3339, by their parts: Date.parse drops digits below a millisecond, and costs more than all the rest.
import { withoutZerosAtEnd } from './exact-json.ts';

// Section 5.6.
const INSTANT = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)$/;
const SECONDS_END = 'yyyy-mm-ddThh:mm:ss'.length;
const OFFSET_LENGTH = '+hh:mm'.length;
const LOWER_Z = 0x7a;

/** Seconds since the epoch, with all digits of their fraction; Date.parse drops those below a millisecond. */
export function normalizeInstant(text: string): string | undefined {
  if (!INSTANT.test(text)) return undefined;
  const seconds = secondsOf(text);
  const offsetMinutes = minutesOf(text);
  if (seconds === undefined || offsetMinutes === undefined) return undefined;
  return `${seconds - offsetMinutes * 60}.${fractionOf(text)}`;
}

/** Two spellings of one moment. It says what comparing their normal forms would, and spells none: lists are full of them. */
export function isSameInstant(left: string, right: string): boolean {
  if (!INSTANT.test(left) || !INSTANT.test(right)) return false;
  const [leftMinutes, rightMinutes] = [minutesOf(left), minutesOf(right)];
  if (leftMinutes === undefined || rightMinutes === undefined || fractionOf(left) !== fractionOf(right)) return false;
  const seconds = secondsOf(left);
  if (seconds === undefined) return false;
  if (leftMinutes === rightMinutes && left.startsWith(right.slice(0, SECONDS_END))) return true;
  const others = secondsOf(right);
  return others !== undefined && seconds - leftMinutes * 60 === others - rightMinutes * 60;
}

/** Of its seconds, without zeros at the end. */
function fractionOf(text: string): string {
  if (text[SECONDS_END] !== '.') return '';
  return withoutZerosAtEnd(text.slice(SECONDS_END + 1, isUtc(text) ? -1 : -OFFSET_LENGTH));
}

function isUtc(text: string): boolean {
  return (text.charCodeAt(text.length - 1) | 0x20) === LOWER_Z;
}

/** Of the date and time in front of the fraction; undefined when there is no such moment, or it is a leap second. */
function secondsOf(text: string): number | undefined {
  const [year, month, day] = [digits(text, 0, 4), digits(text, 5, 7), digits(text, 8, 10)];
  const [hour, minute, second] = [digits(text, 11, 13), digits(text, 14, 16), digits(text, 17, 19)];
  if (hour > 23 || minute > 59 || second > 59) return undefined;
  // Two digits of a year would be taken for one of the last century.
  if (year < 100 || month < 1 || month > 12 || day < 1 || day > daysOf(year, month)) return undefined;
  return Date.UTC(year, month - 1, day, hour, minute, second) / 1000;
}

function daysOf(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/** Of the offset from UTC at the end of a moment. */
function minutesOf(text: string): number | undefined {
  if (isUtc(text)) return 0;
  const start = text.length - OFFSET_LENGTH;
  const [hours, minutes] = [digits(text, start + 1, start + 3), digits(text, start + 4, start + 6)];
  if (hours > 23 || minutes > 59) return undefined;
  return (text[start] === '-' ? -1 : 1) * (hours * 60 + minutes);
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
