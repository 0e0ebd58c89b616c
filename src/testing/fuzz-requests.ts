// Requests as raw bytes, from a grammar: most are sound and must be served, some have one thing about them that two
// servers may read differently.
import { chunked, makeBody } from './fuzz-body.ts';
import type { Dice } from './fuzz-dice.ts';

export interface MadeRequest {
  /** As latin1. */
  readonly bytes: string;
  /** There is no reason to refuse it. */
  readonly isSound: boolean;
}

export function makeRequest(dice: Dice): MadeRequest {
  const odd = dice.chance(0.3) ? dice.pick(ODDITIES) : undefined;
  const parts = soundParts(dice);
  const made = odd ? { ...parts, ...odd(dice, parts) } : parts;
  return { bytes: bytesOf(dice, made), isSound: odd === undefined };
}

interface Parts {
  readonly method: string;
  readonly target: string;
  readonly version: string;
  readonly host: readonly string[];
  readonly lines: readonly string[];
  readonly framing: readonly string[];
  readonly payload: string;
  readonly lineEnd: string;
}

function bytesOf(dice: Dice, parts: Parts): string {
  const { method, target, version, host, lines, framing, payload, lineEnd } = parts;
  const cut = dice.below(lines.length + 1);
  const head = [...host, ...lines.slice(0, cut), ...framing, ...lines.slice(cut)];
  const fields = head.map((line) => `${line}${lineEnd}`).join('');
  return `${method} ${target} ${version}${lineEnd}${fields}${lineEnd}${payload}`;
}

