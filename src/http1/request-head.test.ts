// What is written, and what is not: nothing that a backend could read as another header, another body or another request.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { wireRequest } from './exchange.ts';
import { framingOf } from './request-body.ts';
import { type Framing, requestHead } from './request-head.ts';

const NONE: Framing = { kind: 'none' };
const CHUNKED: Framing = { kind: 'chunked' };
const FIVE: Framing = { kind: 'length', bytes: 5 };

interface Written {
  readonly method?: string;
  readonly target?: string;
  readonly headers?: readonly string[];
  readonly framing?: Framing;
}

function headOf({ method = 'GET', target = '/', headers = [], framing = NONE }: Written): string {
  return requestHead({ method, target, headers }, framing);
}

test('a head has a request line, the headers in their order and an empty line', () => {
  const headers = ['Host', 'h', 'x-a', '1', 'X-A', '2', 'X-Empty', '', 'X-Text', 'sch\xf6n\tund gut'];
  assert.equal(
    headOf({ target: '/a?b=%20', headers }),
    'GET /a?b=%20 HTTP/1.1\r\nHost: h\r\nx-a: 1\r\nX-A: 2\r\nX-Empty: \r\nX-Text: sch\xf6n\tund gut\r\n\r\n',
  );
});

const FRAMINGS: readonly (readonly [title: string, written: Written, lines: readonly string[]])[] = [
  ['GET without a body says nothing', { method: 'GET' }, []],
  ['DELETE without a body says nothing', { method: 'DELETE' }, []],
  ['POST without a body says so', { method: 'POST' }, ['content-length: 0']],
  ['PUT without a body says so', { method: 'PUT' }, ['content-length: 0']],
  ['PATCH without a body says so', { method: 'PATCH' }, ['content-length: 0']],
  ['a length is written', { method: 'POST', framing: FIVE }, ['content-length: 5']],
  ['a length is written for GET too', { framing: FIVE }, ['content-length: 5']],
  ['chunks are announced', { method: 'POST', framing: CHUNKED }, ['transfer-encoding: chunked']],
  ['a true length keeps its spelling', { framing: FIVE, headers: ['CONTENT-Length', '5'] }, ['CONTENT-Length: 5']],
  ['a true length of nothing is kept', { method: 'GET', headers: ['Content-Length', '0'] }, ['Content-Length: 0']],
  [
    'a true length is kept once',
    { framing: FIVE, headers: ['Content-Length', '5', 'content-length', '5'] },
    ['Content-Length: 5'],
  ],
  ['a wrong length is replaced', { framing: FIVE, headers: ['Content-Length', '6'] }, ['content-length: 5']],
  [
    'a length that only looks right is replaced',
    { framing: FIVE, headers: ['Content-Length', '5 '] },
    ['content-length: 5'],
  ],
  ['a list of lengths is replaced', { framing: FIVE, headers: ['Content-Length', '5, 5'] }, ['content-length: 5']],
  ['a length without a body is taken out', { method: 'GET', headers: ['Content-Length', '5'] }, []],
  [
    'a length beside chunks is taken out',
    { framing: CHUNKED, headers: ['Content-Length', '5'] },
    ['transfer-encoding: chunked'],
  ],
  [
    'a coding beside a length is taken out',
    { framing: FIVE, headers: ['Transfer-Encoding', 'chunked'] },
    ['content-length: 5'],
  ],
  ['a coding without a body is taken out', { method: 'GET', headers: ['transfer-ENCODING', 'chunked'] }, []],
  [
    'no coding but ours is written',
    { framing: CHUNKED, headers: ['Transfer-Encoding', 'gzip, chunked'] },
    ['transfer-encoding: chunked'],
  ],
  [
    'a value that says chunked is no length',
    { framing: CHUNKED, headers: ['Content-Length', 'chunked'] },
    ['transfer-encoding: chunked'],
  ],
];

for (const [title, written, lines] of FRAMINGS)
  test(title, () => {
    const [, ...actual] = headOf(written).split('\r\n');
    assert.deepEqual(actual, [...lines, '', '']);
  });

const REFUSED: readonly (readonly [title: string, written: Written])[] = [
  ...['', 'GE T', 'GET\r\n', 'GET\t', 'G:T', 'GÉT', 'GET\u010a'].map(
    (method) => [`the method ${JSON.stringify(method)}`, { method }] as const,
  ),
  ['CONNECT, whose answer is no HTTP', { method: 'CONNECT', target: 'h:443' }],
  ...['', '/a b', '/a\tb', '/a\r\nX: y', '/a\nb', '/a\0', '/a\x7f', '/\xe9', '/\u010a', '/\u010d\u010aX:y', ' /'].map(
    (target) => [`the target ${JSON.stringify(target)}`, { target }] as const,
  ),
  ...[
    '',
    'X A',
    'X:',
    ':X',
    'X\r\nY',
    'X\n',
    'X\r',
    'X\0',
    'X-\xe9',
    'X\u010a',
    'X\u010d\u010aY',
    ' X',
    'X ',
    'X\t',
    '(X)',
  ].map((name) => [`the header name ${JSON.stringify(name)}`, { headers: [name, 'a'] }] as const),
  ...[
    'a\r\nX: y',
    'a\n',
    'a\r',
    '\0',
    'a\x01',
    'a\x7f',
    'a\x0b',
    '\u010a',
    'a\u010d\u010aX: y',
    'a\u0100',
    '\u20ac',
    '\ud83d\ude00',
  ].map((value) => [`the header value ${JSON.stringify(value)}`, { headers: ['X', value] }] as const),
  ['a malformed value of a header that is taken out', { headers: ['Transfer-Encoding', 'chunked\r\nX: y'] }],
];

for (const [title, written] of REFUSED)
  test(`not sent: ${title}`, () => {
    assert.throws(() => headOf(written), TypeError);
  });

test('what is read as text from a request goes out as the same bytes', () => {
  const value = String.fromCharCode(9, ...range(0x20, 0x7e), ...range(0x80, 0xff));
  const head = Buffer.from(headOf({ headers: ['X-A', value] }), 'latin1');
  assert.equal(head.toString('latin1'), `GET / HTTP/1.1\r\nX-A: ${value}\r\n\r\n`);
});

function range(first: number, last: number): readonly number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

test('framing follows from the body that is there', () => {
  async function* stream(): AsyncGenerator<Uint8Array> {}
  assert.deepEqual(framingOf(undefined, undefined), NONE);
  assert.deepEqual(framingOf(undefined, 5), NONE);
  assert.deepEqual(framingOf(Buffer.from('hello'), 7), FIVE);
  assert.deepEqual(framingOf(new Uint8Array(), undefined), { kind: 'length', bytes: 0 });
  assert.deepEqual(framingOf(stream(), 5), FIVE);
  assert.deepEqual(framingOf(stream(), 0), { kind: 'length', bytes: 0 });
  assert.deepEqual(framingOf(stream(), undefined), CHUNKED);
});

test('a declared length that is no length is not sent', () => {
  async function* stream(): AsyncGenerator<Uint8Array> {}
  for (const declaredBytes of [Number.NaN, -1, 1.5, Number.POSITIVE_INFINITY, 1e21, 2 ** 53])
    assert.throws(
      () => wireRequest({ method: 'POST', target: '/', headers: [], body: stream(), declaredBytes }),
      TypeError,
      String(declaredBytes),
    );
});
