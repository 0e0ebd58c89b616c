// The chunked coding: RFC 9112, section 7.1. What two readers could take for two sizes is refused.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Expected, type ReplyCase, testReplies } from '../testing/http1-cases.ts';
import { ChunkedReader } from './chunked.ts';
import { ReplyReader } from './reply-reader.ts';

const HEAD = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n';
const END = '0\r\n\r\n';

function read(body: string, trailers: readonly string[] = []): Expected {
  return { kind: 'read', status: 200, body, isReused: true, trailers };
}

function malformed(why: string): Expected {
  return { kind: 'refused', code: 'PG_MALFORMED_RESPONSE', why };
}

const UNFINISHED: Expected = { kind: 'unfinished' };
const NO_SIZE = malformed('a chunk without a size');
const SIZE = malformed('a malformed chunk size');
const SIZE_END = malformed('a chunk size without its line end');
const ENDLESS_SIZE = malformed('a chunk size without end');
const TOO_LONG = malformed('a chunk longer than its size');
const EXTENSION = malformed('a malformed chunk extension');
const ENDLESS_EXTENSION = malformed('chunk extensions without end');
const TRAILER_END = malformed('a trailer without its line end');

const BODIES: readonly (readonly [wire: string, expect: Expected])[] = [
  [END, read('')],
  [`5\r\nhello\r\n${END}`, read('hello')],
  [`1\r\nh\r\n4\r\nello\r\n${END}`, read('hello')],
  [`A\r\n0123456789\r\na\r\nabcdefghij\r\n${END}`, read('0123456789abcdefghij')],
  [`00005\r\nhello\r\n000\r\n\r\n`, read('hello')],
  [`0000000000005\r\nhello\r\n${END}`, read('hello')],
  [`4\r\n\r\n\r\n\r\n5\r\n0\r\n\r\n\r\n${END}`, read('\r\n\r\n0\r\n\r\n')],
  ['', UNFINISHED],
  ['5\r\nhello\r\n', UNFINISHED],
  ['5\r\nhello\r\n0', UNFINISHED],
  ['5\r\nhello\r\n0\r\n', UNFINISHED],
  ['5\r\nhello\r\n0\r\n\r', UNFINISHED],
  ['fffffffffffff\r\nhello', UNFINISHED],
];

const BAD_SIZES: readonly (readonly [wire: string, expect: Expected])[] = [
  ['\r\nhello', NO_SIZE],
  [`\r\n${END}`, NO_SIZE],
  [';a\r\n', NO_SIZE],
  ['+5\r\nhello', NO_SIZE],
  ['-5\r\nhello', NO_SIZE],
  [' 5\r\nhello', NO_SIZE],
  ['\t5\r\nhello', NO_SIZE],
  ['x5\r\nhello', NO_SIZE],
  ['hello', NO_SIZE],
  ['0x5\r\nhello', SIZE],
  ['5_0\r\nhello', SIZE],
  ['5h\r\nhello', SIZE],
  ['5.0\r\nhello', SIZE],
  ['5,5\r\nhello', SIZE],
  ['5 \r\nhello', SIZE],
  ['5\t\r\nhello', SIZE],
  ['5 ;a\r\nhello', SIZE],
  ['5 a\r\nhello', SIZE],
  ['5\0\r\nhello', SIZE],
  ['5\xb2\r\nhello', SIZE],
  ['5\nhello', SIZE],
  ['5\n\r\nhello', SIZE],
  ['5\rhello', SIZE_END],
  ['5\r\rhello', SIZE_END],
  ['5\r\r\nhello', SIZE_END],
  ['5hello\r\n', SIZE],
  ['00000000000005\r\nhello', ENDLESS_SIZE],
  ['10000000000000005\r\nhello', ENDLESS_SIZE],
  ['fffffffffffffffff\r\nhello', ENDLESS_SIZE],
  ['0'.repeat(64), ENDLESS_SIZE],
  ['5\r\nhelloX', TOO_LONG],
  ['5\r\nhello\n', TOO_LONG],
  ['5\r\nhello\r5', TOO_LONG],
  ['5\r\nhello\r\r\n', TOO_LONG],
  [`5\r\nhello${END}`, TOO_LONG],
  ['5\r\nhello\r\n\r\n', NO_SIZE],
  [`5\r\nhello\r\n\r\n${END}`, NO_SIZE],
];

