// What JSON.parse does not tell of a text: how many names stand in it, and whether a number has to keep its digits.

export interface JsonScan {
  /** Names of members, those that stand twice in one object among them. */
  readonly names: number;
  /** A number that a double may not hold. */
  readonly hasLongNumber: boolean;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;

/** One of fewer characters and without an exponent survives: 15 significant digits fit a double (IEEE 754-2019, 5.12.2). */
const LONG_NUMBER = 16;

/** One pass over the bytes, since every pair that differs pays for it. Of what is not JSON it says something or other. */
export function scanJson(bytes: Uint8Array): JsonScan {
  let names = 0;
  let hasLongNumber = false;
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at] ?? 0;
    if (byte === QUOTE) at = endOfString(bytes, at);
    else if (byte === COLON) names += 1;
    else if (isNumeric(byte)) {
      const end = endOfNumber(bytes, at);
      hasLongNumber ||= end < 0 || end - at >= LONG_NUMBER;
      at = Math.abs(end) - 1;
    }
  }
  return { names, hasLongNumber };
}

/** The place of the quote that ends it. */
function endOfString(bytes: Uint8Array, from: number): number {
  let at = from + 1;
  for (let byte = bytes[at]; byte !== QUOTE && byte !== undefined; byte = bytes[at]) at += byte === BACKSLASH ? 2 : 1;
  return at;
}

function isNumeric(byte: number): boolean {
  return (byte >= 0x30 && byte <= 0x39) || byte === 0x2d;
}

/** The place behind it; negative when the number has an exponent. */
function endOfNumber(bytes: Uint8Array, from: number): number {
  let at = from + 1;
  let sign = 1;
  for (let byte = bytes[at]; byte !== undefined && isOfNumber(byte); byte = bytes[at]) {
    if ((byte | 0x20) === 0x65) sign = -1;
    at += 1;
  }
  return sign * at;
}

/** A digit, `.`, `e`, `E`, `+` or `-`. */
function isOfNumber(byte: number): boolean {
  return isNumeric(byte) || byte === 0x2e || byte === 0x2b || (byte | 0x20) === 0x65;
}
