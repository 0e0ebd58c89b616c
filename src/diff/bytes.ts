/** What nobody can read into: compared by its bytes, and shown as how many there are and a mark that two of the same share. */
export class Bytes {
  readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  /** Of the text of a script or the like, of which nothing may be kept. */
  static ofText(text: string): Bytes {
    return new Bytes(Buffer.from(text));
  }

  isSame(other: Bytes): boolean {
    return Buffer.compare(this.bytes, other.bytes) === 0;
  }

  /** Each byte as one character, for a hash of texts. */
  get asText(): string {
    return Buffer.from(this.bytes.buffer, this.bytes.byteOffset, this.bytes.byteLength).toString('latin1');
  }
}
