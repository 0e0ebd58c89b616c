// Turns the bytes of a connection into one response. Pure: it knows no sockets, and bytes may come in any pieces.
import { ChunkedReader } from './chunked.ts';
import { HEAD_END, HeldHead, MAX_HEAD_BYTES } from './held-head.ts';
import { parseReplyHead, parseTrailers, type ReplyHead } from './reply-head.ts';

export interface ReplySink {
  /** The head of the final response; interim ones are passed over. */
  onHead(head: ReplyHead): void;
  /** A piece of the body: `bytes` from `start` to `end`, valid only during the call. */
  onData(bytes: Buffer, start: number, end: number): void;
  onEnd(trailers: readonly string[]): void;
}

/** What a backend did that is no HTTP/1.1 response. The codes are part of reports. */
export interface Malformed {
  readonly code: 'PG_MALFORMED_RESPONSE' | 'PG_HEADERS_TOO_LARGE' | 'PG_TOO_MANY_INTERIM_RESPONSES';
  readonly why: string;
}

type Stage = 'head' | 'length' | 'chunked' | 'until-close' | 'done';

/** An endless run of them would keep a connection busy for ever. */
const MAX_INTERIM = 16;

const NONE: readonly string[] = [];
const NO_BODY_STATUS: ReadonlySet<number> = new Set([204, 304]);

export class ReplyReader {
  readonly #sink: ReplySink;
  readonly #isHead: boolean;
  #stage: Stage = 'head';
  #held: HeldHead | undefined;
  #interim = 0;
  #left = 0;
  #chunks: ChunkedReader | undefined;
  #isPersistent = false;
  #keepAliveMs: number | undefined;
  #trailerText = '';
  #trailers: readonly string[] = NONE;
  #isSuperfluous = false;

  constructor(sink: ReplySink, method: string) {
    this.#sink = sink;
    this.#isHead = method === 'HEAD';
  }

  get isDone(): boolean {
    return this.#stage === 'done';
  }

  /** True when not a byte has come. */
  get isUntouched(): boolean {
    return this.#stage === 'head' && this.#held === undefined && this.#interim === 0;
  }

  /** True when the head is still to come. */
  get isWaiting(): boolean {
    return this.#stage === 'head';
  }

  /** Whether the connection may carry another request; once done. */
  get isReusable(): boolean {
    return this.#isPersistent && !this.#isSuperfluous;
  }

  get keepAliveMs(): number | undefined {
    return this.#keepAliveMs;
  }

  /** Reads the first `length` bytes, which are valid only during the call. */
  push(bytes: Buffer, length: number): Malformed | undefined {
    let at = 0;
    while (at < length && this.#stage !== 'done') {
      const next = this.#stage === 'head' ? this.#readHead(bytes, at, length) : this.#readBody(bytes, at, length);
      if (typeof next === 'object') return next;
      at = next;
    }
    // Bytes behind the end belong to no request; what follows on this connection could not be trusted.
    if (at < length) this.#isSuperfluous = true;
    return undefined;
  }

  /**
   * The backend ended its side. True when that was the end of the response. Node does not tell whether TLS ended with its
   * closure alert (RFC 9112, section 9.8): a body without a length that is cut off there passes for whole.
   */
  end(): boolean {
    if (this.#stage === 'until-close') this.#finish();
    return this.#stage === 'done';
  }

  #readHead(bytes: Buffer, from: number, to: number): number | Malformed {
    if (this.#held !== undefined) return this.#readHeldHead(this.#held, bytes.subarray(from, to), from);
    const end = bytes.indexOf(HEAD_END, from, 'latin1');
    // The buffer is longer than what was read into it.
    if (end === -1 || end + HEAD_END.length > to)
      return this.#readHeldHead(new HeldHead(), bytes.subarray(from, to), from);
    if (end - from > MAX_HEAD_BYTES) return tooLarge();
    return this.#onHeadText(bytes.toString('latin1', from, end)) ?? end + HEAD_END.length;
  }

  /** A head that comes in pieces; `piece` begins at `from` of what was read. */
  #readHeldHead(held: HeldHead, piece: Buffer, from: number): number | Malformed {
    const head = held.add(piece);
    this.#held = head.kind === 'part' ? held : undefined;
    if (head.kind === 'part') return from + piece.length;
    if (head.kind === 'too-large') return tooLarge();
    if (head.kind === 'no-head') return malformed('not a status line of HTTP/1');
    return this.#onHeadText(head.text) ?? from + head.used;
  }

