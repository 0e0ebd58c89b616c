import { createRandom } from './http1-replies.ts';

/** Random choices that are the same for the same seed. */
export interface Dice {
  chance(share: number): boolean;
  /** 0 included, the limit excluded. */
  below(limit: number): number;
  pick<Item>(items: readonly [Item, ...Item[]]): Item;
  /** Fewer than the limit, perhaps none. */
  some<Item>(limit: number, make: () => Item): readonly Item[];
}

export function createDice(seed: number): Dice {
  const random = createRandom(seed);
  const below = (limit: number): number => Math.floor(random() * limit);
  return {
    chance: (share) => random() < share,
    below,
    pick: (items) => items[below(items.length)] ?? items[0],
    some: (limit, make) => Array.from({ length: below(limit) }, make),
  };
}

/** FNV-1a: makes a seed of what both sides know. */
export function seedOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return hash >>> 0;
}
