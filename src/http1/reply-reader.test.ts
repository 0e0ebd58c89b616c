// Where a response ends and whether its connection can be used again: RFC 9112, sections 6.3, 8 and 9.3; RFC 9110, section 15.2.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Expected, testReplies } from '../testing/http1-cases.ts';
import { ReplyReader } from './reply-reader.ts';

const OK = 'HTTP/1.1 200 OK\r\n';
const HELLO = 'Content-Length: 5\r\n\r\nhello';
const NEXT = 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n';
const EARLY_HINTS = 'HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n';

function read(status: number, body: string, more: Partial<Extract<Expected, { kind: 'read' }>> = {}): Expected {
  return { kind: 'read', status, body, isReused: true, ...more };
}

function malformed(why: string): Expected {
  return { kind: 'refused', code: 'PG_MALFORMED_RESPONSE', why };
}

const UNFINISHED: Expected = { kind: 'unfinished' };
const LAST = { isReused: false };

testReplies(
  (sink, method) => new ReplyReader(sink, method),
  [
    { title: 'a length ends a body', bytes: `${OK}${HELLO}`, expect: read(200, 'hello') },
    { title: 'a length of 0 is an end at once', bytes: `${OK}Content-Length: 0\r\n\r\n`, expect: read(200, '') },
    {
      title: 'a body may hold what looks like the end of a head, or another response',
      bytes: `${OK}Content-Length: ${NEXT.length + 6}\r\n\r\n\n\r\n\r\n\n${NEXT}`,
      expect: read(200, `\n\r\n\r\n\n${NEXT}`),
    },
    {
      title: 'a body is bytes, and each comes through',
      bytes: `${OK}Content-Length: 256\r\n\r\n${everyByte()}`,
      expect: read(200, everyByte()),
    },
    {
      title: 'a body shorter than its length is waited for',
      bytes: `${OK}Content-Length: 6\r\n\r\nhello`,
      expect: UNFINISHED,
    },
    {
      title: 'a body shorter than its length is not whole when the backend closes',
      bytes: `${OK}Content-Length: 6\r\n\r\nhello`,
      closes: true,
      expect: UNFINISHED,
    },
    {
      title: 'the longest length is one that is still exact',
      bytes: `${OK}Content-Length: 999999999999999\r\n\r\nhello`,
      expect: UNFINISHED,
    },
    {
      title: 'without length and coding a body ends with the connection',
      bytes: `${OK}\r\nhello`,
      closes: true,
      expect: read(200, 'hello', LAST),
    },
    { title: 'without length and coding a body is waited for', bytes: `${OK}\r\nhello`, expect: UNFINISHED },
    {
      title: 'a close right behind the head is an empty body',
      bytes: `${OK}\r\n`,
      closes: true,
      expect: read(200, '', LAST),
    },
    {
      title: 'HTTP/1.0 ends with the connection',
      bytes: 'HTTP/1.0 200 OK\r\n\r\nhello',
      closes: true,
      expect: read(200, 'hello', LAST),
    },
    {
      title: 'a close within the head is no response',
      bytes: 'HTTP/1.1 200 OK\r\nX-A: b\r\n',
      closes: true,
      expect: UNFINISHED,
    },
    {
      title: 'a close within the last line end of the head is no response',
      bytes: 'HTTP/1.1 200 OK\r\nX-A: b\r\n\r',
      closes: true,
      expect: UNFINISHED,
    },
    {
      title: 'a close within a chunk is no response',
      bytes: `${OK}Transfer-Encoding: chunked\r\n\r\n5\r\nhel`,
      closes: true,
      expect: UNFINISHED,
    },
    {
      title: 'a close before the last chunk is no response',
      bytes: `${OK}Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n`,
      closes: true,
      expect: UNFINISHED,
    },
    {
      title: 'a close within the trailers is no response',
      bytes: `${OK}Transfer-Encoding: chunked\r\n\r\n0\r\nX-A: b\r\n`,
      closes: true,
      expect: UNFINISHED,
    },
  ],
);

