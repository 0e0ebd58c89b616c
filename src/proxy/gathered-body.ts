// A body that comes in pieces, and is wanted whole unless it is too long.

const NOTHING = Buffer.alloc(0);
const FIRST_ROOM_BYTES = 4_096;

/** Of what is said to come, room is made at once for so many times of what came: a liar must not make us hold a lot. */
const TRUST = 4;

/**
 * Pieces are copied together: a sender of single bytes would make us keep a hundred times what it sends, each byte an
 * object of its own. Bytes that are in it are never changed.
 */
export class GatheredBody {
  readonly #capBytes: number;
  /** The first `#length` bytes are the body; what follows is room. Undefined once it is too long. */
  #bytes: Buffer | undefined = NOTHING;
  #length = 0;
  #expectedBytes = 0;

  constructor(capBytes: number) {
    this.#capBytes = capBytes;
  }

  /** Of all that came, even of what was not kept. */
  get length(): number {
    return this.#length;
  }

  /** How long it is said to be. */
  expect(bytes: number): void {
    this.#expectedBytes = bytes;
  }

  /** Takes a piece that belongs to nobody else; the first one, which is mostly the last, without a copy. */
  add(piece: Buffer): void {
    if (this.#length > 0 || piece.length > this.#capBytes) this.addCopy(piece, 0, piece.length);
    else {
      this.#length = piece.length;
      this.#bytes = piece;
    }
  }

  /** Copies `bytes` from `start` to `end`; false when that makes it too long, and nothing is kept. */
  addCopy(bytes: Buffer, start: number, end: number): boolean {
    const had = this.#length;
    this.#length += end - start;
    if (this.#length > this.#capBytes) this.#bytes = undefined;
    if (!this.#bytes) return false;
    bytes.copy(this.#withRoom(this.#bytes, had), had, start, end);
    return true;
  }

  /** What came last, `count` bytes of it, as they are kept. */
  last(count: number): Buffer | undefined {
    const bytes = this.#bytes;
    return bytes?.length === count ? bytes : bytes?.subarray(this.#length - count, this.#length);
  }

  /** All of it; undefined when it is more than the cap. */
  whole(): Buffer | undefined {
    const bytes = this.#bytes;
    // A typed array is one of the dearest things to make.
    return bytes?.length === this.#length ? bytes : bytes?.subarray(0, this.#length);
  }

  #withRoom(bytes: Buffer, used: number): Buffer {
    if (this.#length <= bytes.length) return bytes;
    const roomy = Buffer.allocUnsafe(this.#wantedBytes(used));
    bytes.copy(roomy, 0, 0, used);
    this.#bytes = roomy;
    return roomy;
  }

  #wantedBytes(used: number): number {
    const length = this.#length;
    // Most bodies come in one piece, and this is it.
    const least = used === 0 ? length : Math.max(length, 2 * used, FIRST_ROOM_BYTES);
    const wanted = length <= this.#expectedBytes ? Math.min(this.#expectedBytes, TRUST * length) : least;
    return Math.min(wanted, this.#capBytes);
  }
}
