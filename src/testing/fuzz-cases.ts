// What one client says on one connection, and in which pieces, made from a seed.
import { createDice, type Dice, seedOf } from './fuzz-dice.ts';
import { type FuzzReply, makeReply } from './fuzz-replies.ts';
import { makeRequest } from './fuzz-requests.ts';

export interface FuzzCase {
  readonly seed: number;
  /** Said one behind the other without waiting, as latin1. */
  readonly messages: readonly string[];
  /** No message has anything that speaks against it. */
  readonly isSound: boolean;
  /** Where what is said is cut into writes. */
  readonly cuts: readonly number[];
}

/** Said behind the messages, so that the connection comes to an end where nothing went wrong. */
const END = 'GET /things/end HTTP/1.1\r\nHost: end.example\r\nConnection: close\r\n\r\n';

export function createCase(seed: number): FuzzCase {
  const dice = createDice(seedOf(`case ${seed}`));
  const made = Array.from({ length: dice.pick([1, 1, 1, 1, 2, 2, 3]) }, () => makeRequest(dice));
  const mutations = dice.pick([0, 0, 0, 0, 1, 1, 2]);
  const behind = dice.chance(0.05) ? [dice.pick(BEHIND)] : [];
  const messages = made.map(({ bytes }) => bytes);
  return {
    seed,
    messages: [...mutated(dice, messages, mutations), ...behind],
    isSound: mutations + behind.length === 0 && made.every(({ isSound }) => isSound),
    cuts: dice.some(4, () => dice.below(messages.join('').length)).toSorted((a, b) => a - b),
  };
}

const BEHIND = ['\r\n', '\r\n\r\n', 'x', '0\r\n\r\n', 'HTTP/1.1 200 OK\r\n\r\n', '\0', 'GET / HTTP/1.1\r\n'] as const;

/** As latin1, in the pieces in which it is written. */
export function piecesOf({ messages, cuts }: FuzzCase): readonly Buffer[] {
  const bytes = Buffer.from(messages.join('') + END, 'latin1');
  return [0, ...cuts].map((from, index) => bytes.subarray(from, cuts[index])).filter(({ length }) => length > 0);
}

/** The answer is the same wherever the request arrives. */
export function replyTo({ seed }: FuzzCase, method: string, target: string): FuzzReply {
  return makeReply(createDice(seedOf(`${seed} ${method} ${originForm(target)}`)), method);
}

/** RFC 9112, section 3.2.2: a proxy sends the absolute form on without scheme and authority. */
export function originForm(target: string): string {
  const rest = target.replace(/^https?:\/\/[^/?]*/i, '');
  return rest === target ? target : rest.startsWith('/') ? rest : `/${rest}`;
}

const BYTES = [
  '\r',
  '\n',
  '\r\n',
  ' ',
  '\t',
  '\0',
  ':',
  ',',
  '0',
  '5',
  'a',
  '\x0b',
  '\x80',
  '\xff',
  '/',
  ';',
  '%',
  'chunked',
] as const;

function mutated(dice: Dice, messages: readonly string[], count: number): readonly string[] {
  const all = [...messages];
  for (let left = count; left > 0; left -= 1) {
    const index = dice.below(all.length);
    all[index] = mutate(dice, all[index] ?? '');
  }
  return all;
}

function mutate(dice: Dice, text: string): string {
  const at = dice.below(text.length + 1);
  const to = at + 1 + dice.below(dice.chance(0.8) ? 2 : 30);
  switch (dice.below(4)) {
    case 0:
      return text.slice(0, at) + text.slice(to);
    case 1:
      return text.slice(0, at) + dice.pick(BYTES) + text.slice(at);
    case 2:
      return text.slice(0, at) + dice.pick(BYTES) + text.slice(at + 1);
    default:
      return text.slice(0, to) + text.slice(at, to) + text.slice(to);
  }
}
