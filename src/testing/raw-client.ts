import { connect, type Socket } from 'node:net';

export interface RawResponse {
  readonly status: number;
  readonly reason: string;
  /** Names and values as they stood on the wire. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: string;
}

export interface RawConversation {
  /** Final responses, in order. */
  readonly responses: readonly RawResponse[];
  /** Status codes of the interim ones. */
  readonly interim: readonly number[];
  /** Every byte that came back, as latin1. */
  readonly received: string;
}

export interface Speech {
  /** Written at once, as latin1. */
  readonly bytes: string;
  /** Written on the same connection when the first response is over, if the peer keeps it open. */
  readonly followUp?: string;
  /** Half-closes after the bytes: this is all that there is. */
  readonly isAll?: boolean;
}

/** A wait with no end is a failure; no test depends on how long it takes. */
const PATIENCE_MS = 20_000;

/** Says bytes to a port, then the follow-up, and resolves with what came back when the connection has closed. */
export function converse(port: number, speech: Speech): Promise<RawConversation> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  const isHead = speech.bytes.startsWith('HEAD ');
  let received = '';
  let hasFollowed = speech.followUp === undefined;
  socket.on('data', (chunk: Buffer) => {
    received += chunk.toString('latin1');
    const { responses } = readResponses(received, isHead);
    if (hasFollowed || responses.length === 0) return;
    hasFollowed = true;
    if (!isLast(responses[0])) socket.write(speech.followUp ?? '', 'latin1');
  });
  socket.on('end', () => socket.end());
  // A peer that refuses may reset while there is still something to write; what it said before counts.
  socket.on('error', () => {});
  if (speech.isAll) socket.end(speech.bytes, 'latin1');
  else socket.write(speech.bytes, 'latin1');
  return closed(socket).then(() => ({ ...readResponses(received, isHead), received }));
}

function closed(socket: Socket): Promise<void> {
  return new Promise((resolve, reject) => {
    const limit = setTimeout(() => {
      socket.destroy();
      reject(new Error('the connection was neither answered to an end nor closed'));
    }, PATIENCE_MS);
    socket.once('close', () => {
      clearTimeout(limit);
      resolve();
    });
  });
}

function isLast(response: RawResponse | undefined): boolean {
  return response !== undefined && headersOf(response, 'connection').some((value) => /\bclose\b/i.test(value));
}

/** The values of a header, by name in any case. */
export function headersOf({ headers }: RawResponse, name: string): readonly string[] {
  return headers.filter(([own]) => own.toLowerCase() === name).map(([, value]) => value);
}

/** The responses that are whole. A body needs a length or chunks; the first has none if it answers HEAD. */
export function readResponses(received: string, isHead = false): Pick<RawConversation, 'responses' | 'interim'> {
  const responses: RawResponse[] = [];
  const interim: number[] = [];
  for (let rest = received; ; ) {
    const head = /^HTTP\/1\.1 (\d{3}) ?([^\r]*)\r\n((?:[^\r]+\r\n)*)\r\n/.exec(rest);
    if (!head) return { responses, interim };
    const [text, status = '', reason = '', lines = ''] = head;
    const headers = lines.split('\r\n').slice(0, -1).map(splitHeader);
    const found = { status: Number(status), reason, headers };
    const isBare = found.status < 200 || (isHead && responses.length === 0);
    const body = isBare ? { text: '', length: 0 } : takeBody(found, rest.slice(text.length));
    if (!body) return { responses, interim };
    if (found.status < 200) interim.push(found.status);
    else responses.push({ ...found, body: body.text });
    rest = rest.slice(text.length + body.length);
  }
}

function splitHeader(line: string): readonly [string, string] {
  const colon = line.indexOf(': ');
  return [line.slice(0, colon), line.slice(colon + 2)];
}

function takeBody(head: Omit<RawResponse, 'body'>, rest: string): { text: string; length: number } | undefined {
  const response = { ...head, body: '' };
  if (head.status === 204 || head.status === 304) return { text: '', length: 0 };
  if (headersOf(response, 'transfer-encoding').includes('chunked')) return takeChunks(rest);
  const length = Number(headersOf(response, 'content-length')[0] ?? 0);
  return rest.length < length ? undefined : { text: rest.slice(0, length), length };
}

function takeChunks(rest: string): { text: string; length: number } | undefined {
  let [text, length] = ['', 0];
  for (;;) {
    const head = /^([\da-f]+)\r\n/i.exec(rest.slice(length));
    if (!head) return undefined;
    const start = length + head[0].length;
    const size = Number.parseInt(head[1] ?? '', 16);
    if (size === 0) {
      const end = rest.indexOf('\r\n\r\n', start - 2);
      return end === -1 ? undefined : { text, length: end + 4 };
    }
    if (rest.length < start + size + 2) return undefined;
    text += rest.slice(start, start + size);
    length = start + size + 2;
  }
}
