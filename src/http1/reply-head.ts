// The head of a response, read strictly: what two parsers could read differently is refused (RFC 9112, section 11).
import { type FramingKind, framingKind, isToken } from './names.ts';

export interface ReplyHead {
  readonly status: number;
  readonly reason: string;
  /** All of them, in wire order, as `[name, value, name, value, ...]`. */
  readonly headers: readonly string[];
  /** Bytes of the body as declared; undefined when the head does not say. */
  readonly contentLength: number | undefined;
  readonly isChunked: boolean;
  /** The connection can take another request after this response. */
  readonly isPersistent: boolean;
  /** How long the backend says that it keeps an idle connection. */
  readonly keepAliveMs: number | undefined;
}

/** By what a value must not hold, which costs half as much to look for as a whole one. */
const NOT_IN_A_VALUE = /[^\t\x20-\x7e\x80-\xff]/;

/** `text` is what stands before the empty line, as latin1. Returns what is wrong with it when it is no head. */
export function parseReplyHead(text: string): ReplyHead | string {
  const lineEnd = endOfLine(text, 0);
  const line = readStatusLine(text, lineEnd);
  if (line === undefined) return 'not a status line of HTTP/1';
  const facts = readFields(text, lineEnd + 2);
  return typeof facts === 'string' ? facts : headOf(facts, line);
}

interface StatusLine {
  readonly minor: number;
  readonly status: number;
  readonly reason: string;
}

/** `HTTP/1.1 200 OK`: every part but the last has its place (RFC 9112, section 4), and an expression costs more. */
function readStatusLine(text: string, end: number): StatusLine | undefined {
  const minor = digitAt(text, 7);
  const status = digitAt(text, 9) * 100 + digitAt(text, 10) * 10 + digitAt(text, 11);
  const isLine = text.startsWith('HTTP/1.') && minor <= 1 && text.charCodeAt(8) === SPACE;
  if (!isLine || !(status >= 100 && status < 600)) return undefined;
  // Many leave out the reason, and some the space before it too.
  if (end === 12) return { minor, status, reason: '' };
  const reason = text.slice(13, end);
  return text.charCodeAt(12) !== SPACE || NOT_IN_A_VALUE.test(reason) ? undefined : { minor, status, reason };
}

/** NaN when there is none. */
function digitAt(text: string, at: number): number {
  const digit = text.charCodeAt(at) - 48;
  return digit >= 0 && digit <= 9 ? digit : Number.NaN;
}

interface FieldFacts {
  readonly headers: string[];
  lengths: number;
  length: string;
  codings: number;
  coding: string;
  connection: string;
  keepAlive: string;
}

function readFields(text: string, from: number): FieldFacts | string {
  const facts = { headers: [], lengths: 0, length: '', codings: 0, coding: '', connection: '', keepAlive: '' };
  for (let at = from; at < text.length; ) {
    const end = endOfLine(text, at);
    const wrong = readField(facts, text, at, end);
    if (wrong !== undefined) return wrong;
    at = end + 2;
  }
  return facts;
}

// Four parameters, since an object for each line of each response would cost more than reading it.
function readField(facts: FieldFacts, text: string, at: number, end: number): string | undefined {
  const colon = text.indexOf(':', at);
  // A line that begins with a space would continue the last one (obs-fold); it has no name here and is refused.
  if (colon === -1 || colon >= end) return 'a header line without a name';
  if (!isToken(text, at, colon)) return 'a malformed header name';
  const name = text.slice(at, colon);
  const value = trimmed(text, colon + 1, end);
  if (NOT_IN_A_VALUE.test(value)) return 'a control character in a header';
  facts.headers.push(name, value);
  const kind = framingKind(name);
  if (kind !== undefined) note(facts, kind, kind === 'transfer-encoding' ? coding(value, text, colon, end) : value);
  return undefined;
}

/** A tab beside it is white space to us, but other parsers take it for a part of the name and read no chunks. */
function coding(value: string, text: string, from: number, to: number): string {
  const tab = text.indexOf('\t', from);
  return tab === -1 || tab >= to ? value : text.slice(from, to);
}

function note(facts: FieldFacts, kind: FramingKind, value: string): void {
  if (kind === 'content-length') {
    facts.lengths += 1;
    facts.length = value;
  } else if (kind === 'transfer-encoding') {
    facts.codings += 1;
    facts.coding = value;
  } else if (kind === 'connection') facts.connection += `,${value}`;
  else facts.keepAlive = value;
}

function headOf(facts: FieldFacts, { minor, status, reason }: StatusLine): ReplyHead | string {
  const { headers, connection } = facts;
  const wrong = wrongFraming(facts);
  if (wrong !== undefined) return wrong;
  // RFC 9112, section 6.1: faulty framing, since that version knows no transfer codings.
  if (minor === 0 && facts.codings > 0) return 'Transfer-Encoding in HTTP/1.0';
  return {
    status,
    reason,
    headers,
    contentLength: facts.lengths === 0 ? undefined : Number(facts.length),
    isChunked: facts.codings > 0,
    isPersistent: minor === 1 && !(connection !== '' && CLOSE.test(connection)),
    keepAliveMs: facts.keepAlive === '' ? undefined : keepAliveMs(facts.keepAlive),
  };
}

const CLOSE = /(?:^|,)\s*close\s*(?:,|$)/i;

// RFC 9112, section 6.1 and 6.3: whoever reads another length than we do sees another next response.
function wrongFraming({ lengths, length, codings, coding }: FieldFacts): string | undefined {
  if (codings > 0 && lengths > 0) return 'both Content-Length and Transfer-Encoding';
  if (lengths > 1 || codings > 1) return 'a repeated framing header';
  if (lengths === 1 && !/^(?:0|[1-9]\d{0,14})$/.test(length)) return 'a malformed Content-Length';
  if (codings === 1 && coding.toLowerCase() !== 'chunked') return 'a transfer coding other than chunked';
  return undefined;
}

function keepAliveMs(value: string): number | undefined {
  const seconds = /(?:^|[,;\s])timeout\s*=\s*"?(\d{1,6})/i.exec(value)?.[1];
  return seconds === undefined ? undefined : Number(seconds) * 1000;
}

function endOfLine(text: string, from: number): number {
  const end = text.indexOf('\r\n', from);
  return end === -1 ? text.length : end;
}

const TAB = 9;
const SPACE = 32;

/** Without the optional white space around it (RFC 9110, section 5.5). */
function trimmed(text: string, from: number, to: number): string {
  let start = from;
  let end = to;
  while (start < end && isBlank(text.charCodeAt(start))) start += 1;
  while (end > start && isBlank(text.charCodeAt(end - 1))) end -= 1;
  return text.slice(start, end);
}

function isBlank(code: number): boolean {
  return code === SPACE || code === TAB;
}

/** The fields after the last chunk, in the same form as a head's. Framing among them is refused. */
export function parseTrailers(text: string): readonly string[] | string {
  const facts = readFields(text, 0);
  if (typeof facts === 'string') return facts;
  return facts.lengths + facts.codings > 0 ? 'framing in a trailer' : facts.headers;
}
