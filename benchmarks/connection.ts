// One kept HTTP/1.1 connection with at most one request on it, as lean as a load generator must be: the garbage that it
// makes would be collected in the very moments that it measures.
import { connect, type Socket } from 'node:net';

export interface Connection {
  /** `done` is told the status when the response has come whole. */
  send(bytes: Uint8Array, done: (status: number) => void): void;
  close(): void;
}

const HEAD_END = Buffer.from('\r\n\r\n');

/** For all connections: what is read is looked at before the next read. */
const READ = Buffer.alloc(256 * 1024);

export function openConnection(port: number, onBroken: (why: string) => void): Promise<Connection> {
  const responses = new ResponseReader();
  const callback = (length: number): boolean => {
    responses.take(length);
    return true;
  };
  const socket = connect({ port, host: '127.0.0.1', noDelay: true, onread: { buffer: READ, callback } });
  return new Promise((resolve) => {
    socket.once('connect', () => resolve(connectionOf(socket, responses)));
    socket.once('error', (error) => onBroken(error.message));
    socket.once('close', () => onBroken('a connection was closed'));
  });
}

function connectionOf(socket: Socket, responses: ResponseReader): Connection {
  return {
    send: (bytes, done) => {
      responses.expect(done);
      socket.write(bytes);
    },
    close: () => {
      socket.removeAllListeners('close');
      socket.destroy();
    },
  };
}

/** Finds the end of a response by its `Content-Length`. */
class ResponseReader {
  /** What came before of a head that came in pieces. */
  #head: Buffer | undefined;
  #status = 0;
  /** Body bytes that are still to come; undefined before the head is whole. */
  #missing: number | undefined;
  #done: (status: number) => void = () => {};

  expect(done: (status: number) => void): void {
    this.#done = done;
  }

  /** So many bytes of READ. */
  take(length: number): void {
    if (this.#missing === undefined) this.#takeHead(length);
    else this.#missing -= length;
    if (this.#missing === undefined || this.#missing > 0) return;
    this.#missing = undefined;
    this.#done(this.#status);
  }

  #takeHead(length: number): void {
    const bytes = this.#head ? Buffer.concat([this.#head, READ.subarray(0, length)]) : READ;
    const total = (this.#head?.length ?? 0) + length;
    const end = bytes.indexOf(HEAD_END) + HEAD_END.length;
    // Behind what was just read lies what was read before it.
    const isWhole = end >= HEAD_END.length && end <= total;
    this.#head = isWhole ? undefined : Buffer.from(bytes.subarray(0, total));
    if (!isWhole) return;
    this.#status = numberAt(bytes, STATUS_AT);
    this.#missing = contentLength(bytes, end) - (total - end);
  }
}

const STATUS_AT = 'HTTP/1.1 '.length;
const LENGTH_NAME = Buffer.from('\ncontent-length:');

function contentLength(head: Buffer, end: number): number {
  for (let at = 0; at < end; at++) if (isNameAt(head, at)) return numberAt(head, at + LENGTH_NAME.length);
  throw new Error(`a response without Content-Length: ${head.toString('latin1', 0, end)}`);
}

function isNameAt(head: Buffer, at: number): boolean {
  for (let index = 0; index < LENGTH_NAME.length; index++)
    if (lower(head[at + index] ?? 0) !== LENGTH_NAME[index]) return false;
  return true;
}

function lower(byte: number): number {
  return byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte;
}

function numberAt(head: Buffer, start: number): number {
  let at = start;
  while (head[at] === 0x20) at += 1;
  let value = 0;
  for (let digit = (head[at] ?? 0) - 0x30; digit >= 0 && digit <= 9; digit = (head[++at] ?? 0) - 0x30)
    value = value * 10 + digit;
  return value;
}
