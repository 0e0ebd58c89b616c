import { DDSketch } from '@datadog/sketches-js';
import type { Distribution } from '../core/index.ts';

/** Latencies of one side of one operation: mergeable, 1 percent relative error, at most 1,350 bins. */
export type LatencySketch = DDSketch;

const RELATIVE_ACCURACY = 0.01;
const MICROS_PER_MS = 1000;
/**
 * Values are kept in microseconds and what is below 2 counts as zero, because sketches-js 2.1.1 loses counts when it
 * merges a sketch whose highest bin is bin 0, the bin of the value 1 (`secondKey || key` in `DenseStore`).
 */
const MIN_MICROS = 2;
/** Eleven days: bounds the number of bins. */
const MAX_MICROS = 1e12;
/** First byte of an encoded sketch; raised when the accuracy or the encoding changes. */
const FORMAT = 1;

export function createSketch(): LatencySketch {
  return new DDSketch({ relativeAccuracy: RELATIVE_ACCURACY });
}

/** A latency that is no time (negative, NaN, infinite) is left out. */
export function addLatency(sketch: LatencySketch, latencyMs: number): void {
  if (!(latencyMs >= 0 && latencyMs < Number.POSITIVE_INFINITY)) return;
  const micros = latencyMs * MICROS_PER_MS;
  sketch.accept(micros < MIN_MICROS ? 0 : Math.min(micros, MAX_MICROS));
}

export function createDistribution(sketch: LatencySketch): Distribution {
  return {
    n: sketch.count,
    quantileMs: (q) => sketch.getValueAtQuantile(q) / MICROS_PER_MS,
    countAbove: (limitMs) => countAbove(sketch, limitMs),
  };
}

function countAbove(sketch: LatencySketch, limitMs: number): number {
  let count = limitMs < 0 ? sketch.zeroCount : 0;
  for (const [index, inBin] of sketch.store.bins.entries()) {
    // The same arithmetic as in quantileMs, so that nothing is above the bin that it came from by a rounding error.
    if (inBin > 0 && sketch.mapping.value(index + sketch.store.offset) / MICROS_PER_MS > limitMs) count += inBin;
  }
  return count;
}

/**
 * The non-empty bins as pairs of key distance and count, each an unsigned LEB128 number. The library's own protobuf
 * needs a package that it does not depend on, and spends 8 bytes on each empty bin.
 */
export function encodeSketch(sketch: LatencySketch): Uint8Array<ArrayBuffer> {
  const bytes: number[] = [FORMAT];
  pushNumber(bytes, sketch.zeroCount);
  let previousKey = 0;
  for (const [index, count] of sketch.store.bins.entries()) {
    if (count === 0) continue;
    const key = index + sketch.store.offset;
    pushNumber(bytes, key - previousKey);
    pushNumber(bytes, count);
    previousKey = key;
  }
  return Uint8Array.from(bytes);
}

/** Adds an encoded sketch to another. Throws a SyntaxError on bytes that `encodeSketch` did not make. */
export function addEncoded(sketch: LatencySketch, bytes: Uint8Array): void {
  if (bytes[0] !== FORMAT) throw new SyntaxError(`unknown latency sketch format ${bytes[0]}`);
  const [zeroCount = 0, ...bins] = readNumbers(bytes.subarray(1));
  if (bins.length % 2 !== 0) throw new SyntaxError('truncated latency sketch');
  sketch.zeroCount += zeroCount;
  sketch.count += zeroCount;
  let key = 0;
  for (let at = 0; at < bins.length; at += 2) {
    key += bins[at] ?? 0;
    sketch.store.add(key, bins[at + 1] ?? 0);
    sketch.count += bins[at + 1] ?? 0;
  }
}

function pushNumber(bytes: number[], value: number): void {
  let rest = value;
  // No bit operators: counts may exceed 32 bits.
  while (rest >= 0x80) {
    bytes.push((rest % 0x80) + 0x80);
    rest = Math.floor(rest / 0x80);
  }
  bytes.push(rest);
}

function readNumbers(bytes: Uint8Array): number[] {
  const numbers: number[] = [];
  let value = 0;
  let scale = 1;
  for (const byte of bytes) {
    value += (byte % 0x80) * scale;
    scale *= 0x80;
    if (byte >= 0x80) continue;
    numbers.push(value);
    value = 0;
    scale = 1;
  }
  if (scale !== 1) throw new SyntaxError('truncated latency sketch');
  return numbers;
}
