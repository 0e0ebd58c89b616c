// A backend that reads strictly, with the parser of Node, notes every request as it stood on the wire, and answers with
// bytes that are chosen for it.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { TestContext } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import type { FuzzReply } from './fuzz-replies.ts';

export interface SeenRequest {
  readonly method: string;
  readonly target: string;
  /** `[name, value, name, value, ...]`, as on the wire. */
  readonly headers: readonly string[];
  /** As latin1. */
  readonly body: string;
  /** False when its body never came to an end: such a request was not carried out. */
  readonly isWhole: boolean;
}

/** What the backends on one way have seen of a case. */
export interface Journal {
  seen: readonly SeenRequest[];
  /** What came that is no HTTP. */
  malformed: readonly string[];
}

export interface FuzzBackend {
  readonly port: number;
  readonly origin: URL;
  /** Over all of its connections. */
  bytesRead(): number;
  /** Whole requests that are not answered yet. */
  owed(): number;
}

export interface BackendOptions {
  readonly journal: Journal;
  readonly reply: (method: string, target: string) => FuzzReply;
}

interface Seeing extends SeenRequest {
  body: string;
  isWhole: boolean;
}

interface Owed {
  readonly seen: Seeing;
  readonly bytes: string;
  readonly isLast: boolean;
}

const MAX_HEADER_BYTES = 16_384;
const KEEP_ALIVE_MS = 60_000;
const UNSOUND: Readonly<Record<string, number>> = { HPE_HEADER_OVERFLOW: 431, HPE_CHUNK_EXTENSIONS_OVERFLOW: 413 };
/** How a connection ends that is cut off. */
const CUT_OFF: ReadonlySet<string> = new Set(['ECONNRESET', 'EPIPE', 'HPE_INVALID_EOF_STATE']);

export async function startFuzzBackend(t: TestContext, { journal, reply }: BackendOptions): Promise<FuzzBackend> {
  const sockets = new Set<Socket>();
  const lines = new WeakMap<Socket, Line>();
  let gone = 0;
  let owed = 0;
  const lineOf = (socket: Socket): Line => {
    const line = lines.get(socket) ?? new Line(socket, () => (owed -= 1));
    lines.set(socket, line);
    return line;
  };
  const take = (request: IncomingMessage, response: ServerResponse, refused?: string): void => {
    const line = lineOf(request.socket);
    if (line.isOver) return;
    if (request.httpVersion === '1.1' && request.headers.host === undefined) {
      journal.malformed = [...journal.malformed, 'a request without a host'];
      return line.refuse(400);
    }
    const bytes = refused ?? '';
    const { method = '', url: target = '', rawHeaders: headers } = request;
    const seen: Seeing = { method, target, headers, body: '', isWhole: false };
    const answer = refused === undefined ? reply(method, target) : { bytes, isLast: false };
    if (refused === undefined) journal.seen = [...journal.seen, seen];
    const seq = String(journal.seen.length - 1);
    line.expect({
      seen,
      bytes: answer.bytes.replace('{seq}', seq),
      isLast: answer.isLast || !response.shouldKeepAlive,
    });
    request.setEncoding('latin1');
    request.on('data', (text: string) => {
      seen.body += text;
    });
    request.on('error', () => {});
    request.on('end', () => {
      seen.isWhole = true;
      owed += 1;
      line.answer();
    });
  };
  const server = createServer({
    maxHeaderSize: MAX_HEADER_BYTES,
    insecureHTTPParser: false,
    // It would answer past the line of answers that are due.
    requireHostHeader: false,
    keepAliveTimeout: KEEP_ALIVE_MS,
  });
  server.maxHeadersCount = 0;
  server.on('request', (request, response) => take(request, response));
  server.on('checkExpectation', (request, response) =>
    take(request, response, 'HTTP/1.1 417 Expectation Failed\r\nContent-Length: 0\r\n\r\n'),
  );
  // Node's type says Duplex here and below; for a plain server it is the socket that was connected.
  server.on('connect', (_request, socket) => lineOf(socket as Socket).refuse(405));
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.setNoDelay(true);
    socket.once('close', () => {
      sockets.delete(socket);
      gone += socket.bytesRead;
    });
  });
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    const code = error.code ?? '';
    if (!CUT_OFF.has(code)) journal.malformed = [...journal.malformed, code];
    lineOf(socket as Socket).refuse(UNSOUND[code] ?? 400);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo; // a listening TCP server has an address of this kind
  return {
    port,
    origin: new URL(`http://127.0.0.1:${port}`),
    bytesRead: () => [...sockets].reduce((sum, { bytesRead }) => sum + bytesRead, gone),
    owed: () => owed,
  };
}

/** The answers that are due on one connection, in order. */
class Line {
  /** Nothing that comes behind is a request (RFC 9112, section 9.6). */
  isOver = false;
  readonly #socket: Socket;
  readonly #onAnswered: () => void;
  readonly #due: Owed[] = [];
  #isAnswering = false;

  constructor(socket: Socket, onAnswered: () => void) {
    this.#socket = socket;
    this.#onAnswered = onAnswered;
    socket.on('error', () => {});
  }

  expect(owed: Owed): void {
    this.#due.push(owed);
    if (owed.isLast) this.isOver = true;
  }

  answer(): void {
    if (this.#isAnswering) return;
    this.#isAnswering = true;
    void this.#answerAll();
  }

  async #answerAll(): Promise<void> {
    for (let [next] = this.#due; next?.seen.isWhole; [next] = this.#due) {
      const half = next.bytes.length >> 1;
      this.#socket.write(next.bytes.slice(0, half), 'latin1');
      if (next.bytes.length % 4 === 0) await turn();
      this.#socket.write(next.bytes.slice(half), 'latin1');
      this.#due.shift();
      this.#onAnswered();
      if (next.isLast) this.#socket.end();
    }
    this.#isAnswering = false;
  }

  /** Behind the answers to what is whole: Node tells of an error before the requests that came with it. */
  refuse(status: number): void {
    this.isOver = true;
    void (async () => {
      for (let left = 3; left > 0 || this.#due[0]?.seen.isWhole; left -= 1) await turn();
      if (this.#socket.writable) this.#socket.end(`HTTP/1.1 ${status} Refused\r\nConnection: close\r\n\r\n`);
      else this.#socket.destroy();
    })();
  }
}
