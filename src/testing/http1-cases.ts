// Responses as a table: each is fed to a reader whole, byte by byte, and in two pieces for every place to cut it, since no
// reader may depend on how the bytes happen to come.
import assert from 'node:assert/strict';
import { test } from 'node:test';

/** What the tests need of a reader; a room's own type would bind this file to the room. */
export interface ReaderUnderTest {
  readonly isDone: boolean;
  readonly isReusable: boolean;
  push(bytes: Buffer, length: number): { readonly code: string; readonly why: string } | undefined;
  end(): boolean;
}

export interface SinkUnderTest {
  onHead(head: { readonly status: number; readonly reason: string; readonly headers: readonly string[] }): void;
  onData(bytes: Buffer, start: number, end: number): void;
  onEnd(trailers: readonly string[]): void;
}

export type CreateReader = (sink: SinkUnderTest, method: string) => ReaderUnderTest;

export interface ReplyCase {
  readonly title: string;
  /** As latin1. */
  readonly bytes: string;
  readonly method?: 'HEAD';
  /** The backend closes behind the bytes. */
  readonly closes?: true;
  readonly expect: Expected;
}

export type Expected =
  | {
      readonly kind: 'read';
      readonly status: number;
      readonly body: string;
      /** Whether the connection may carry another request. */
      readonly isReused: boolean;
      readonly reason?: string;
      readonly headers?: readonly string[];
      readonly trailers?: readonly string[];
    }
  | { readonly kind: 'refused'; readonly code: string; readonly why: string }
  /** More is waited for. */
  | { readonly kind: 'unfinished' };

type Outcome = Expected | { readonly kind: 'broken'; readonly calls: readonly string[] };

export function testReplies(createReader: CreateReader, cases: readonly ReplyCase[]): void {
  for (const each of cases)
    test(each.title, () => {
      const read = (pieces: readonly Buffer[]): Outcome => outcomeOf(createReader, each, pieces);
      const bytes = Buffer.from(each.bytes, 'latin1');
      assertSame(read([bytes]), each.expect, 'whole');
      assertSame(read(Array.from(bytes, (byte) => Buffer.from([byte]))), pieceworkOf(each.expect), 'byte by byte');
      for (const cut of cutsOf(bytes.length))
        assertSame(read([bytes.subarray(0, cut), bytes.subarray(cut)]), pieceworkOf(each.expect), `cut at ${cut}`);
    });
}

function cutsOf(length: number): readonly number[] {
  const all = Array.from({ length: Math.max(0, length - 1) }, (_, index) => index + 1);
  // Of a long one the beginning and the end, and a few between.
  return length < 1000 ? all : all.filter((cut) => cut < 200 || cut > length - 200 || cut % 997 === 0);
}

/** Which of two faults is met first may depend on what is there yet. */
function pieceworkOf(expect: Expected): Expected {
  return expect.kind === 'refused' ? { ...expect, why: '' } : expect;
}

function assertSame(outcome: Outcome, expect: Expected, how: string): void {
  if (outcome.kind === 'read' && expect.kind === 'read')
    return assert.deepEqual(outcome, { ...outcome, ...expect }, how);
  const actual =
    outcome.kind === 'refused' && expect.kind === 'refused' && expect.why === '' ? { ...outcome, why: '' } : outcome;
  assert.deepEqual(actual, expect, how);
}

/** What an earlier read may have left behind what is read now. */
const LEFT = Buffer.from('\r\n\r\n0\r\n\r\nHTTP/1.1 200 OK\r\n\r\n', 'latin1');

function outcomeOf(createReader: CreateReader, { method, closes }: ReplyCase, pieces: readonly Buffer[]): Outcome {
  const calls: string[] = [];
  const chunks: Buffer[] = [];
  let head = { status: 0, reason: '', headers: [] as readonly string[] };
  let trailers: readonly string[] = [];
  const reader = createReader(
    {
      onHead: ({ status, reason, headers }) => {
        calls.push('head');
        head = { status, reason, headers };
      },
      onData: (bytes, start, end) => {
        if (calls.at(-1) !== 'data') calls.push('data');
        chunks.push(Buffer.from(bytes.subarray(start, end)));
      },
      onEnd: (fields) => {
        calls.push('end');
        trailers = fields;
      },
    },
    method ?? 'GET',
  );
  const buffer = Buffer.alloc(Math.max(...pieces.map(({ length }) => length)) + LEFT.length);
  for (const piece of pieces) {
    buffer.fill(LEFT, piece.copy(buffer));
    const wrong = reader.push(buffer, piece.length);
    if (wrong) return { kind: 'refused', code: wrong.code, why: wrong.why };
    buffer.fill('?');
  }
  if (closes && !reader.end()) return { kind: 'unfinished' };
  if (!reader.isDone) return { kind: 'unfinished' };
  if (!/^head(,data)?,end$/.test(calls.join())) return { kind: 'broken', calls };
  return {
    kind: 'read',
    ...head,
    body: Buffer.concat(chunks).toString('latin1'),
    isReused: reader.isReusable,
    trailers,
  };
}
