const ENCODER = new TextEncoder();
const OFFSET_HIGH = 0xcbf29ce4;
const OFFSET_LOW = 0x84222325;
/** The prime is 2^40 and this. */
const PRIME_LOW = 0x1b3;

/**
 * FNV-1a, 64 bits, over UTF-8, as 16 hex digits: stable ids without a dependency on the platform's crypto. In two halves of
 * 32 bits, whose products a double holds exactly: with BigInt each byte of the text leaves garbage of 50 bytes.
 */
export function fnv1a64(text: string): string {
  let high = OFFSET_HIGH;
  let low = OFFSET_LOW;
  for (const byte of ENCODER.encode(text)) {
    const mixed = (low ^ byte) >>> 0;
    const product = mixed * PRIME_LOW;
    low = product >>> 0;
    // What the lower half carries over, and 2^40 times it.
    high = (high * PRIME_LOW + Math.floor(product / 2 ** 32) + ((mixed << 8) >>> 0)) >>> 0;
  }
  return hex(high) + hex(low);
}

function hex(half: number): string {
  return half.toString(16).padStart(8, '0');
}
