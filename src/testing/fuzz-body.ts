// Bodies that look like something else, and the chunks they may come in.
import type { Dice } from './fuzz-dice.ts';

const PARTS = [
  '{"a":1}',
  'hello',
  '\r\n',
  '\r\n\r\n',
  '0\r\n\r\n',
  '5\r\n',
  'GET /smuggled HTTP/1.1\r\nHost: smuggled.example\r\n\r\n',
  'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n',
  '\0',
  '\xff\xfe',
  'x',
] as const;

/** Longer than what a proxy may collect before it sends. */
const LONG_BYTES = 70_000;

export function makeBody(dice: Dice): string {
  if (dice.chance(0.15)) return '';
  const text = dice.some(8, () => dice.pick(PARTS)).join('');
  return dice.chance(0.02) ? text + 'l'.repeat(LONG_BYTES) : text;
}

const EXTENSIONS = ['', '', '', ';a=b', ';a', ';a="b;c"', ';a=b;c=d'] as const;
const TRAILERS = ['X-Sum: abc\r\n', 'X-Late:\r\n', 'x-sum: sch\xf6n\r\n', '__proto__: a\r\n'] as const;

/** Whole and well formed. */
export function chunked(dice: Dice, body: string): string {
  let text = '';
  for (let at = 0; at < body.length; ) {
    const size = Math.min(body.length - at, 1 + dice.below(dice.chance(0.3) ? 4 : 20_000));
    text += `${sizeText(dice, size)}${dice.pick(EXTENSIONS)}\r\n${body.slice(at, at + size)}\r\n`;
    at += size;
  }
  const trailers = dice.chance(0.25) ? dice.some(3, () => dice.pick(TRAILERS)).join('') : '';
  return `${text}${dice.pick(['0', '0', '000'])}${dice.pick(EXTENSIONS)}\r\n${trailers}\r\n`;
}

function sizeText(dice: Dice, size: number): string {
  const hex = size.toString(16);
  return dice.pick([hex, hex, hex.toUpperCase(), hex.padStart(6, '0')]);
}