const EXTENSIONS: readonly (readonly [wire: string, expect: Expected])[] = [
  ...[
    ';a',
    ';a=b',
    ';a=b;c;d=e',
    ';a="b"',
    ';a=""',
    ';a="b;c=d"',
    ';a="\\"\\\\"',
    ';a="sch\xf6n\t"',
    ";!#$%&'*+-.^_`|~=1",
  ].map((extension) => [`5${extension}\r\nhello\r\n0${extension}\r\n\r\n`, read('hello')] as const),
  ...[
    ';',
    ';;',
    ';=',
    ';=b',
    ';a=',
    ';a;',
    ';a=b;',
    '; a',
    ';a ',
    ';a =b',
    ';a= b',
    ';a b',
    ';a="',
    ';a="b',
    ';a="b"c',
    ';a=b"c"',
  ].map((extension) => [`5${extension}\r\nhello`, EXTENSION] as const),
  ...[';a\0', ';a=\x01', ';a="\x7f"', ';a="\\\x01"', ';\xe9', ';a=\xe9', ';a="b\\"', ';a/b', ';a=(b)'].map(
    (extension) => [`5${extension}\r\nhello`, EXTENSION] as const,
  ),
  ['5;a\nhello', SIZE_END],
  ['5;a="\n"\r\nhello', SIZE_END],
  ['5;a\rhello', SIZE_END],
  ['5;a\r\rhello', SIZE_END],
  [`5;${'a'.repeat(4_095)}\r\nhello\r\n${END}`, read('hello')],
  [`5;${'a'.repeat(4_096)}\r\nhello\r\n${END}`, ENDLESS_EXTENSION],
  [`5;${'a'.repeat(5_000)}`, ENDLESS_EXTENSION],
  // The limit is that of each chunk: a long body may have an extension on every one.
  [`1;${'a'.repeat(400)}\r\nx\r\n`.repeat(40) + END, read('x'.repeat(40))],
];

const TRAILERS: readonly (readonly [wire: string, expect: Expected])[] = [
  ['0\r\nX-Sum: 1\r\n\r\n', read('', ['X-Sum', '1'])],
  ['5\r\nhello\r\n0\r\nX-Sum:1 \r\nx-sum: 2\r\nX-E:\r\n\r\n', read('hello', ['X-Sum', '1', 'x-sum', '2', 'X-E', ''])],
  ['0\r\nConnection: close\r\n\r\n', read('', ['Connection', 'close'])],
  ['0\r\nContent-Length: 5\r\n\r\n', malformed('framing in a trailer')],
  ['0\r\nX-A: b\r\ntransfer-encoding: chunked\r\n\r\n', malformed('framing in a trailer')],
  ['0\r\nX-A\r\n\r\n', malformed('a header line without a name')],
  ['0\r\nX-A : b\r\n\r\n', malformed('a malformed header name')],
  ['0\r\n X-A: b\r\n\r\n', malformed('a malformed header name')],
  ['0\r\nX-A: b\r\n c: d\r\n\r\n', malformed('a malformed header name')],
  ['0\r\nX-A: b\0\r\n\r\n', malformed('a control character in a header')],
  ['0\r\n\n', TRAILER_END],
  ['0\r\n\rX', TRAILER_END],
  ['0\r\n\r\r\n', TRAILER_END],
  ['0\r\nX-A: b\n', TRAILER_END],
  ['0\r\nX-A: b\n\n', TRAILER_END],
  ['0\r\nX-A: b\rc\r\n', TRAILER_END],
  [`0\r\nX-A: ${'a'.repeat(16_375)}\r\n\r\n`, read('', ['X-A', 'a'.repeat(16_375)])],
  [`0\r\nX-A: ${'a'.repeat(16_376)}\r\n\r\n`, malformed('trailers without end')],
  [`0\r\n${'a:\r\n'.repeat(4_097)}`, malformed('trailers without end')],
];

const cases = [...BODIES, ...BAD_SIZES, ...EXTENSIONS, ...TRAILERS].map(([wire, expect]): ReplyCase => {
  const shown = JSON.stringify(wire.length < 80 ? wire : `${wire.slice(0, 40)}... of ${wire.length}`);
  return {
    title: `chunks ${shown}: ${expect.kind === 'refused' ? expect.why : expect.kind}`,
    bytes: HEAD + wire,
    expect,
  };
});

testReplies((sink, method) => new ReplyReader(sink, method), cases);

test('bytes behind the last chunk are left where they are', () => {
  const bytes = Buffer.from(`1\r\na\r\n2\r\nbc\r\n${END}behind`, 'latin1');
  const pieces: string[] = [];
  const reader = new ChunkedReader({
    onPiece: (from, start, end) => void pieces.push(from.toString('latin1', start, end)),
    onTrailers: (text) => void pieces.push(`trailers ${JSON.stringify(text)}`),
  });
  assert.equal(reader.read(bytes, 0, bytes.length), bytes.length - 6);
  assert.deepEqual([pieces, reader.isDone, bytes.subarray(-6).toString()], [['trailers ""', 'abc'], true, 'behind']);
});
