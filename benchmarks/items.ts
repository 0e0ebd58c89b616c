// What is served: JSON documents of three sizes, a hundred of each, as files that nginx serves as they are.
import { mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

export const SIZES = { small: 200, medium: 2_000, large: 100_000 } as const;
export type SizeName = keyof typeof SIZES;

/** As load.lua counts them. */
export const ITEMS_PER_SIZE = 100;

/** Five of each hundred. */
export function isDrifting(number: number): boolean {
  return number % 20 === 7;
}

/** The path of an item; load.lua writes the same. */
export function targetOf(size: SizeName, number: number): string {
  return `/shops/${number % 10}/items/${size}-${String(number).padStart(2, '0')}`;
}

/** A document of exactly the size's bytes. A drifting one differs in the value of one field and in nothing else. */
export function itemBody(size: SizeName, number: number, drifting = false): string {
  const lines: object[] = [];
  const item = { id: `${size}-${number}`, shop: number % 10, totalCents: drifting ? 1300 : 1299, lines, note: '' };
  while (JSON.stringify(item).length + LINE_LENGTH < SIZES[size]) lines.push(lineOf(lines.length));
  const note = 'x'.repeat(SIZES[size] - JSON.stringify(item).length);
  return JSON.stringify({ ...item, note });
}

const LINE_LENGTH = 100;

function lineOf(index: number): object {
  return {
    sku: `A-${1000 + index}`,
    quantity: (index % 9) + 1,
    priceCents: 100 + index,
    shippedAt: '2026-01-31T12:00:00Z',
  };
}

/** The schema of a document. */
export const ITEM_SCHEMA = {
  type: 'object',
  required: ['id', 'shop', 'totalCents', 'lines', 'note'],
  properties: {
    id: { type: 'string' },
    shop: { type: 'integer' },
    totalCents: { type: 'integer' },
    note: { type: 'string' },
    lines: {
      type: 'array',
      items: {
        type: 'object',
        required: ['sku', 'quantity', 'priceCents', 'shippedAt'],
        properties: {
          sku: { type: 'string' },
          quantity: { type: 'integer' },
          priceCents: { type: 'integer' },
          shippedAt: { type: 'string', format: 'date-time' },
        },
      },
    },
  },
};

/** Writes all documents under `root`. */
export function writeItems(root: string, drifting: boolean): void {
  for (const size of ['small', 'medium', 'large'] as const)
    for (let number = 0; number < ITEMS_PER_SIZE; number++) {
      const file = join(root, targetOf(size, number));
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, itemBody(size, number, drifting && isDrifting(number)));
      // nginx tells the time of the file in `Last-Modified`, and the sides must not differ in that.
      utimesSync(file, FILE_TIME_S, FILE_TIME_S);
    }
}

const FILE_TIME_S = 1_767_225_600;
