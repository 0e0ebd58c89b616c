/** A key may be a piece cut out of a long text, and would keep all of it in memory. */
function copyOf(key: string): string {
  return key.split('').join('');
}

/**
 * Remembers what was worked out lately, in bounded memory: at most twice `size` entries. What was asked for since the last
 * half was thrown away stays, which is nearly as good as keeping exact order and costs one look.
 */
export class Recent<Value> {
  readonly #size: number;
  #young = new Map<string, Value>();
  #old = new Map<string, Value>();

  constructor(size: number) {
    this.#size = size;
  }

  /** The value for a key, worked out by `make` unless it is known. */
  of(key: string, make: (key: string) => Value): Value {
    const known = this.#young.get(key);
    if (known !== undefined) return known;
    const old = this.#old.get(key);
    const value = old ?? make(key);
    if (this.#young.size >= this.#size) this.#turn();
    this.#young.set(copyOf(key), value);
    return value;
  }

  clear(): void {
    this.#young.clear();
    this.#old.clear();
  }

  #turn(): void {
    this.#old = this.#young;
    this.#young = new Map();
  }
}
