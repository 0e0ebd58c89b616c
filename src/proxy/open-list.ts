/**
 * What is open at the moment, for those who have to close it. Not a Set: one that is added to and deleted from for each
 * request makes a new table now and then, and V8 keeps each old one, with the requests it held and a reference to the
 * next, until the old generation is collected. That cost a fifth of the whole (docs/performance.md).
 */
export class OpenList<Item> implements Iterable<Item> {
  readonly #items: (Item | undefined)[] = [];
  readonly #free: number[] = [];

  /** Returns the place, which the item keeps until it is removed from there. */
  add(item: Item): number {
    const place = this.#free.pop() ?? this.#items.length;
    this.#items[place] = item;
    return place;
  }

  /** Once for each `add`. */
  remove(place: number): void {
    this.#items[place] = undefined;
    this.#free.push(place);
  }

  get size(): number {
    return this.#items.length - this.#free.length;
  }

  *[Symbol.iterator](): Iterator<Item> {
    for (const item of this.#items) if (item !== undefined) yield item;
  }
}
