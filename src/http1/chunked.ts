// The chunked transfer coding of a response (RFC 9112, section 7.1), read strictly.

export interface ChunkSink {
  /** What one read brought of the body: `bytes` from `start` to `end`, valid only during the call. */
  onPiece(bytes: Buffer, start: number, end: number): void;
  /** The fields after the last chunk as text, without the empty line; mostly ''. */
  onTrailers(text: string): void;
}

type State = 'size' | 'extensions' | 'size-lf' | 'data' | 'data-cr' | 'data-lf' | 'trailers' | 'done';

const CR = 13;
const LF = 10;
const SEMICOLON = 59;

/** 2^52: beyond it the sum of a number could be inexact. */
const MAX_SIZE_DIGITS = 13;
/** For each chunk. */
const MAX_EXTENSION_BYTES = 4_096;
const MAX_TRAILER_BYTES = 16_384;

/** Ignored, but what does not look like this could be read as another size (RFC 9112, section 7.1.1). */
const EXTENSIONS =
  /^(?:;[!#$%&'*+\-.^_`|~0-9A-Za-z]+(?:=(?:[!#$%&'*+\-.^_`|~0-9A-Za-z]+|"(?:[\t\x20\x21\x23-\x5b\x5d-\x7e\x80-\xff]|\\[\t\x20-\x7e\x80-\xff])*"))?)*$/;

export class ChunkedReader {
  readonly #sink: ChunkSink;
  #state: State = 'size';
  #size = 0;
  #digits = 0;
  #extensions = '';
  #trailers = '';
  #trailerLineBytes = 0;
  #isAfterCr = false;
  /** Where the body of this read stands in its bytes. */
  #start = 0;
  #end = 0;

  constructor(sink: ChunkSink) {
    this.#sink = sink;
  }

  get isDone(): boolean {
    return this.#state === 'done';
  }

  /** Reads on; returns where it stopped, or what is wrong. What was read is then no longer what it was. */
  read(bytes: Buffer, from: number, to: number): number | string {
    let at = from;
    this.#start = from;
    this.#end = from;
    while (at < to && this.#state !== 'done') {
      const next = this.#readNext(bytes, at, to);
      if (typeof next === 'string') return next;
      at = next;
    }
    if (this.#end > this.#start) this.#sink.onPiece(bytes, this.#start, this.#end);
    return at;
  }

  #readNext(bytes: Buffer, at: number, to: number): number | string {
    if (this.#state === 'data') return this.#readData(bytes, at, to);
    if (this.#state === 'extensions') return this.#readExtensions(bytes, at, to);
    return this.#step(bytes[at] ?? 0) ?? at + 1;
  }

  /**
   * Chunks are moved together over what stood between them, so that a read makes one piece: a backend that sends a byte
   * a chunk would else cost a hundred bytes of memory for each.
   */
  #readData(bytes: Buffer, from: number, to: number): number {
    const end = Math.min(to, from + this.#size);
    if (this.#end === this.#start) {
      this.#start = from;
      this.#end = end;
    } else {
      bytes.copyWithin(this.#end, from, end);
      this.#end += end - from;
    }
    this.#size -= end - from;
    if (this.#size === 0) this.#state = 'data-cr';
    return end;
  }

  #readExtensions(bytes: Buffer, from: number, to: number): number | string {
    const end = bytes.indexOf(CR, from);
    // The buffer is longer than what was read into it.
    const isWhole = end !== -1 && end < to;
    const piece = bytes.toString('latin1', from, isWhole ? end : to);
    this.#extensions += piece;
    if (piece.includes('\n')) return 'a chunk size without its line end';
    if (this.#extensions.length > MAX_EXTENSION_BYTES) return 'chunk extensions without end';
    if (!isWhole) return to;
    this.#state = 'size-lf';
    return EXTENSIONS.test(this.#extensions) ? end + 1 : 'a malformed chunk extension';
  }

  #step(byte: number): string | undefined {
    switch (this.#state) {
      case 'size':
        return this.#onSizeByte(byte);
      case 'size-lf':
        return byte === LF ? this.#onSize() : 'a chunk size without its line end';
      case 'data-cr':
        return this.#expect(byte, CR, 'data-lf');
      case 'data-lf':
        return this.#expect(byte, LF, 'size');
      default:
        return this.#onTrailerByte(byte);
    }
  }

  #onSizeByte(byte: number): string | undefined {
    const digit = hexDigit(byte);
    if (digit === undefined) return this.#onSizeEnd(byte);
    this.#digits += 1;
    this.#size = this.#size * 16 + digit;
    return this.#digits > MAX_SIZE_DIGITS ? 'a chunk size without end' : undefined;
  }

  #onSizeEnd(byte: number): string | undefined {
    if (this.#digits === 0) return 'a chunk without a size';
    if (byte === CR) this.#state = 'size-lf';
    else if (byte === SEMICOLON) this.#beginExtensions();
    else return 'a malformed chunk size';
    return undefined;
  }

  #beginExtensions(): void {
    this.#state = 'extensions';
    this.#extensions = ';';
  }

  #onSize(): undefined {
    this.#state = this.#size === 0 ? 'trailers' : 'data';
    this.#digits = 0;
  }

  #expect(byte: number, expected: number, next: State): string | undefined {
    this.#state = next;
    return byte === expected ? undefined : 'a chunk longer than its size';
  }

  #onTrailerByte(byte: number): string | undefined {
    // Told at once, since the empty line that is waited for may never come.
    if ((byte === LF) !== this.#isAfterCr) return 'a trailer without its line end';
    this.#isAfterCr = byte === CR;
    this.#trailers += String.fromCharCode(byte);
    if (this.#trailers.length > MAX_TRAILER_BYTES) return 'trailers without end';
    if (byte === LF) this.#onTrailerLine();
    else if (byte !== CR) this.#trailerLineBytes += 1;
    return undefined;
  }

  #onTrailerLine(): void {
    if (this.#trailerLineBytes > 0) {
      this.#trailerLineBytes = 0;
      return;
    }
    this.#state = 'done';
    this.#sink.onTrailers(this.#trailers.slice(0, Math.max(0, this.#trailers.length - 4)));
  }
}

function hexDigit(byte: number): number | undefined {
  if (byte >= 48 && byte <= 57) return byte - 48;
  const lower = byte | 32;
  return lower >= 97 && lower <= 102 ? lower - 87 : undefined;
}
