// Responses that are sound and odd: a proxy has to pass on each of them.
import { chunked, makeBody } from './fuzz-body.ts';
import type { Dice } from './fuzz-dice.ts';

export interface FuzzReply {
  /** As latin1; `{seq}` stands for the number of the request that is answered. */
  readonly bytes: string;
  /** The connection ends with it. */
  readonly isLast: boolean;
}

/** The header of a response that tells which request it answers. */
export const SEQ = 'x-fuzz-seq';

const STATUSES = [
  '200',
  '200',
  '201',
  '202',
  '204',
  '206',
  '299',
  '304',
  '400',
  '404',
  '418',
  '429',
  '500',
  '503',
  '599',
] as const;
const REASONS = [' OK', ' OK', ' ', '', ' sch\xf6n', ' Not  Found', ' 200 OK'] as const;
const NAMES = [
  ...([
    'Content-Type',
    'ETag',
    'Set-Cookie',
    'set-cookie',
    'X-A',
    'x-a',
    'Vary',
    '__proto__',
    'constructor',
    'Date',
  ] as const),
  ...([
    "!#$%&'*+-.^_`|~",
    'Content_Length',
    'X-Hop',
    'Via',
    'Server',
    'Location',
    'WWW-Authenticate',
    'X-Forwarded-For',
  ] as const),
] as const;
const VALUES = ['text/html', '"abc"', 'a=1; Path=/', '', 'a, b', 'sch\xf6n', 'a  b', 'x:y', '\xff\tx'] as const;
const INTERIMS = [
  ...([
    '100 Continue\r\n',
    '102 Processing\r\n',
    '103 Early Hints\r\nLink: </a>\r\n',
    '103 Early Hints\r\nX-A: interim\r\n',
  ] as const),
] as const;

export function makeReply(dice: Dice, method: string): FuzzReply {
  const status = dice.pick(STATUSES);
  const { framing, payload, isLast } = framed(dice, makeBody(dice));
  const isBare = method === 'HEAD' || status === '204' || status === '304';
  const fields = [...dice.some(6, () => field(dice)), ...connection(dice, isLast)].join('');
  const line = `HTTP/1.1 ${status}${dice.pick(REASONS)}\r\n`;
  const interim = dice.chance(0.1) ? `HTTP/1.1 ${dice.pick(INTERIMS)}\r\n` : '';
  // A length where there is no body makes some clients wait for it.
  const how = isBare && method !== 'HEAD' ? '' : framing;
  const bytes = `${interim}${line}${SEQ}: {seq}\r\n${fields}${how}\r\n${isBare ? '' : payload}`;
  return { bytes, isLast };
}

function framed(dice: Dice, body: string): { framing: string; payload: string; isLast: boolean } {
  const isLast = dice.chance(0.05);
  switch (dice.below(isLast ? 3 : 2)) {
    case 0:
      return { framing: `Content-Length: ${body.length}\r\n`, payload: body, isLast };
    case 1:
      return { framing: 'Transfer-Encoding: chunked\r\n', payload: chunked(dice, body), isLast };
    default:
      return { framing: '', payload: body, isLast };
  }
}

function field(dice: Dice): string {
  const [space, behind] = [dice.pick([' ', ' ', '', '\t']), dice.pick(['', '', ' ', '\t'])];
  return `${dice.pick(NAMES)}:${space}${dice.pick(VALUES)}${behind}\r\n`;
}

function connection(dice: Dice, isLast: boolean): readonly string[] {
  if (isLast) return ['Connection: close\r\n'];
  return dice.chance(0.7)
    ? []
    : [
        dice.pick([
          'Connection: keep-alive\r\nKeep-Alive: timeout=60\r\n',
          'Connection: X-Hop, x-a\r\n',
          'connection: X-Hop\r\n',
        ]),
      ];
}
