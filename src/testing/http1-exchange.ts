// Both ends of a client under test: a handler that keeps what it is told, and a backend whose every byte is chosen.
import { connect, type OnReadOpts, type Socket } from 'node:net';
import type { TestContext } from 'node:test';
import { startRawBackend } from './servers.ts';

interface RecordedFailure {
  readonly code: string;
  readonly wasSent: boolean;
  readonly isStale: boolean;
}

/** Keeps what it is told of one exchange. */
export class Recorder {
  /** In order, runs of data as one. */
  readonly calls: string[] = [];
  readonly #chunks: Buffer[] = [];
  failure: RecordedFailure | undefined;
  readonly #settled = Promise.withResolvers<void>();
  readonly #head = Promise.withResolvers<void>();
  readonly #data = Promise.withResolvers<void>();
  dataBytes = 0;

  onHead({ status }: { readonly status: number }): void {
    this.calls.push(`head ${status}`);
    this.#head.resolve();
  }

  onData(bytes: Buffer, start: number, end: number): void {
    if (this.calls.at(-1) !== 'data') this.calls.push('data');
    this.dataBytes += end - start;
    this.#chunks.push(Buffer.from(bytes.subarray(start, end)));
    this.#data.resolve();
  }

  onReadDone(): void {}

  onEnd(): void {
    this.calls.push('end');
    this.#settled.resolve();
  }

  onFailure(failure: RecordedFailure): void {
    this.calls.push(`failure ${failure.code}`);
    this.failure = failure;
    this.#settled.resolve();
  }

  get body(): string {
    return Buffer.concat(this.#chunks).toString('latin1');
  }

  /** The head of the response is there. */
  get headed(): Promise<void> {
    return this.#head.promise;
  }

  /** So is some of its body. */
  get begun(): Promise<void> {
    return this.#data.promise;
  }

  /** The response is over, or has failed, and all that this has brought about in this turn has happened. */
  get settled(): Promise<void> {
    return this.#settled.promise.then(nextTurn);
  }
}

export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Waits for what comes by itself; a condition that never holds is what the limit of the test is for. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 1));
}

/** Until a hundred turns in a row have moved nothing. */
export async function untilStill(value: () => number): Promise<void> {
  let seen = Number.NaN;
  for (let still = 0; still < 100; still++) {
    await nextTurn();
    if (value() !== seen) still = 0;
    seen = value();
  }
}

/** A connection as its backend sees it. */
export interface Visit {
  readonly socket: Socket;
  /** From 0, in the order of arrival. */
  readonly connection: number;
  /** All that came so far, as latin1. */
  heard: string;
  /** The other side has closed, or reset, the connection. */
  readonly gone: Promise<void>;
}

export interface Script {
  readonly origin: URL;
  readonly visits: readonly Visit[];
  /** The nth connection, from 0, once it is there. */
  visit(connection: number): Promise<Visit>;
}

/** Calls back whenever the head of a request is there, with its request line; and, if asked to, whenever bytes come. */
export async function startScript(
  t: TestContext,
  onRequest: (visit: Visit, line: string) => void,
  onBytes: (visit: Visit) => void = () => {},
): Promise<Script> {
  const visits: Visit[] = [];
  const { origin } = await startRawBackend(t, (socket) => {
    const gone = new Promise<void>((resolve) => socket.once('close', () => resolve()));
    const visit: Visit = { socket, connection: visits.length, heard: '', gone };
    visits.push(visit);
    let answered = 0;
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => {
      visit.heard += chunk.toString('latin1');
      for (let end = visit.heard.indexOf(END, answered); end !== -1; end = visit.heard.indexOf(END, answered)) {
        const line = visit.heard.slice(answered, visit.heard.indexOf('\r\n', answered));
        answered = end + END.length;
        onRequest(visit, line);
      }
      onBytes(visit);
    });
  });
  const visit = async (connection: number): Promise<Visit> => {
    for (;;) {
      const found = visits[connection];
      if (found) return found;
      await nextTurn();
    }
  };
  return { origin, visits, visit };
}

const END = '\r\n\r\n';

/** How a client under test opens its connections to it. */
export function dialTo({ port }: URL): { readonly ready: 'connect'; readonly open: (onread: OnReadOpts) => Socket } {
  return { ready: 'connect', open: (onread) => connect({ host: '127.0.0.1', port: Number(port), onread }) };
}

export function requestFor(target: string): { method: string; target: string; headers: string[]; body: undefined } {
  return { method: 'GET', target, headers: ['host', 'h'], body: undefined };
}

export const OK = 'HTTP/1.1 200 OK\r\n';
export const HELLO = `${OK}Content-Length: 5\r\n\r\nhello`;
