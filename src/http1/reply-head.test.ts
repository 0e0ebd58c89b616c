// What is read of a response's head and what is refused: RFC 9112, sections 2.3, 4, 5 and 6; RFC 9110, section 5.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Expected, type ReplyCase, testReplies } from '../testing/http1-cases.ts';
import { parseReplyHead, parseTrailers } from './reply-head.ts';
import { ReplyReader } from './reply-reader.ts';

const OK = 'HTTP/1.1 200 OK\r\n';
const HELLO = 'Content-Length: 5\r\n\r\nhello';
const CHUNKED_HELLO = 'Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n';

function read(status: number, more: Partial<Extract<Expected, { kind: 'read' }>> = {}): Expected {
  return { kind: 'read', status, body: 'hello', isReused: true, ...more };
}

function malformed(why: string): Expected {
  return { kind: 'refused', code: 'PG_MALFORMED_RESPONSE', why };
}

const STATUS_LINES: readonly (readonly [line: string, expect: Expected])[] = [
  ['HTTP/1.1 200 OK', read(200, { reason: 'OK' })],
  ['HTTP/1.1 200 ', read(200, { reason: '' })],
  ['HTTP/1.1 200', read(200, { reason: '' })],
  ['HTTP/1.1 200 sch\xf6n', read(200, { reason: 'sch\xf6n' })],
  ['HTTP/1.1 200 a\tb  c', read(200, { reason: 'a\tb  c' })],
  ['HTTP/1.1 200  OK', read(200, { reason: ' OK' })],
  ['HTTP/1.1 299 Odd', read(299)],
  ['HTTP/1.1 599 Odd', read(599)],
  ['HTTP/1.0 200 OK', read(200, { isReused: false })],
];

const BAD_STATUS_LINES = [
  ...['', 'hello', 'HTTP/1.1', 'HTTP/1.1 ', 'HTTP/1.1 OK', 'ICY 200 OK', 'SSH-2.0-OpenSSH_9.9'],
  ...[
    'HTTP/0.9 200 OK',
    'HTTP/1.2 200 OK',
    'HTTP/2.0 200 OK',
    'HTTP/2 200',
    'HTTP/1.10 200 OK',
    'HTTP/1 200 OK',
    'HTTP/1,1 200 OK',
  ],
  ...[
    'http/1.1 200 OK',
    'Http/1.1 200 OK',
    'HTTPS/1.1 200 OK',
    ' HTTP/1.1 200 OK',
    '\r\nHTTP/1.1 200 OK',
    '\nHTTP/1.1 200 OK',
  ],
  ...[
    'HTTP/1.1 099 Low',
    'HTTP/1.1 600 High',
    'HTTP/1.1 999 High',
    'HTTP/1.1 20 Short',
    'HTTP/1.1 2000 Long',
    'HTTP/1.1 000 No',
  ],
  ...[
    'HTTP/1.1 +20 OK',
    'HTTP/1.1 2x0 OK',
    'HTTP/1.1 0x1 OK',
    'HTTP/1.1 2 0 OK',
    'HTTP/1.1 200.0 OK',
    'HTTP/1.1 \xb200 OK',
  ],
  ...[
    'HTTP/1.1  200 OK',
    'HTTP/1.1\t200 OK',
    'HTTP/1.1 200\tOK',
    'HTTP/1.1 200;OK',
    'HTTP/1.1/200 OK',
    'HTTP /1.1 200 OK',
  ],
  ...[
    'HTTP/1.1 200 O\0K',
    'HTTP/1.1 200 O\x7fK',
    'HTTP/1.1 200 O\x0bK',
    'HTTP/1.1 200 O\rK',
    'HTTP/1.1 200 OK\r',
    'HTTP/1.1 200 O\nK',
  ],
];

testReplies(
  (sink, method) => new ReplyReader(sink, method),
  [
    ...STATUS_LINES.map(([line, expect]) => ({
      title: `read: ${JSON.stringify(line)}`,
      bytes: `${line}\r\n${HELLO}`,
      expect,
    })),
    ...BAD_STATUS_LINES.map((line) => ({
      title: `no status line: ${JSON.stringify(line)}`,
      bytes: `${line}\r\n${HELLO}`,
      expect: malformed('not a status line of HTTP/1'),
    })),
  ],
);

const NO_NAME = malformed('a header line without a name');
const BAD_NAME = malformed('a malformed header name');
const CONTROL = malformed('a control character in a header');