testReplies(
  (sink, method) => new ReplyReader(sink, method),
  [
    {
      title: 'a byte behind the end spoils the connection, not the response',
      bytes: `${OK}${HELLO}x`,
      expect: read(200, 'hello', LAST),
    },
    { title: 'a line end behind the end spoils it too', bytes: `${OK}${HELLO}\r\n`, expect: read(200, 'hello', LAST) },
    { title: 'a second response is for nobody', bytes: `${OK}${HELLO}${NEXT}`, expect: read(200, 'hello', LAST) },
    { title: 'a second response behind an empty one is for nobody', bytes: NEXT + NEXT, expect: read(200, '', LAST) },
    {
      title: 'a byte behind the last chunk spoils the connection',
      bytes: `${OK}Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\nx`,
      expect: read(200, 'hello', LAST),
    },
  ],
);

const NO_BODY = [
  ['GET', '204 No Content'],
  ['GET', '304 Not Modified'],
  ['HEAD', '200 OK'],
  ['HEAD', '404 Not Found'],
  ['HEAD', '204 No Content'],
] as const;

for (const [asked, line] of NO_BODY) {
  const status = Number(line.slice(0, 3));
  const method = asked === 'HEAD' ? { method: asked } : {};
  // The answer to HEAD says what that to GET would be; of the others, who announces a body may send one.
  const announcing = { isReused: asked === 'HEAD' };
  const title = `${line} to ${asked}`;
  testReplies(
    (sink, name) => new ReplyReader(sink, name),
    [
      { title: `${title} has no body`, ...method, bytes: `HTTP/1.1 ${line}\r\n\r\n`, expect: read(status, '') },
      {
        title: `${title} has none when it gives a length`,
        ...method,
        bytes: `HTTP/1.1 ${line}\r\nContent-Length: 5\r\n\r\n`,
        expect: read(status, '', announcing),
      },
      {
        title: `${title} has none when it gives a length of 0`,
        ...method,
        bytes: `HTTP/1.1 ${line}\r\nContent-Length: 0\r\n\r\n`,
        expect: read(status, ''),
      },
      {
        title: `${title} has none when it gives a coding`,
        ...method,
        bytes: `HTTP/1.1 ${line}\r\nTransfer-Encoding: chunked\r\n\r\n`,
        expect: read(status, '', announcing),
      },
      {
        title: `${title} has none when bytes follow`,
        ...method,
        bytes: `HTTP/1.1 ${line}\r\n${HELLO}`,
        expect: read(status, '', LAST),
      },
      {
        title: `${title} with faulty framing is refused all the same`,
        ...method,
        bytes: `HTTP/1.1 ${line}\r\nContent-Length: 5, 5\r\n\r\n`,
        expect: malformed('a malformed Content-Length'),
      },
      {
        title: `${title} may ask for the end of the connection`,
        ...method,
        bytes: `HTTP/1.1 ${line}\r\nConnection: close\r\n\r\n`,
        expect: read(status, '', LAST),
      },
    ],
  );
}

const ENDS = malformed('an interim response that ends the connection');

testReplies(
  (sink, method) => new ReplyReader(sink, method),
  [
    {
      title: 'an interim response is passed over',
      bytes: `${EARLY_HINTS}${OK}${HELLO}`,
      expect: read(200, 'hello', { headers: ['Content-Length', '5'] }),
    },
    {
      title: 'a 100 that nobody asked for is passed over',
      bytes: `HTTP/1.1 100 Continue\r\n\r\n${OK}${HELLO}`,
      expect: read(200, 'hello'),
    },
    {
      title: 'an interim response of an unknown kind is passed over',
      bytes: `HTTP/1.1 199 X\r\n\r\n${OK}${HELLO}`,
      expect: read(200, 'hello'),
    },
    {
      title: 'sixteen interim responses are passed over',
      bytes: EARLY_HINTS.repeat(16) + OK + HELLO,
      expect: read(200, 'hello'),
    },
    {
      title: 'the seventeenth is too many',
      bytes: EARLY_HINTS.repeat(17),
      expect: { kind: 'refused', code: 'PG_TOO_MANY_INTERIM_RESPONSES', why: '17 interim responses' },
    },
    {
      title: 'an interim response has no body, whatever length it gives',
      bytes: `HTTP/1.1 100 Continue\r\nContent-Length: 5\r\n\r\n${OK}${HELLO}`,
      expect: read(200, 'hello'),
    },
    {
      title: 'what stands behind it is a head',
      bytes: `HTTP/1.1 100 Continue\r\n${HELLO}${OK}${HELLO}`,
      expect: malformed('not a status line of HTTP/1'),
    },
    { title: 'an interim response is no response', bytes: EARLY_HINTS, closes: true, expect: UNFINISHED },
    {
      title: 'an interim response to HEAD is passed over too',
      method: 'HEAD',
      bytes: `${EARLY_HINTS}${OK}Content-Length: 5\r\n\r\n`,
      expect: read(200, ''),
    },
    {
      title: 'protocols are not switched',
      bytes: 'HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n',
      expect: malformed('101 without an upgrade'),
    },
    {
      title: 'an interim response cannot be the last',
      bytes: `HTTP/1.1 103 X\r\nConnection: close\r\n\r\n${OK}${HELLO}`,
      expect: ENDS,
    },
    { title: 'HTTP/1.0 has no interim responses', bytes: `HTTP/1.0 100 Continue\r\n\r\n${OK}${HELLO}`, expect: ENDS },
    {
      title: 'faulty framing of an interim response is refused',
      bytes: `HTTP/1.1 103 X\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n${OK}${HELLO}`,
      expect: malformed('both Content-Length and Transfer-Encoding'),
    },
  ],
);

