// The head of a response that comes in pieces. Written to in place: a backend may send it a byte at a time.

/** As Node's own limit for request heads. */
export const MAX_HEAD_BYTES = 16_384;
export const HEAD_END = '\r\n\r\n';
const MAX_HELD_BYTES = MAX_HEAD_BYTES + HEAD_END.length;

const BEGINNING = 'HTTP/1.';
const CR = 13;
const LF = 10;

export type Held =
  /** `text` is what stands before the empty line, as latin1; what follows it begins at `used` of the last piece. */
  | { readonly kind: 'whole'; readonly text: string; readonly used: number }
  | { readonly kind: 'part' }
  | { readonly kind: 'too-large' }
  | { readonly kind: 'no-head' };

export class HeldHead {
  readonly #bytes = Buffer.allocUnsafe(MAX_HELD_BYTES);
  #length = 0;

  add(piece: Buffer): Held {
    const had = this.#length;
    this.#length += piece.copy(this.#bytes, had);
    // The last piece may have brought the beginning of the end.
    const from = Math.max(0, had - HEAD_END.length + 1);
    const found = this.#bytes.subarray(from, this.#length).indexOf(HEAD_END, 0, 'latin1');
    if (found === -1) return { kind: this.#judgePart(had) };
    const end = from + found;
    return { kind: 'whole', text: this.#bytes.toString('latin1', 0, end), used: end + HEAD_END.length - had };
  }

  /** What is no HTTP is told at once; it may never send the empty line that is waited for. `from`: what is new. */
  #judgePart(from: number): 'part' | 'too-large' | 'no-head' {
    const start = this.#bytes.toString('latin1', 0, Math.min(this.#length, BEGINNING.length));
    if (!BEGINNING.startsWith(start) || this.#hasBareLf(from)) return 'no-head';
    return this.#length === MAX_HELD_BYTES ? 'too-large' : 'part';
  }

  #hasBareLf(from: number): boolean {
    const bytes = this.#bytes.subarray(0, this.#length);
    for (let at = bytes.indexOf(LF, from); at !== -1; at = bytes.indexOf(LF, at + 1))
      if (bytes[at - 1] !== CR) return true;
    return false;
  }
}