const FIELDS: readonly (readonly [fields: string, expect: Expected])[] = [
  ['X-A: b\r\n', read(200, { headers: ['X-A', 'b', 'Content-Length', '5'] })],
  ['X-A:b\r\n', read(200, { headers: ['X-A', 'b', 'Content-Length', '5'] })],
  ['X-A: \t b c \t \r\n', read(200, { headers: ['X-A', 'b c', 'Content-Length', '5'] })],
  ['X-A:\r\n', read(200, { headers: ['X-A', '', 'Content-Length', '5'] })],
  ['X-A: \t\r\n', read(200, { headers: ['X-A', '', 'Content-Length', '5'] })],
  ['X-A: sch\xf6n\r\n', read(200, { headers: ['X-A', 'sch\xf6n', 'Content-Length', '5'] })],
  ['X-A: b:c: d\r\n', read(200, { headers: ['X-A', 'b:c: d', 'Content-Length', '5'] })],
  [
    'x-a: 1\r\nX-A: 2\r\nx-a: 3\r\n',
    read(200, { headers: ['x-a', '1', 'X-A', '2', 'x-a', '3', 'Content-Length', '5'] }),
  ],
  [
    '__proto__: a\r\nconstructor: b\r\n',
    read(200, { headers: ['__proto__', 'a', 'constructor', 'b', 'Content-Length', '5'] }),
  ],
  ["!#$%&'*+-.^_`|~09az: b\r\n", read(200, { headers: ["!#$%&'*+-.^_`|~09az", 'b', 'Content-Length', '5'] })],
  ['Content_Length: 9\r\n', read(200)],
  ['X-A : b\r\n', BAD_NAME],
  ['X-A\t: b\r\n', BAD_NAME],
  ['Content-Length : 5\r\n', BAD_NAME],
  [' X-A: b\r\n', BAD_NAME],
  ['X-A: b\r\n c: d\r\n', BAD_NAME],
  ['X-A: b\r\n\tc\r\n', NO_NAME],
  ['X-A: b\r\n c\r\n', NO_NAME],
  ['X-A\r\n', NO_NAME],
  [': b\r\n', BAD_NAME],
  ['X A: b\r\n', BAD_NAME],
  ['X(A): b\r\n', BAD_NAME],
  ['X-\xc4: b\r\n', BAD_NAME],
  ['X\0A: b\r\n', BAD_NAME],
  ['X\rA: b\r\n', BAD_NAME],
  ['X-A: b\0c\r\n', CONTROL],
  ['X-A: b\x01c\r\n', CONTROL],
  ['X-A: b\x0bc\r\n', CONTROL],
  ['X-A: b\x7fc\r\n', CONTROL],
  ['X-A: b\rc\r\n', CONTROL],
  ['X-A: b\r\r\n', CONTROL],
  ['X-A: b\r Content-Length: 9\r\n', CONTROL],
  ['X-A: b\nX-B: c\r\n', CONTROL],
  ['X-A: b\n', CONTROL],
  ['X-A: b\n\n', CONTROL],
];

testReplies(
  (sink, method) => new ReplyReader(sink, method),
  [
    ...FIELDS.map(([fields, expect]) => ({
      title: `fields ${JSON.stringify(fields)}`,
      bytes: OK + fields + HELLO,
      expect,
    })),
    {
      title: 'a head of lines that end with LF only is refused at once, whatever follows',
      bytes: 'HTTP/1.1 200 OK\nContent-Length: 5\n\nhello',
      expect: malformed('not a status line of HTTP/1'),
    },
  ],
);

const LENGTH = malformed('a malformed Content-Length');
const REPEATED = malformed('a repeated framing header');
const BOTH = malformed('both Content-Length and Transfer-Encoding');
const CODING = malformed('a transfer coding other than chunked');

const FRAMING: readonly (readonly [fields: string, expect: Expected])[] = [
  ['CONTENT-LENGTH: 5\r\n', read(200)],
  ['Content-Length:\t5 \t\r\n', read(200)],
  ['Content-Length: 5\r\nContent-Length: 5\r\n', REPEATED],
  ['Content-Length: 5\r\nContent-Length: 6\r\n', REPEATED],
  ['Content-Length: 5\r\ncontent-length: 0\r\n', REPEATED],
  ...[
    '5, 5',
    '5,5',
    '5 5',
    '+5',
    '-5',
    '-0',
    '05',
    '00',
    '0x5',
    '5.0',
    '5e0',
    '5a',
    'five',
    '',
    '"5"',
    '5;',
    '\xb2',
    '1_0',
  ].map((value) => [`Content-Length: ${value}\r\n`, LENGTH] as const),
  ...['9999999999999999', '18446744073709551621', '99999999999999999999999999'].map(
    (value) => [`Content-Length: ${value}\r\n`, LENGTH] as const,
  ),
  ['Content-Length: 5\r\nTransfer-Encoding: chunked\r\n', BOTH],
  ['Transfer-Encoding: chunked\r\nContent-Length: 5\r\n', BOTH],
  ['Transfer-Encoding: identity\r\nContent-Length: 5\r\n', BOTH],
  ['Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n', REPEATED],
  ['Transfer-Encoding: chunked\r\ntransfer-encoding: identity\r\n', REPEATED],
  ...[
    'gzip',
    'gzip, chunked',
    'chunked, gzip',
    'chunked, chunked',
    'chunked,',
    ', chunked',
    'identity',
    '',
    'xchunked',
  ].map((value) => [`Transfer-Encoding: ${value}\r\n`, CODING] as const),
  ...[
    'chunked;q=1',
    '"chunked"',
    'chunked x',
    'chun\tked',
    'chunked\t',
    'chunked \t ',
    '\tchunked',
    'chunked\xa0',
    '\xa0chunked',
  ].map((value) => [`Transfer-Encoding: ${value}\r\n`, CODING] as const),
  ...['chunked\x0b', '\x0cchunked', 'chunked\0'].map((value) => [`Transfer-Encoding: ${value}\r\n`, CONTROL] as const),
  ['Transfer-Encoding:\r\n chunked\r\n', NO_NAME],
  ['Transfer-Encoding : chunked\r\n', BAD_NAME],
];