/** A head with this many bytes before its empty line. */
function headOf(bytes: number): string {
  const rest = `${OK}Content-Length: 5\r\nX-Long: `;
  return `${rest}${'a'.repeat(bytes - rest.length)}\r\n\r\n`;
}

const TOO_LARGE: Expected = { kind: 'refused', code: 'PG_HEADERS_TOO_LARGE', why: 'more than 16384 bytes of headers' };

testReplies(
  (sink, method) => new ReplyReader(sink, method),
  [
    { title: 'a head of 16 KiB is read', bytes: `${headOf(16_384)}hello`, expect: read(200, 'hello') },
    { title: 'one byte more is too large', bytes: `${headOf(16_385)}hello`, expect: TOO_LARGE },
    {
      title: 'a head without end is too large as soon as it is',
      bytes: headOf(20_000).slice(0, 16_388),
      expect: TOO_LARGE,
    },
    {
      title: 'a head of four thousand short lines is read',
      bytes: `${OK}${'a:\r\n'.repeat(4_080)}${HELLO}`,
      expect: read(200, 'hello'),
    },
    {
      title: 'interim heads count each for itself',
      bytes: `HTTP/1.1 103 X\r\n${'a:\r\n'.repeat(4_080)}\r\n${OK}${'a:\r\n'.repeat(4_080)}${HELLO}`,
      expect: read(200, 'hello'),
    },
  ],
);

test('what is no HTTP is told before its first line is over', () => {
  for (const beginning of [
    'S',
    'HTTX',
    'HTTP/2',
    'HTTP/1.1 200 OK\n',
    '\r',
    '\n',
    'HTTP/1.1 200 OK\r\nX: a\n',
    '<html>',
  ]) {
    const bytes = Buffer.from(beginning, 'latin1');
    const reader = new ReplyReader({ onHead() {}, onData() {}, onEnd() {} }, 'GET');
    assert.equal(reader.push(bytes, bytes.length)?.code, 'PG_MALFORMED_RESPONSE', beginning);
  }
});

test('the body that one read brings is one piece, however many chunks it came in', () => {
  const bytes = Buffer.from(
    `${OK}Transfer-Encoding: chunked\r\n\r\n${'1;a=b\r\nx\r\n3\r\nabc\r\n'.repeat(1000)}0\r\n\r\n`,
    'latin1',
  );
  const pieces: string[] = [];
  const reader = new ReplyReader(
    { onHead() {}, onData: (...piece) => void pieces.push(text(...piece)), onEnd() {} },
    'GET',
  );
  assert.equal(reader.push(bytes, bytes.length), undefined);
  assert.deepEqual(pieces, ['xabc'.repeat(1000)]);
});

function text(bytes: Buffer, start: number, end: number): string {
  return bytes.toString('latin1', start, end);
}

function everyByte(): string {
  return String.fromCharCode(...Array.from({ length: 256 }, (_, code) => code));
}
