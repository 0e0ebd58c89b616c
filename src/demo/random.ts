import { fnv1a64 } from '../core/index.ts';

/** Numbers that depend on nothing but the seed. */
export interface Random {
  /** 0 included, 1 excluded. */
  next(): number;
  /** Both ends included. */
  integer(min: number, max: number): number;
  pick<const L extends readonly [unknown, ...unknown[]]>(items: L): L[number];
  chance(share: number): boolean;
}

/** A mulberry32 generator; the seed is text, so that every record has a stream of its own (`7/trade/42`). */
export function createRandom(seed: string): Random {
  let state = hash32(seed);
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const integer = (min: number, max: number) => min + Math.floor(next() * (max - min + 1));
  return {
    next,
    integer,
    pick: (items) => items[integer(0, items.length - 1)] ?? items[0],
    chance: (share) => next() < share,
  };
}

/** The low 32 bits of the text's FNV-1a hash. */
export function hash32(text: string): number {
  return Number.parseInt(fnv1a64(text).slice(8), 16);
}

/** A version 4 UUID that is the same for the same text. */
export function uuidOf(text: string): string {
  const hex = fnv1a64(text) + fnv1a64(`${text}/rest`);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