testReplies(
  (sink, method) => new ReplyReader(sink, method),
  [
    ...FRAMING.map(
      ([fields, expect]): ReplyCase => ({
        title: `framing ${JSON.stringify(fields)}`,
        bytes: `${OK}${fields}\r\nhello`,
        expect,
      }),
    ),
    ...['chunked', 'Chunked', 'CHUNKED', '  chunked  '].map(
      (value): ReplyCase => ({
        title: `the coding ${JSON.stringify(value)} is chunked`,
        bytes: `${OK}${CHUNKED_HELLO.replace('chunked', value)}`,
        expect: read(200),
      }),
    ),
    {
      title: 'a coding is faulty framing in HTTP/1.0 (RFC 9112, section 6.1)',
      bytes: `HTTP/1.0 200 OK\r\n${CHUNKED_HELLO}`,
      expect: malformed('Transfer-Encoding in HTTP/1.0'),
    },
  ],
);

const CONNECTION: readonly (readonly [fields: string, isReused: boolean])[] = [
  ['', true],
  ['Connection: keep-alive\r\n', true],
  ['Connection: x-close, closed, close-not\r\n', true],
  ['Connection:\r\n', true],
  ['Connection: close\r\n', false],
  ['connection: CLOSE\r\n', false],
  ['Connection: x-a , Close\t, x-b\r\n', false],
  ['Connection: close,\r\n', false],
  ['Connection: keep-alive\r\nConnection: close\r\n', false],
  ['Connection: close\r\nConnection: keep-alive\r\n', false],
];

testReplies(
  (sink, method) => new ReplyReader(sink, method),
  [
    ...CONNECTION.map(
      ([fields, isReused]): ReplyCase => ({
        title: `${JSON.stringify(fields)} ${isReused ? 'keeps' : 'ends'} the connection`,
        bytes: OK + fields + HELLO,
        expect: read(200, { isReused }),
      }),
    ),
    {
      title: 'a connection of HTTP/1.0 is never used again, whatever it says of itself',
      bytes: `HTTP/1.0 200 OK\r\nConnection: keep-alive\r\n${HELLO}`,
      expect: read(200, { isReused: false }),
    },
  ],
);

test('the hint of how long an idle connection is kept is read from Keep-Alive', () => {
  const hints = [
    ['timeout=5', 5000],
    ['timeout=5, max=100', 5000],
    ['max=100, timeout=15', 15_000],
    ['max=100; TIMEOUT = "15"', 15_000],
    ['timeout=0', 0],
    ['max=100', undefined],
    ['xtimeout=5', undefined],
    ['timeout=-5', undefined],
    ['timeout=soon', undefined],
    ['', undefined],
  ] as const;
  for (const [value, keepAliveMs] of hints) {
    const head = parseReplyHead(`HTTP/1.1 200 OK\r\nKeep-Alive: ${value}`);
    assert.equal(typeof head === 'string' ? head : head.keepAliveMs, keepAliveMs, value);
  }
});

test('trailers are fields like those of a head, without framing', () => {
  assert.deepEqual(parseTrailers(''), []);
  assert.deepEqual(parseTrailers('X-A: b\r\nx-a: c '), ['X-A', 'b', 'x-a', 'c']);
  assert.equal(parseTrailers('Content-Length: 5'), 'framing in a trailer');
  assert.equal(parseTrailers('X-A: b\r\ntransfer-encoding: chunked'), 'framing in a trailer');
  assert.equal(parseTrailers('X-A'), 'a header line without a name');
});

test('a backend that makes up names makes nothing unreadable', () => {
  for (let index = 0; index < 3000; index++) {
    const head = parseReplyHead(`HTTP/1.1 200 OK\r\nX-Made-Up-${index}: a\r\nContent-Length: ${index}`);
    assert.ok(typeof head === 'object' && head.contentLength === index && head.headers[0] === `X-Made-Up-${index}`);
    // A spelling that was not met before all these is read for what it is.
    const spelling = Array.from('content-length', (letter, at) =>
      (index >> at) & 1 ? letter.toUpperCase() : letter,
    ).join('');
    const odd = parseReplyHead(`HTTP/1.1 200 OK\r\n${spelling}: 7`);
    assert.ok(typeof odd === 'object' && odd.contentLength === 7, spelling);
  }
});
