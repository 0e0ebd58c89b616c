// A body that comes in pieces, and is wanted whole unless it is too long.

const NOTHING = Buffer.alloc(0);
const FIRST_ROOM_BYTES = 4_096;

/**
 * Most bodies come in one piece, which is taken as it is. Further ones are copied together: a sender of single bytes would
 * make us keep a hundred times what it sends, each byte an object of its own.
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

  /** How long it is said to be: room for all of it is made at once, when there is more than one piece. */
  expect(bytes: number): void {
    this.#expectedBytes = bytes;
  }

  add(piece: Buffer): void {
    const had = this.#length;
    this.#length += piece.length;
    if (this.#length > this.#capBytes) this.#bytes = undefined;
    else if (had === 0) this.#bytes = piece;
    else if (this.#bytes) piece.copy(this.#withRoom(this.#bytes, had), had);
  }

  /** All of it; undefined when it is more than the cap. */
  whole(): Buffer | undefined {
    const bytes = this.#bytes;
    // A typed array is one of the dearest things to make.
    return bytes?.length === this.#length ? bytes : bytes?.subarray(0, this.#length);
  }

  #withRoom(bytes: Buffer, used: number): Buffer {
    if (this.#length <= bytes.length) return bytes;
    const isExpected = this.#length <= this.#expectedBytes;
    const wanted = isExpected ? this.#expectedBytes : Math.max(this.#length, 2 * used, FIRST_ROOM_BYTES);
    const roomy = Buffer.allocUnsafeSlow(Math.min(wanted, this.#capBytes));
    bytes.copy(roomy, 0, 0, used);
    this.#bytes = roomy;
    return roomy;
  }
}