const METHODS = ['GET', 'GET', 'GET', 'HEAD', 'POST', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;
const TARGETS = [
  ...(['/things', '/things/1', '/things/%41', '/things?x=1&y=%20', '/things/..%2f', '/other', '//things'] as const),
  ...(['/things/../x', '/things/./1', '/things;a=b', '/things?', '/things?a=/../b', '/things/%2e%2e'] as const),
  ...(["/things/a'b(c)*!,@:$", '/%', '/things/%00', '/things?http://x/', '/things/%zz', '/'] as const),
] as const;
const HOSTS = ['things.example', 'Things.Example:80', '[::1]:8080', '127.0.0.1'] as const;

function soundParts(dice: Dice): Parts {
  return {
    method: dice.pick(METHODS),
    target: dice.pick(TARGETS),
    version: 'HTTP/1.1',
    host: [`${dice.pick(['Host', 'host', 'HOST'])}: ${dice.pick(HOSTS)}`],
    lines: [...dice.some(7, () => field(dice)), ...connection(dice)],
    ...framed(dice, makeBody(dice)),
    lineEnd: '\r\n',
  };
}

function framed(dice: Dice, body: string): Pick<Parts, 'framing' | 'payload'> {
  switch (dice.below(4)) {
    case 0:
      return { framing: [`${dice.pick(['Content-Length', 'content-length'])}: ${body.length}`], payload: body };
    case 1:
      return { framing: [`Transfer-Encoding: ${dice.pick(['chunked', 'Chunked'])}`], payload: chunked(dice, body) };
    default:
      return { framing: [], payload: '' };
  }
}

const PLAIN = ['Accept', 'X-A', 'x-a', 'X-B', 'Cookie', 'Authorization', 'Content-Type', 'Accept-Encoding', 'Date'];
const ODD_NAMES = ['__proto__', 'constructor', 'toString', 'X_Mine', "!#$%&'*+-.^_`|~", 'X-Hop', 'Proxy-Status', 'Via'];
const FORWARDING = [
  'X-Forwarded-For',
  'x-forwarded-host',
  'X-Forwarded-Proto',
  'X-Forwarded-Any',
  'Forwarded',
  'X-Real-IP',
];
const HOPS = ['Keep-Alive', 'TE', 'Proxy', 'Proxy-Authorization', 'Proxy-Connection', 'Proxy-Any', 'HTTP2-Settings'];
const MARKS = ['X-Paritygate-Shadow', 'X-HTTP-Method-Override', 'X-Original-URL', 'Trailer', 'Upgrade'];
const CONDITIONS = ['If-None-Match', 'Range', 'If-Modified-Since'];
const NAMES = ['X-A', ...PLAIN, ...PLAIN, ...ODD_NAMES, ...FORWARDING, ...HOPS, ...MARKS, ...CONDITIONS] as const;
const VALUES = [
  '',
  'a',
  'a, b',
  '"q\\""',
  'sch\xf6n',
  'a  b\tc',
  'x:y',
  '1.1 other',
  'h2c',
  'bytes=0-1',
  '\xff',
] as const;
const SPACES = [' ', ' ', ' ', '', '\t', '   '] as const;

function field(dice: Dice): string {
  if (dice.chance(0.03)) return `Max-Forwards: ${dice.pick(['5', '10', 'x'])}`;
  const value = dice.chance(0.02) ? 'v'.repeat(3000) : dice.pick(VALUES);
  return `${dice.pick(NAMES)}:${dice.pick(SPACES)}${value}${dice.pick(['', '', '', ' ', '\t'])}`;
}

const CONNECTIONS = [
  ...([
    'keep-alive',
    'X-A',
    'x-hop, x-a',
    'close, x-b',
    ',,x-a ,',
    'upgrade',
    'close',
    'Keep-Alive, __proto__',
  ] as const),
  ...(['te', 'x-nobody', 'X-A,X-B', 'constructor', 'keep-alive\t,\tX-A'] as const),
] as const;

function connection(dice: Dice): readonly string[] {
  if (dice.chance(0.65)) return [];
  const line = `${dice.pick(['Connection', 'connection'])}: ${dice.pick(CONNECTIONS)}`;
  return dice.chance(0.15) ? [line, `Connection: ${dice.pick(CONNECTIONS)}`] : [line];
}

type Oddity = (dice: Dice, parts: Parts) => Partial<Parts>;

const BODY = 'GET /smuggled HTTP/1.1\r\nHost: smuggled.example\r\n\r\n';
const LENGTH = `Content-Length: ${BODY.length}`;
const CODING = 'Transfer-Encoding: chunked';

const ODD_METHODS = ['TRACE', 'CONNECT', 'get', 'FOO', 'PROPFIND', 'M-SEARCH', 'QUERY', 'PRI', 'G(T', ''] as const;
const ODD_TARGETS = [
  ...([
    'http://things.example/things',
    'http://THINGS.example?x',
    'http://other.example/things',
    '*',
    '',
    'things',
  ] as const),
  ...(['/thi#ngs', '/a b', '/\x80', '/"<>\\^`{|}', 'https://things.example/', '/a\tb', '/a\0b', 'things:80'] as const),
] as const;
const ODD_VERSIONS = ['HTTP/1.0', 'HTTP/1.0', 'HTTP/1.2', 'HTTP/2.0', 'http/1.1', '', 'HTTP/1.1 ', 'HTTP/0.9'] as const;
const ODD_HOSTS = ['', 'a,b', 'user@things.example', 'h:99999999', 'a b', '/x', 'things.example?', '[::1'] as const;
const ODD_LINES = [
  ...([
    'X-A : b',
    ' X: folded',
    'X-A: b\r\n folded',
    'X-A: b\r\n\tfolded',
    'NoColon',
    ': x',
    'X\0: a',
    'X-A: a\0b',
  ] as const),
  ...(['X-A: a\rb', 'X-A: b\nX-B: c', 'X\xe9: a', 'X(: a', 'Content_Length: 3', 'Transfer_Encoding: chunked'] as const),
  ...(['Expect: 100-continue', 'Expect: 200-ok', 'X_Forwarded_For: a', 'Max-Forwards: 0', 'X-A: \x7f'] as const),
  ...([
    'Connection: content-length',
    'Connection: transfer-encoding',
    'Connection: a, host',
    'Connection: cookie',
  ] as const),
  ...(['Connection: close\r\nConnection: authorization', 'Connection: x-forwarded-for', 'Connection: via'] as const),
] as const;
const ODD_LENGTHS = [
  '+48',
  '0x30',
  '48, 48',
  '048',
  '-1',
  '',
  '48 ',
  '4 8',
  '99999999999999999999',
  '1e1',
  '48;a',
] as const;
const ODD_CODINGS = [
  'gzip, chunked',
  'chunked, chunked',
  'identity',
  'xchunked',
  'chunked;a',
  '"chunked"',
  '',
  'chunked\x0b',
] as const;
const ODD_CHUNKS = [
  ...([
    'g\r\n\r\n',
    '-1\r\nx\r\n0\r\n\r\n',
    '0x1\r\nx\r\n0\r\n\r\n',
    'FFFFFFFFFFFFFFFFF\r\nx',
    '1\r\nxy\r\n0\r\n\r\n',
  ] as const),
  ...([
    '1\nx\n0\n\n',
    '1\r\nx0\r\n\r\n',
    '1 \r\nx\r\n0\r\n\r\n',
    '1;a\nb\r\nx\r\n0\r\n\r\n',
    '3\r\nabc\r\n',
    '\r\n',
    '',
  ] as const),
  ...([
    '0\r\nX: a\0\r\n\r\n',
    '0\r\nContent-Length: 5\r\n\r\n',
    '0\r\nX : a\r\n\r\n',
    '3\r\nabc\r\n1;="\r\nx\r\n0\r\n\r\n',
  ] as const),
] as const;

const ALIASES = ['Content_Length: 3', 'Transfer_Encoding: chunked', 'X_Forwarded_For: a', 'x-real_ip: a'] as const;

function oddLength(dice: Dice): Partial<Parts> {
  const value = dice.chance(0.4) ? '048' : dice.pick(ODD_LENGTHS);
  return { framing: [`Content-Length: ${value}`], payload: BODY };
}

function oddCoding(dice: Dice): Partial<Parts> {
  const value = dice.chance(0.4) ? 'gzip, chunked' : dice.pick(ODD_CODINGS);
  return { framing: [`Transfer-Encoding: ${value}`], payload: `0\r\n\r\n${BODY}` };
}

function wrongLength(dice: Dice, { payload }: Parts): Partial<Parts> {
  return { framing: [`Content-Length: ${Math.max(0, payload.length + dice.pick([-3, -1, 1, 3, 1000]))}`] };
}

const ODDITIES: readonly [Oddity, ...Oddity[]] = [
  (dice) => ({ method: dice.pick(ODD_METHODS) }),
  (dice) => ({ target: dice.pick(ODD_TARGETS) }),
  (dice) => ({ version: dice.pick(ODD_VERSIONS) }),
  (dice) => ({ host: [`Host: ${dice.pick(ODD_HOSTS)}`] }),
  (_, { host }) => ({ host: [...host, ...host] }),
  () => ({ host: [] }),
  (dice, { lines }) => ({ lines: [...lines, dice.pick(ODD_LINES)] }),
  (dice, { lines }) => ({ lines: [...lines, dice.pick(ODD_LINES)] }),
  (dice, { lines }) => ({ lines: [dice.pick(ODD_LINES), ...lines] }),
  oddLength,
  oddLength,
  oddCoding,
  oddCoding,
  (dice, { lines }) => ({ lines: [...lines, dice.pick(ALIASES)] }),
  (dice) => ({ framing: [CODING], payload: dice.pick(ODD_CHUNKS) }),
  (dice) => ({ framing: [CODING], payload: dice.pick(ODD_CHUNKS) }),
  () => ({ framing: [LENGTH, CODING], payload: `0\r\n\r\n${BODY}` }),
  () => ({ framing: [CODING, LENGTH], payload: BODY }),
  () => ({ framing: [LENGTH, LENGTH], payload: BODY }),
  () => ({ framing: [LENGTH, 'Content-Length: 0'], payload: BODY }),
  () => ({ framing: [CODING, CODING], payload: '0\r\n\r\n' }),
  wrongLength,
  wrongLength,
  () => ({ lineEnd: '\n' }),
  (dice, { lines }) => ({
    lines: [...lines, ...Array.from({ length: 190 + dice.below(20) }, (_, at) => `X-${at}: a`)],
  }),
  () => ({ lines: [`X-Long: ${'a'.repeat(17_000)}`] }),
];
