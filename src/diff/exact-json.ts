// JSON.parse reads every number as a double: 9007199254740993 becomes 9007199254740992, and two different ids compare
// equal. Numbers that a double cannot hold keep their text.
import { type JsonScan, scanJson } from './json-scan.ts';

/** A JSON number whose text does not survive the way through a double. */
export class ExactNumber {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** Parses JSON, keeping numbers exact. Throws SyntaxError on anything that is not JSON. */
export function parseExact(
  text: string,
  { hasLongNumber }: Pick<JsonScan, 'hasLongNumber'> = scanJson(Buffer.from(text)),
): unknown {
  return hasLongNumber ? JSON.parse(text, keepExact) : JSON.parse(text);
}

// The reviver's third argument is TC39's "JSON.parse source text access", in V8 since 11.4; TypeScript's lib lacks it.
function keepExact(_key: string, value: unknown, context?: { readonly source?: string }): unknown {
  if (typeof value !== 'number' || context?.source === undefined) return value;
  return sameDecimal(context.source, String(value)) ? value : new ExactNumber(context.source);
}

/** Whether two JSON numbers are the same value: `1`, `1.0` and `10e-1` are. */
export function sameDecimal(left: string, right: string): boolean {
  if (left === right) return true;
  const normal = normalizeDecimal(left);
  return normal !== undefined && normal === normalizeDecimal(right);
}

// An exponent of more digits is no one's number, and would have to be computed without bounds.
const DECIMAL = /^([+-]?)(\d+)(?:\.(\d*))?(?:[eE]([+-]?)0*(\d{1,15}))?$/;

/** One spelling for each decimal value: sign, digits without outer zeros, exponent. Undefined when it is no decimal. */
export function normalizeDecimal(text: string): string | undefined {
  const match = DECIMAL.exec(text);
  if (!match) return undefined;
  const [, sign, whole = '', fraction = '', exponentSign = '', exponent = '0'] = match;
  const digits = `${whole}${fraction}`.replace(/^0+/, '');
  const significant = withoutZerosAtEnd(digits);
  if (significant === '') return '0';
  const scale = Number(exponentSign + exponent) - fraction.length + digits.length - significant.length;
  return `${sign === '-' ? '-' : ''}${significant}e${scale}`;
}

/** Without a regular expression: `/0+$/` is tried at every zero, and a number may hold a million of them. */
export function withoutZerosAtEnd(digits: string): string {
  let end = digits.length;
  while (end > 0 && digits[end - 1] === '0') end -= 1;
  return end === digits.length ? digits : digits.slice(0, end);
}
