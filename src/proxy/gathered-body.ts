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
  /** The first `#length` bytes are the body. Undefined once it is too long. */
  #bytes: Uint8Array | undefined;
  /** `#bytes` is somebody else's: what follows is no room. */
  #isShared = true;
  #length = 0;
  #expectedBytes = 0;

  /** `like`: a body that never changes. While what comes is what it begins with, it stands for it, and nothing is copied. */
  constructor(capBytes: number, like: Uint8Array = NOTHING) {
    this.#capBytes = capBytes;
    this.#bytes = like;
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

  /** Takes `bytes` from `start` to `end`, which are somebody else's; false when it is too long, and nothing is kept. */
  addCopy(bytes: Buffer, start: number, end: number): boolean {
    const had = this.#length;
    this.#length += end - start;
    if (this.#length > this.#capBytes) this.#bytes = undefined;
    if (!this.#bytes) return false;
    if (
      this.#isShared &&
      this.#length <= this.#bytes.length &&
      !bytes.compare(this.#bytes, had, this.#length, start, end)
    )
      return true;
    bytes.copy(this.#withRoom(this.#bytes, had), had, start, end);
    return true;
  }

  /** What came last, `count` bytes of it, as they are kept. */
  last(count: number): Uint8Array | undefined {
    const bytes = this.#bytes;
    return bytes?.length === count ? bytes : bytes?.subarray(this.#length - count, this.#length);
  }

  /** All of it; undefined when it is more than the cap. */
  whole(): Uint8Array | undefined {
    const bytes = this.#bytes;
    // A typed array is one of the dearest things to make.
    return bytes?.length === this.#length ? bytes : bytes?.subarray(0, this.#length);
  }

  #withRoom(bytes: Uint8Array, used: number): Uint8Array {
    if (this.#length <= bytes.length && !this.#isShared) return bytes;
    const roomy = Buffer.allocUnsafe(this.#wantedBytes(used));
    if (used > 0) roomy.set(bytes.subarray(0, used));
    this.#bytes = roomy;
    this.#isShared = false;
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