  #onHeadText(text: string): Malformed | undefined {
    const head = parseReplyHead(text);
    if (typeof head === 'string') return malformed(head);
    if (head.status < 200) return this.#onInterim(head);
    this.#isPersistent = head.isPersistent;
    this.#keepAliveMs = head.keepAliveMs;
    this.#stage = this.#stageAfter(head);
    this.#sink.onHead(head);
    if (this.#stage === 'done') this.#sink.onEnd(NONE);
    return undefined;
  }

  #onInterim({ status, isPersistent }: ReplyHead): Malformed | undefined {
    // No upgrade was asked for (RFC 9110, section 15.2.2).
    if (status === 101) return malformed('101 without an upgrade');
    // To others this would be the last response on the connection (RFC 9112, section 9.6), or came from HTTP/1.0.
    if (!isPersistent) return malformed('an interim response that ends the connection');
    this.#interim += 1;
    return this.#interim > MAX_INTERIM
      ? { code: 'PG_TOO_MANY_INTERIM_RESPONSES', why: `${this.#interim} interim responses` }
      : undefined;
  }

  /** RFC 9112, section 6.3. */
  #stageAfter(head: ReplyHead): Stage {
    if (this.#isHead || head.contentLength === 0) return 'done';
    if (NO_BODY_STATUS.has(head.status)) return this.#stageWithoutBody(head);
    if (head.isChunked) {
      this.#chunks = new ChunkedReader({
        onPiece: (bytes, start, end) => this.#sink.onData(bytes, start, end),
        onTrailers: (text) => {
          this.#trailerText = text;
        },
      });
      return 'chunked';
    }
    if (head.contentLength === undefined) {
      this.#isPersistent = false;
      return 'until-close';
    }
    this.#left = head.contentLength;
    return 'length';
  }

  #stageWithoutBody({ isChunked, contentLength }: ReplyHead): Stage {
    // A backend that announces a body here may well send one, and the next request would take it for its answer.
    if (isChunked || contentLength !== undefined) this.#isPersistent = false;
    return 'done';
  }

  #readBody(bytes: Buffer, from: number, to: number): number | Malformed {
    if (this.#chunks) return this.#readChunks(this.#chunks, bytes, from, to);
    const end = this.#stage === 'length' ? Math.min(to, from + this.#left) : to;
    this.#sink.onData(bytes, from, end);
    if (this.#stage === 'length') {
      this.#left -= end - from;
      if (this.#left === 0) this.#finish();
    }
    return end;
  }

  #readChunks(chunks: ChunkedReader, bytes: Buffer, from: number, to: number): number | Malformed {
    const next = chunks.read(bytes, from, to);
    if (typeof next === 'string') return malformed(next);
    if (!chunks.isDone) return next;
    const trailers = parseTrailers(this.#trailerText);
    if (typeof trailers === 'string') return malformed(trailers);
    this.#trailers = trailers;
    this.#finish();
    return next;
  }

  #finish(): void {
    this.#stage = 'done';
    this.#sink.onEnd(this.#trailers);
  }
}

function malformed(why: string): Malformed {
  return { code: 'PG_MALFORMED_RESPONSE', why };
}

function tooLarge(): Malformed {
  return { code: 'PG_HEADERS_TOO_LARGE', why: `more than ${MAX_HEAD_BYTES} bytes of headers` };
}
