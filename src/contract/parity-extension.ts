import { isJsonObject, type JsonObject, member } from './json.ts';

interface Key {
  readonly expected: string;
  readonly isValid: (value: unknown) => boolean;
}

/** The keys of `x-parity`. One that is unknown or wrong is ignored with a warning, since it may silence a difference. */
const KEYS: Readonly<Record<string, Key>> = {
  alias: { expected: 'a name for what is issued, such as cursor', isValid: isName },
  volatile: { expected: 'true or false', isValid: (value) => typeof value === 'boolean' },
  tolerance: { expected: '{ abs, rel }, numbers from 0', isValid: isTolerance },
  order: { expected: 'any or strict', isValid: (value) => value === 'any' || value === 'strict' },
  key: { expected: 'a list of property names', isValid: isListOfNames },
};

/** Each side issues a value of its own, which is another one by right. */
export function isVolatile(schema: JsonObject): boolean {
  return member(schema['x-parity'], 'volatile') === true || aliasOf(schema) !== undefined;
}

/** What it is called that each side issues there. */
export function aliasOf(schema: JsonObject): string | undefined {
  const alias = member(schema['x-parity'], 'alias');
  return isName(alias) ? alias : undefined;
}

export function toleranceOf(schema: JsonObject): { abs: number; rel: number } | undefined {
  const tolerance = member(schema['x-parity'], 'tolerance');
  if (!isTolerance(tolerance)) return undefined;
  return { abs: Number(member(tolerance, 'abs') ?? 0), rel: Number(member(tolerance, 'rel') ?? 0) };
}

/** What is wrong with an `x-parity`, a sentence each, with the key it is about. */
export function problemsOfParity(extension: unknown): { readonly key: string | undefined; readonly problem: string }[] {
  if (!isJsonObject(extension)) return [{ key: undefined, problem: 'expected an object' }];
  return Object.entries(extension).flatMap(([key, value]) => {
    const known = Object.hasOwn(KEYS, key) ? KEYS[key] : undefined;
    if (known?.isValid(value)) return [];
    const problem = known
      ? `expected \`${key}\` to be ${known.expected}`
      : `\`${key}\` is not known; there are ${Object.keys(KEYS).join(', ')}`;
    return [{ key, problem }];
  });
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && /^[A-Za-z][\w.-]*$/.test(value);
}

function isTolerance(value: unknown): boolean {
  if (!isJsonObject(value)) return false;
  const entries = Object.entries(value);
  return entries.length > 0 && entries.every(([name, limit]) => (name === 'abs' || name === 'rel') && isLimit(limit));
}

function isLimit(value: unknown): boolean {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0;
}

function isListOfNames(value: unknown): boolean {
  return Array.isArray(value) && value.length > 0 && value.every((name) => typeof name === 'string');
}
