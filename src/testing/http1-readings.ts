// How clients other than ours read a response, and the server that says it to them byte for byte.
import { request as requestByNode } from 'node:http';
import type { Socket } from 'node:net';
import type { TestContext } from 'node:test';
import { Client } from 'undici';
import { startRawBackend } from './servers.ts';

/** What a client made of a response. */
export type Reading =
  | {
      readonly kind: 'reply';
      readonly status: number;
      /** `[name, value, ...]` in wire order; one character for each byte, as in the body. */
      readonly headers: readonly string[];
      readonly body: string;
      readonly trailers: readonly string[];
    }
  | { readonly kind: 'failed'; readonly code: string };

export interface Said {
  readonly method: 'GET' | 'HEAD';
  readonly bytes: Buffer;
  /** Where a new write begins. */
  readonly cuts?: readonly number[];
}

export interface Speaker {
  readonly origin: URL;
  /** The target at which it will say this, as often as it is asked, and then close. */
  say(said: Said): string;
}

export async function startSpeaker(t: TestContext): Promise<Speaker> {
  const lines = new Map<string, Said>();
  let count = 0;
  const { origin } = await startRawBackend(t, (socket) => {
    let heard = '';
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => {
      heard += chunk.toString('latin1');
      if (!heard.endsWith('\r\n\r\n')) return;
      const said = lines.get(heard.split(' ', 2)[1] ?? '');
      if (said) speak(socket, said, 0);
    });
  });
  const say = (said: Said): string => {
    const target = `/${++count}`;
    lines.set(target, said);
    return target;
  };
  return { origin, say };
}

/** Each piece in a turn of its own, so that most are read one by one. */
function speak(socket: Socket, { method, bytes, cuts = [] }: Said, from: number): void {
  const to = cuts.find((cut) => cut > from) ?? bytes.length;
  if (to >= bytes.length) return void socket.end(bytes.subarray(from));
  socket.write(bytes.subarray(from, to));
  setImmediate(speak, socket, { method, bytes, cuts }, to);
}

const LIMIT_MS = 20_000;

export function readByUndici(origin: URL, method: 'GET' | 'HEAD', path: string): Promise<Reading> {
  const client = new Client(origin, { headersTimeout: LIMIT_MS, bodyTimeout: LIMIT_MS });
  const chunks: Buffer[] = [];
  let [status, headers]: [number, readonly string[]] = [0, []];
  const reading = new Promise<Reading>((resolve) => {
    client.dispatch(
      { method, path },
      {
        onRequestStart: () => {},
        onResponseStart: ({ rawHeaders }, code) => {
          [status, headers] = [code, textsOf(rawHeaders)];
        },
        onResponseData: (_, chunk) => void chunks.push(chunk),
        onResponseEnd: ({ rawTrailers }) => {
          const body = Buffer.concat(chunks).toString('latin1');
          resolve({ kind: 'reply', status, headers, body, trailers: textsOf(rawTrailers) });
        },
        onResponseError: (_, error) => resolve(failed(error)),
      },
    );
  });
  return reading.finally(() => client.destroy());
}

function textsOf(raw: unknown): readonly string[] {
  return Array.isArray(raw) ? raw.map((part: Buffer | string) => trimmed(part.toString('latin1'))) : [];
}

export function readByNode(origin: URL, method: 'GET' | 'HEAD', path: string): Promise<Reading> {
  return new Promise<Reading>((resolve) => {
    const options = { method, path, host: origin.hostname, port: origin.port, agent: false, timeout: LIMIT_MS };
    const request = requestByNode({ ...options, insecureHTTPParser: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', (error) => resolve(failed(error)));
      response.on('end', () =>
        resolve({
          kind: 'reply',
          status: response.statusCode ?? 0,
          headers: response.rawHeaders.map(trimmed),
          body: Buffer.concat(chunks).toString('latin1'),
          trailers: response.rawTrailers.map(trimmed),
        }),
      );
    });
    request.on('error', (error) => resolve(failed(error)));
    request.on('close', () => resolve({ kind: 'failed', code: 'CLOSED' }));
    request.end();
  });
}

/** The white space around a value is no part of it (RFC 9110, section 5.5), and not every client takes all of it away. */
function trimmed(text: string): string {
  return text.replaceAll(/^[ \t]+|[ \t]+$/g, '');
}

function failed(error: NodeJS.ErrnoException): Reading {
  return { kind: 'failed', code: error.code ?? error.name };
}
