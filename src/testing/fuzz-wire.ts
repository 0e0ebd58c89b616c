// Reads what came back on a connection, as a client would that knows which request each response answers.
import { SEQ } from './fuzz-replies.ts';

export type Field = readonly [name: string, value: string];

export interface WireResponse {
  readonly status: number;
  readonly reason: string;
  readonly headers: readonly Field[];
  readonly body: string;
  readonly trailers: readonly Field[];
  /** The number of the request that a backend answered with it; undefined when no backend did. */
  readonly seq: number | undefined;
  /** The connection ends with it. */
  readonly isLast: boolean;
}

export interface Received {
  /** As latin1. */
  readonly text: string;
  /** Nothing more can come. */
  readonly isClosed: boolean;
  /** Of the request with this number. */
  readonly methodOf: (seq: number) => string;
}

export interface WireReading {
  /** Those that are whole and final, in order. */
  readonly responses: readonly WireResponse[];
  /** What stands behind them. */
  readonly rest: string;
}

export function readWire({ text, isClosed, methodOf }: Received): WireReading {
  const responses: WireResponse[] = [];
  let rest = text;
  for (;;) {
    const end = rest.indexOf('\r\n\r\n');
    const head = end === -1 ? undefined : parseHead(rest.slice(0, end));
    if (!head) return { responses, rest };
    const behind = rest.slice(end + 4);
    if (head.status < 200) {
      rest = behind;
      continue;
    }
    const seq = head.headers.find(([name]) => name === SEQ)?.[1];
    const method = seq === undefined ? undefined : methodOf(Number(seq));
    const taken = takeBody(head, { text: behind, isClosed, method });
    if (!taken) return { responses, rest };
    const { used, isLast, ...body } = taken;
    responses.push({
      ...head,
      ...body,
      seq: seq === undefined ? undefined : Number(seq),
      isLast: isLast || isLastBy(head),
    });
    rest = behind.slice(used);
  }
}

type Head = Pick<WireResponse, 'status' | 'reason' | 'headers'>;

function parseHead(text: string): Head | undefined {
  const [line = '', ...lines] = text.split('\r\n');
  const [, status, reason = ''] = /^HTTP\/1\.1 (\d{3})(?: (.*))?$/s.exec(line) ?? [];
  return status === undefined ? undefined : { status: Number(status), reason, headers: lines.map(parseField) };
}

function parseField(line: string): Field {
  const colon = line.indexOf(':');
  return [line.slice(0, colon), line.slice(colon + 1).replace(/^[ \t]+|[ \t]+$/g, '')];
}

export function valuesIn(fields: readonly Field[], name: string): readonly string[] {
  return fields.flatMap(([own, value]) => (own.toLowerCase() === name ? [value] : []));
}

function isLastBy({ headers }: Head): boolean {
  return valuesIn(headers, 'connection').some((value) => /\bclose\b/i.test(value));
}

interface Behind {
  readonly text: string;
  readonly isClosed: boolean;
  /** Unknown for a response that is no backend's. */
  readonly method: string | undefined;
}

interface Taken {
  readonly body: string;
  readonly trailers: readonly Field[];
  readonly used: number;
  readonly isLast: boolean;
}

function takeBody(head: Head, behind: Behind): Taken | undefined {
  const [length] = valuesIn(head.headers, 'content-length');
  const isChunked = valuesIn(head.headers, 'transfer-encoding').length > 0;
  if (behind.method === 'HEAD' || head.status === 204 || head.status === 304) return whole('');
  if (behind.method === undefined) return takeUnknown(head, behind);
  if (isChunked) return takeChunks(behind.text);
  if (length === undefined) return behind.isClosed ? { ...whole(behind.text), isLast: true } : undefined;
  return behind.text.length < Number(length) ? undefined : whole(behind.text.slice(0, Number(length)));
}

function whole(body: string): Taken {
  return { body, trailers: [], used: body.length, isLast: false };
}

/** Whether it answers a HEAD is not known: what is there tells. */
function takeUnknown(head: Head, { text, isClosed }: Behind): Taken | undefined {
  if (isLastBy(head)) return isClosed ? whole(text) : undefined;
  return text.startsWith('0\r\n\r\n') ? { ...whole(''), used: 5 } : whole('');
}

function takeChunks(text: string): Taken | undefined {
  let [body, at] = ['', 0];
  for (;;) {
    const lineEnd = text.indexOf('\r\n', at);
    if (lineEnd === -1) return undefined;
    const size = Number.parseInt(text.slice(at, lineEnd), 16);
    const start = lineEnd + 2;
    if (size === 0) {
      const end = text.indexOf('\r\n\r\n', lineEnd);
      if (end === -1) return undefined;
      const lines = end === lineEnd ? [] : text.slice(start, end).split('\r\n');
      return { body, trailers: lines.map(parseField), used: end + 4, isLast: false };
    }
    if (!(text.length >= start + size + 2)) return undefined;
    body += text.slice(start, start + size);
    at = start + size + 2;
  }
}
