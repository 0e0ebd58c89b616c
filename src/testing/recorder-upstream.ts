// A backend that believes what it is sent: it takes every header at its word, frames bodies as the simplest of servers
// would, and reads whatever is left over as the next request. A request that was smuggled past the proxy shows here.
import type { Socket } from 'node:net';
import type { TestContext } from 'node:test';
import { startRawBackend } from './servers.ts';

export interface RecordedRequest {
  /** `GET /things HTTP/1.1` */
  readonly line: string;
  /** Names and values as they stood on the wire. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: string;
  /** False while its body has not come to an end; such a request was never carried out. */
  readonly isWhole: boolean;
}

export interface RecorderUpstream {
  readonly origin: URL;
  /** In the order in which their heads arrived, over all connections. */
  readonly requests: readonly RecordedRequest[];
  /** Resolves when a whole request with this line has arrived. */
  arrived(line: string): Promise<void>;
}

/** Bytes as latin1, and what becomes of the connection after them, unless it stays open. */
export type Answer = string | { readonly bytes: string; readonly after: 'end' | 'reset' };

export type Respond = (request: RecordedRequest) => Answer;

const NOTHING = 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n';

export async function startRecorderUpstream(
  t: TestContext,
  respond: Respond = () => NOTHING,
): Promise<RecorderUpstream> {
  const requests: Recording[] = [];
  const waiting: { readonly line: string; readonly resolve: () => void }[] = [];
  const onWhole = (request: Recording, socket: Socket): void => {
    say(socket, respond(request));
    for (const { line, resolve } of waiting) if (line === request.line) resolve();
  };
  const { origin } = await startRawBackend(t, (socket) => record(socket, requests, onWhole));
  const arrived = (line: string): Promise<void> =>
    new Promise((resolve) => {
      if (requests.some((request) => request.isWhole && request.line === line)) resolve();
      else waiting.push({ line, resolve });
    });
  return { origin, requests, arrived };
}

/** The values of a header, by name in any case. */
export function valuesOf({ headers }: RecordedRequest, name: string): readonly string[] {
  return headers.filter(([own]) => own.toLowerCase() === name).map(([, value]) => value);
}

/** What is wrong with a recorded request: everything that two servers could read in two ways. */
export function ambiguitiesOf(request: RecordedRequest): readonly string[] {
  const [lengths, codings] = [valuesOf(request, 'content-length'), valuesOf(request, 'transfer-encoding')];
  const found = [
    lengths.length + codings.length > 1 ? `framing twice: ${[...lengths, ...codings]}` : '',
    lengths.every((value) => /^(?:0|[1-9]\d*)$/.test(value)) ? '' : `a length of ${lengths}`,
    codings.every((value) => value === 'chunked') ? '' : `a coding of ${codings}`,
    valuesOf(request, 'host').length === 1 ? '' : 'not one host',
    /^[A-Z]+ [\x21-\x7e]+ HTTP\/1\.1$/.test(request.line) ? '' : `the line ${request.line}`,
    ...request.headers.map(([name, value]) =>
      /^[\w!#$%&'*+.^`|~-]+$/.test(name) && /^[\t\x20-\x7e\x80-\xff]*$/.test(value)
        ? ''
        : `the header ${name}: ${value}`,
    ),
  ];
  return found.filter((text) => text !== '');
}

function say(socket: Socket, answer: Answer): void {
  if (typeof answer === 'string') socket.write(answer, 'latin1');
  else if (answer.after === 'end') socket.end(answer.bytes, 'latin1');
  else socket.write(answer.bytes, 'latin1', () => socket.resetAndDestroy());
}

interface Recording extends RecordedRequest {
  body: string;
  isWhole: boolean;
}

/** How much of the rest belongs to a body, and whether it ends there. */
interface Taken {
  readonly length: number;
  readonly text: string;
  readonly isWhole: boolean;
}

function record(socket: Socket, requests: Recording[], onWhole: (request: Recording, socket: Socket) => void): void {
  let rest = '';
  let open: Recording | undefined;
  socket.on('data', (chunk: Buffer) => {
    rest += chunk.toString('latin1');
    for (;;) {
      open ??= takeHead();
      if (!open) return;
      const taken = takeBody(open, rest);
      rest = rest.slice(taken.length);
      open.body += taken.text;
      if (!taken.isWhole) return;
      open.isWhole = true;
      onWhole(open, socket);
      open = undefined;
    }
  });

  function takeHead(): Recording | undefined {
    const end = /\r?\n\r?\n/.exec(rest);
    if (!end) return undefined;
    const [line = '', ...lines] = rest.slice(0, end.index).split(/\r?\n/);
    rest = rest.slice(end.index + end[0].length);
    const request: Recording = { line, headers: lines.map(splitHeader), body: '', isWhole: false };
    requests.push(request);
    return request;
  }
}

function splitHeader(line: string): readonly [string, string] {
  const colon = line.indexOf(':');
  return colon === -1 ? [line, ''] : [line.slice(0, colon), line.slice(colon + 1).replace(/^[ \t]+|[ \t]+$/g, '')];
}

function takeBody(request: Recording, rest: string): Taken {
  if (valuesOf(request, 'transfer-encoding').some((value) => /chunked/i.test(value))) return takeChunks(rest);
  const missing = Number.parseInt(valuesOf(request, 'content-length')[0] ?? '0', 10) - request.body.length;
  const text = rest.slice(0, Math.max(0, missing));
  return { length: text.length, text, isWhole: text.length >= missing };
}

function takeChunks(rest: string): Taken {
  let [length, text] = [0, ''];
  for (;;) {
    const head = /^([\da-f]+)[^\n]*\n/i.exec(rest.slice(length));
    const size = Number.parseInt(head?.[1] ?? '0', 16);
    const end = length + (head?.[0].length ?? 0) + size + 2;
    if (!head || rest.length < end) return { length, text, isWhole: false };
    text += rest.slice(end - size - 2, end - 2);
    length = end;
    if (size === 0) return { length, text, isWhole: true };
  }
}
