// Two JSON bodies of many rows, which differ in one known way.
import { createRandom } from '../statistics.ts';

/** About 235 bytes as JSON. */
export interface Row {
  readonly id: number;
  readonly uuid: string;
  readonly email: string;
  readonly status: string;
  readonly amount: number;
  readonly createdAt: string;
  readonly tags: readonly string[];
  readonly address: { readonly street: string; readonly city: string; readonly zip: string };
  readonly nickname: string | null;
  readonly active: boolean;
}

/** On one line, as YAML wants it where it is put. */
export const ROW_SCHEMA = [
  '{ type: object, required: [id, uuid, email, status, amount, createdAt, tags, address, nickname, active], properties: {',
  'id: { type: integer }, uuid: { type: string, format: uuid }, email: { type: string, format: email },',
  'status: { type: string, enum: [open, settled, cancelled] }, amount: { type: number },',
  'createdAt: { type: string, format: date-time }, tags: { type: array, items: { type: string } },',
  'address: { type: object, properties: { street: { type: string }, city: { type: string }, zip: { type: string } } },',
  "nickname: { type: [string, 'null'] }, active: { type: boolean } } }",
].join(' ');

export function createRows(count: number): readonly Row[] {
  const random = createRandom(count);
  return Array.from({ length: count }, (_, index) => createRow(index + 1, random));
}

function createRow(id: number, random: () => number): Row {
  const below = (limit: number): number => Math.floor(random() * limit);
  const hex = (digits: number): string => Array.from({ length: digits }, () => below(16).toString(16)).join('');
  return {
    id,
    uuid: `${hex(8)}-${hex(4)}-4${hex(3)}-a${hex(3)}-${hex(12)}`,
    email: `u${id}@example.test`,
    status: ['open', 'settled', 'cancelled'][below(3)] ?? 'open',
    amount: below(1_000_000) / 100,
    createdAt: new Date(Date.UTC(2026, 0, 1) + below(300 * 86_400) * 1000).toISOString().replace('.000', ''),
    tags: Array.from({ length: 1 + below(2) }, () => `t${below(9)}`),
    address: { street: `S${below(9)}`, city: 'Ulm', zip: String(below(9)) },
    nickname: below(2) === 0 ? null : `n${below(999)}`,
    active: below(2) === 0,
  };
}

export interface Case {
  readonly name: string;
  /** Of a list whose items are found by their id. */
  readonly expected: { readonly findings: number; readonly outcome: 'different' | 'equivalent' };
  readonly change: (rows: readonly Row[]) => readonly Row[];
}

/** What the issue of a bad comparison is measured by: one difference, one more row, another order, another spelling. */
export const CASES: readonly Case[] = [
  {
    name: 'one field',
    expected: { findings: 1, outcome: 'different' },
    change: (rows) => rows.map((row, index) => (index === rows.length >> 1 ? { ...row, amount: row.amount + 1 } : row)),
  },
  {
    name: 'head insertion',
    expected: { findings: 1, outcome: 'different' },
    change: (rows) => [createRow(1_000_000, createRandom(1)), ...rows],
  },
  {
    name: 'reversed',
    expected: { findings: 1, outcome: 'equivalent' },
    change: (rows) => rows.toReversed(),
  },
  {
    name: 'all timestamps respelled',
    expected: { findings: 1, outcome: 'equivalent' },
    change: (rows) => rows.map((row) => ({ ...row, createdAt: row.createdAt.replace('Z', '.000+00:00') })),
  },
];

export function bodyOf(rows: readonly Row[]): Buffer {
  return Buffer.from(JSON.stringify({ rows }));
}
