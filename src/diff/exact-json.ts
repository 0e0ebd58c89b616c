// JSON.parse reads every number as a double: 9007199254740993 becomes 9007199254740992, and two different ids compare
// equal. Numbers that a double cannot hold keep their text.

/** A JSON number whose text does not survive the way through a double. */
export class ExactNumber {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

// A number of fewer than 16 characters always survives: 15 significant digits fit a double (IEEE 754-2019, 5.12.2). One
// with an exponent may be beyond what a double holds. Strings that look like either only cost time.
const LONG_NUMBER = /[[:,\s]-?\d(?:[\d.eE+-]{15}|[\d.]*[eE])|^-?\d/;

/** Parses JSON, keeping numbers exact. Throws SyntaxError on anything that is not JSON. */
export function parseExact(text: string): unknown {
  if (!LONG_NUMBER.test(text)) return JSON.parse(text);
  return JSON.parse(text, keepExact);
}

// The reviver's third argument is TC39's "JSON.parse source text access", in V8 since 11.4; TypeScript's lib lacks it.
function keepExact(_key: string, value: unknown, context?: { readonly source?: string }): unknown {
  if (typeof value !== 'number' || context?.source === undefined) return value;
  return sameDecimal(context.source, String(value)) ? value : new ExactNumber(context.source);
}

/** Whether two JSON numbers are the same value: `1`, `1.0` and `10e-1` are. */
export function sameDecimal(left: string, right: string): boolean {
  return left === right || normalizeDecimal(left) === normalizeDecimal(right);
}

const DECIMAL = /^([+-]?)(\d+)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/;

/** One spelling for each decimal value: sign, digits without outer zeros, exponent. Undefined when it is no decimal. */
export function normalizeDecimal(text: string): string | undefined {
  const match = DECIMAL.exec(text);
  if (!match) return undefined;
  const [, sign, whole = '', fraction = '', exponent = '0'] = match;
  const digits = `${whole}${fraction}`.replace(/^0+/, '');
  const significant = digits.replace(/0+$/, '');
  if (significant === '') return '0';
  const scale = BigInt(exponent) - BigInt(fraction.length) + BigInt(digits.length - significant.length);
  return `${sign === '-' ? '-' : ''}${significant}e${scale}`;
}
