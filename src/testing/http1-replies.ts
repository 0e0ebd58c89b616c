// Responses as a backend may send them, sound and broken, made from a seed so that a run can be repeated.

export interface MadeReply {
  /** To what it is the answer. */
  readonly method: 'GET' | 'HEAD';
  readonly bytes: Buffer;
}

/** Where a random choice is made; 0 included, 1 excluded. */
type Random = () => number;

/** Endless: every call makes the next one. */
export function createReplies(seed: number): () => MadeReply {
  const random = createRandom(seed);
  return () => {
    const method = random() < 0.1 ? 'HEAD' : 'GET';
    const text = interims(random) + finalReply(random) + (random() < 0.08 ? pick(random, BEHIND) : '');
    const mutations = pick(random, [0, 0, 1, 1, 2, 3]);
    return { method, bytes: Buffer.from(mutated(random, text, mutations), 'latin1') };
  };
}

/** mulberry32. */
export function createRandom(seed: number): Random {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

function pick<Item>(random: Random, items: readonly [Item, ...Item[]]): Item {
  return items[Math.floor(random() * items.length)] ?? items[0];
}

function below(random: Random, limit: number): number {
  return Math.floor(random() * limit);
}

function repeat(random: Random, limit: number, make: () => string): string {
  return Array.from({ length: below(random, limit) }, make).join('');
}

const BEHIND = ['\r\n', 'x', 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n', '0\r\n\r\n'] as const;

function interims(random: Random): string {
  if (random() < 0.85) return '';
  const line = pick(random, [
    '102 Processing',
    '103 Early Hints',
    '103 Early Hints',
    '100 Continue',
    '101 Switching',
    '199 X',
  ]);
  const headers = pick(random, [
    '',
    'Link: </a>\r\n',
    'Content-Length: 3\r\n',
    'Transfer-Encoding: chunked\r\n',
    'Connection: close\r\n',
  ]);
  return `HTTP/1.1 ${line}\r\n${headers}\r\n`;
}

function finalReply(random: Random): string {
  const body = random() < 0.15 ? '' : repeat(random, 12, () => pick(random, BODY_PARTS));
  const { fields, wire } = framed(random, body);
  const [before, after] = [repeat(random, 4, () => field(random)), repeat(random, 4, () => field(random))];
  return `${statusLine(random)}\r\n${before}${fields}${after}${connection(random)}\r\n${wire}`;
}

const BODY_PARTS = [
  '{"a":1}',
  'hello',
  '\r\n',
  '\r\n\r\n',
  '0\r\n\r\n',
  '5\r\n',
  'HTTP/1.1 200 OK\r\n\r\n',
  '\0',
  '\xff\xfe',
  'x',
] as const;
const STATUSES = ['200', '200', '200', '201', '204', '205', '206', '299', '304', '404', '500', '503', '599'] as const;
const ODD_STATUSES = ['099', '600', '999', '20', '2000', '2OO', '-20', '2 0', ''] as const;
const REASONS = [' OK', ' OK', ' OK', ' Not Found', ' ', '', ' sch\xf6n', ' \t x ', '  OK'] as const;
const ODD_VERSIONS = [
  'HTTP/1.0',
  'HTTP/1.0',
  'HTTP/0.9',
  'HTTP/1.2',
  'HTTP/2.0',
  'http/1.1',
  'HTTP/1.10',
  'HTTP/11',
  'HTTPS/1.1',
  'ICY',
] as const;

function statusLine(random: Random): string {
  const version = random() < 0.92 ? 'HTTP/1.1' : pick(random, ODD_VERSIONS);
  const status = random() < 0.96 ? pick(random, STATUSES) : pick(random, ODD_STATUSES);
  return `${version} ${status}${pick(random, REASONS)}`;
}

const NAMES = [
  'Content-Type',
  'ETag',
  'Set-Cookie',
  'set-cookie',
  'X-A',
  'x',
  'Vary',
  '__proto__',
  'constructor',
  "!#$%&'*+-.^_`|~",
  'Content_Length',
  'Trailer',
  'Date',
] as const;
const ODD_NAMES = ['X A', 'X-A ', ' X-A', '', 'X\xe9', 'X(', 'X"', 'X\0', 'X/'] as const;
const VALUES = ['text/html', '"abc"', 'a=1; Path=/', '', 'a, b', 'sch\xf6n', 'a  b', 'x:y', '"\\""'] as const;
const ODD_VALUES = [
  'a\0b',
  'a\x01',
  'a\x7f',
  'a\r b',
  'a\n b',
  'a\r\n folded',
  'a\r\n\tfolded',
  '\x0b',
  'a\r',
] as const;
const SPACES = [' ', ' ', ' ', '', '\t', '   '] as const;

function field(random: Random): string {
  const name = random() < 0.98 ? pick(random, NAMES) : pick(random, ODD_NAMES);
  const value = random() < 0.97 ? pick(random, VALUES) : pick(random, ODD_VALUES);
  return `${name}:${pick(random, SPACES)}${value}${pick(random, ['', '', '', ' ', '\t'])}\r\n`;
}

function connection(random: Random): string {
  return pick(random, [
    '',
    '',
    '',
    'Connection: keep-alive\r\nKeep-Alive: timeout=5, max=10\r\n',
    'Connection: close\r\n',
    'Connection: x-a, Close\r\n',
    'Connection: upgrade\r\nUpgrade: websocket\r\n',
    'Keep-Alive: timeout=0\r\n',
  ]);
}

interface Framed {
  readonly fields: string;
  readonly wire: string;
}

function framed(random: Random, body: string): Framed {
  const kind = random();
  if (kind < 0.36) return { fields: `${lengthName(random)}:${pick(random, SPACES)}${body.length}\r\n`, wire: body };
  if (kind < 0.76)
    return {
      fields: `${codingName(random)}: ${pick(random, ['chunked', 'chunked', 'Chunked'])}\r\n`,
      wire: chunks(random, body),
    };
  if (kind < 0.84) return { fields: '', wire: body };
  if (kind < 0.92) return { fields: oddLength(random, body.length), wire: body };
  return { fields: oddCoding(random, body.length), wire: chunks(random, body) };
}

function lengthName(random: Random): string {
  return pick(random, ['Content-Length', 'content-length', 'CONTENT-LENGTH']);
}

function codingName(random: Random): string {
  return pick(random, ['Transfer-Encoding', 'transfer-encoding', 'TRANSFER-ENCODING']);
}

function oddLength(random: Random, length: number): string {
  const value = pick(random, [
    ...([`${length}, ${length}`, `+${length}`, `-${length}`, `0${length}`, `${length}.0`, `0x${length}`, ''] as const),
    ...([
      `${length} ${length}`,
      `${length}a`,
      '99999999999999999999',
      '18446744073709551616',
      `${length + 1}`,
    ] as const),
  ]);
  const again = pick(random, ['', '', `Content-Length: ${length}\r\n`]);
  return `Content-Length: ${value}\r\n${again}`;
}

function oddCoding(random: Random, length: number): string {
  const value = pick(random, [
    ...([
      'gzip',
      'gzip, chunked',
      'chunked, gzip',
      'chunked, chunked',
      'identity',
      '',
      'xchunked',
      'chunked x',
    ] as const),
    ...(['chunked;q=1', ', chunked', 'chunked,', '"chunked"', 'chunked\x0b', '\x0bchunked'] as const),
  ]);
  const again = pick(random, ['', '', 'Transfer-Encoding: chunked\r\n', `Content-Length: ${length}\r\n`]);
  return `Transfer-Encoding: ${value}\r\n${again}`;
}

const EXTENSIONS = ['', '', '', '', ';a', ';a=b', ';a="b;c"', ';a=b;c', ';a="\\""'] as const;
const ODD_EXTENSIONS = [
  ';',
  ';=',
  ' ;a',
  '; a',
  ';a =b',
  ';a="',
  ' ',
  '\t',
  ';a=\x01',
  ';\xe9',
  ';a="b"c',
  ';;',
] as const;

function chunks(random: Random, body: string): string {
  let wire = '';
  for (let at = 0; at < body.length; ) {
    const size = 1 + below(random, Math.min(body.length - at, 20));
    wire += `${sizeOf(random, size)}${extension(random)}\r\n${body.slice(at, at + size)}\r\n`;
    at += size;
  }
  return `${wire}${pick(random, ['0', '0', '0', '000'])}${extension(random)}\r\n${trailers(random)}\r\n`;
}

function sizeOf(random: Random, size: number): string {
  const hex = size.toString(16);
  if (random() < 0.98) return pick(random, [hex, hex, hex.toUpperCase(), `0${hex}`, `0000${hex}`]);
  return pick(random, [
    `+${hex}`,
    `-${hex}`,
    `0x${hex}`,
    `${hex}_0`,
    ` ${hex}`,
    `${hex}h`,
    `fffffffffffffffff${hex}`,
    '',
  ]);
}

function extension(random: Random): string {
  return random() < 0.985 ? pick(random, EXTENSIONS) : pick(random, ODD_EXTENSIONS);
}

function trailers(random: Random): string {
  if (random() < 0.7) return '';
  const odd = pick(random, [
    'Content-Length: 5\r\n',
    'Transfer-Encoding: chunked\r\n',
    'X: a\nY: b\r\n',
    'X\r\n',
    '\n',
  ]);
  return random() < 0.1 ? odd : `X-Sum: ${below(random, 1000)}\r\n${repeat(random, 3, () => field(random))}`;
}

const INSERTED = [
  '\r',
  '\n',
  '\r\n',
  '\0',
  ' ',
  '\t',
  ':',
  ';',
  ',',
  '0',
  '1',
  'f',
  '\x80',
  '\xff',
  '"',
  '\\',
  '+',
  '-',
  '_',
  'x',
  '\x0b',
  '\r\n ',
] as const;

function mutated(random: Random, text: string, count: number): string {
  return count === 0 ? text : mutated(random, mutatedOnce(random, text), count - 1);
}

function mutatedOnce(random: Random, text: string): string {
  // Most of what can go wrong stands in the head.
  const at = below(random, random() < 0.5 ? text.length : Math.min(text.length, 120));
  const [before, after] = [text.slice(0, at), text.slice(at)];
  const end = at + below(random, 12);
  switch (below(random, 7)) {
    case 0:
      return before + after.slice(1);
    case 1:
    case 2:
      return before + pick(random, INSERTED) + after;
    case 3:
      return before + pick(random, INSERTED) + after.slice(1);
    case 4:
      return text.slice(0, end) + text.slice(at);
    case 5:
      return before + after.replace('\r\n', pick(random, ['\n', '\r', '\r\r\n', '\r\n\r\n', '']));
    default:
      return before;
  }
}
