// One kept HTTP/1.1 connection with at most one request on it, as lean as a load generator must be.
import { connect, type Socket } from 'node:net';

export interface Connection {
  /** `done` is told the status when the response has come whole. */
  send(bytes: string, done: (status: number) => void): void;
  close(): void;
}

const HEAD_END = Buffer.from('\r\n\r\n');

export function openConnection(port: number, onBroken: (why: string) => void): Promise<Connection> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  const responses = new ResponseReader();
  socket.on('data', (chunk: Buffer) => responses.take(chunk));
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
      socket.write(bytes, 'latin1');
    },
    close: () => {
      socket.removeAllListeners('close');
      socket.destroy();
    },
  };
}

/** Finds the end of a response by its `Content-Length`. */
class ResponseReader {
  #head: Buffer = Buffer.alloc(0);
  #status = 0;
  /** Body bytes that are still to come; undefined before the head is whole. */
  #missing: number | undefined;
  #done: (status: number) => void = () => {};

  expect(done: (status: number) => void): void {
    this.#done = done;
  }

  take(chunk: Buffer): void {
    if (this.#missing === undefined) this.#takeHead(chunk);
    else this.#missing -= chunk.length;
    if (this.#missing === undefined || this.#missing > 0) return;
    this.#missing = undefined;
    this.#done(this.#status);
  }

  #takeHead(chunk: Buffer): void {
    const bytes = this.#head.length === 0 ? chunk : Buffer.concat([this.#head, chunk]);
    const end = bytes.indexOf(HEAD_END);
    this.#head = end === -1 ? bytes : Buffer.alloc(0);
    if (end === -1) return;
    const head = bytes.toString('latin1', 0, end);
    const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
    if (length === undefined) throw new Error(`a response without Content-Length: ${head}`);
    this.#status = Number(head.slice(9, 12));
    this.#missing = Number(length) - (bytes.length - end - HEAD_END.length);
  }
}
