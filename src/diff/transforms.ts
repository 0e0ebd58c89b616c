// What turns legacy's value into the candidate's: where one change explains every pair of a cause, it names the cause.
// They may be stored in clear: what is secret by its name or by the contract has none.
import { normalForm } from './formats.ts';
import type { RawFinding } from './raw-finding.ts';
import { isObject, numberText, sameType, typeOf } from './values.ts';

/** Every change that explains a difference. */
export function transformsOf(finding: RawFinding): readonly string[] {
  if (finding.class === 'cosmetic') return [];
  const { pair, namesakes, types } = finding;
  if (!pair) return [];
  if (namesakes) return namesakes.map((name) => `${types.endsWith('absent') ? 'now called' : 'formerly'} ${name}`);
  return ofValues(pair.legacy, pair.candidate);
}

/** Those that explain one more. */
export function commonTransforms(names: readonly string[], finding: RawFinding): readonly string[] {
  if (names.length === 0) return names;
  const own = transformsOf(finding);
  return names.filter((name) => own.includes(name));
}

function ofValues(legacy: unknown, candidate: unknown): readonly string[] {
  const [from, to] = [typeOf(legacy), typeOf(candidate)];
  if (!sameType(from, to)) return ofTypes(legacy, candidate);
  if (typeof legacy === 'string' && typeof candidate === 'string') return ofTexts(legacy, candidate);
  if (typeof legacy === 'boolean') return ['negated'];
  return from === 'integer' || from === 'number'
    ? ofNumbers(Number(numberText(legacy)), Number(numberText(candidate)))
    : [];
}

function ofTypes(legacy: unknown, candidate: unknown): readonly string[] {
  const names: string[] = [];
  if (typeof candidate === 'string' && isScalar(legacy) && textOf(legacy) === candidate) names.push('as text');
  if (typeof legacy === 'string' && isScalar(candidate) && textOf(candidate) === legacy) names.push('text as value');
  if (isListOf(candidate, legacy)) names.push('in a list of one');
  if (isListOf(legacy, candidate)) names.push('out of a list of one');
  if (isNothing(legacy) && isNothing(candidate)) names.push(`${nameOf(legacy)} to ${nameOf(candidate)}`);
  if (typeof legacy === 'boolean' && Number(legacy) === candidate) names.push('1 and 0 for true and false');
  if (typeof candidate === 'boolean' && Number(candidate) === legacy) names.push('true and false for 1 and 0');
  return names;
}

function isScalar(value: unknown): boolean {
  return value !== null && !Array.isArray(value) && !isObject(value);
}

function textOf(value: unknown): string {
  return typeof value === 'boolean' ? String(value) : numberText(value);
}

function isListOf(list: unknown, item: unknown): boolean {
  return Array.isArray(list) && list.length === 1 && isScalar(item) && list[0] === item;
}

/** What backends write for nothing. */
function isNothing(value: unknown): boolean {
  return nameOf(value) !== undefined;
}

function nameOf(value: unknown): string | undefined {
  if (value === null) return 'null';
  if (value === '') return 'the empty text';
  if (Array.isArray(value)) return value.length === 0 ? 'the empty list' : undefined;
  return isObject(value) && Object.keys(value).length === 0 ? 'the empty object' : undefined;
}

function ofTexts(legacy: string, candidate: string): readonly string[] {
  const names: string[] = [];
  const add = (name: string, holds: boolean): void => void (holds && names.push(name));
  add('in upper case', candidate === legacy.toUpperCase());
  add('in lower case', candidate === legacy.toLowerCase());
  add('in another case', candidate.toLowerCase() === legacy.toLowerCase());
  add('without the white space around it', candidate === legacy.trim());
  add('with white space around it', legacy === candidate.trim());
  add('in another Unicode normal form', candidate.normalize('NFC') === legacy.normalize('NFC'));
  add(`cut to ${candidate.length} characters`, candidate.length > 0 && legacy.startsWith(candidate));
  add('with other line ends', candidate.replaceAll('\r\n', '\n') === legacy.replaceAll('\r\n', '\n'));
  const offset = offsetOf(legacy, candidate);
  if (offset !== undefined) names.push(`${signed(offset)} s`);
  return names;
}

/** Seconds between two moments, to the millisecond. */
function offsetOf(legacy: string, candidate: string): number | undefined {
  const [from, to] = [normalForm('date-time', withZone(legacy)), normalForm('date-time', withZone(candidate))];
  if (from === undefined || to === undefined) return undefined;
  const seconds = Math.round((Number(to) - Number(from)) * 1000) / 1000;
  return seconds === 0 ? undefined : seconds;
}

/** A moment that does not say its zone is compared as if it were UTC on both sides. */
function withZone(text: string): string {
  return /[Tt][\d:.]+$/.test(text) ? `${text}Z` : text;
}

const MAX_DIGITS = 6;

function ofNumbers(legacy: number, candidate: number): readonly string[] {
  if (!Number.isFinite(legacy) || !Number.isFinite(candidate)) return [];
  const names: string[] = [];
  const factor = legacy === 0 ? Number.NaN : rounded(candidate / legacy);
  if (candidate !== 0 && isClose(factor * legacy, candidate)) names.push(`× ${factor}`);
  const offset = rounded(candidate - legacy);
  if (isClose(legacy + offset, candidate)) names.push(signed(offset));
  for (let digits = 0; digits <= MAX_DIGITS; digits += 1) {
    const scale = 10 ** digits;
    if (isClose(Math.round(legacy * scale) / scale, candidate)) names.push(`rounded to ${digits} digits`);
    if (isClose(Math.trunc(legacy * scale) / scale, candidate)) names.push(`cut to ${digits} digits`);
  }
  return names;
}

/** Of a sum or a product of doubles the last digits are noise. */
function rounded(value: number): number {
  return Number(value.toPrecision(9));
}

function isClose(left: number, right: number): boolean {
  return Math.abs(left - right) <= 1e-9 * Math.max(Math.abs(left), Math.abs(right));
}

function signed(value: number): string {
  return value < 0 ? `− ${-value}` : `+ ${value}`;
}
