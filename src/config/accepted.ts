// `contracts/accepted.yaml`: which differences are intended, who says so, and until when.
import { readFileSync } from 'node:fs';
import { isMap, isSeq, parseDocument } from 'yaml';
import { z } from 'zod';
import { type Acceptance, type Location, ParitygateError } from '../core/index.ts';
import { type ConfigDocument, parseConfigDocument } from './document.ts';
import { suggest } from './nearest.ts';
import { share, text } from './notations.ts';
import { locate } from './places.ts';
import { errorOf, type Problem } from './problems.ts';
import { problemsOf } from './validation.ts';

const DAY_MS = 86_400_000;

/** The last day, UTC; as milliseconds, when it is over. */
function lastDay() {
  const expected = 'expected the last day on which it holds, such as 2027-03-31';
  return z
    .string(expected)
    .regex(/^\d{4}-\d{2}-\d{2}$/, expected)
    .refine(isDay, expected)
    .transform((day) => Date.parse(day) + DAY_MS);
}

/** Not the 30th of February, which Date takes for the 2nd of March. */
function isDay(day: string): boolean {
  const ms = Date.parse(day);
  return Number.isFinite(ms) && new Date(ms).toISOString().startsWith(day);
}

const POINTER = 'expected a pointer such as /items/*/price, or header:<name>';

const entry = z
  .strictObject({
    operation: text('expected an operation id')
      .describe('The operation whose responses differ.')
      .meta({ examples: ['getTrade'] }),
    fingerprint: z
      .string('expected a fingerprint of 16 hexadecimal digits')
      .regex(/^[0-9a-f]{16}$/, 'expected a fingerprint of 16 hexadecimal digits')
      .optional()
      .describe(
        'Which difference, as `paritygate diff show` and the report print it. Without one, any change of a value at `pointer`.',
      )
      .meta({ examples: ['"0123456789abcdef"'] }),
    pointer: z
      .string(POINTER)
      .regex(/^(?:\/.*|header:.+|)$/s, POINTER)
      .optional()
      .describe(
        'Only at this pointer, with `*` for the items of a list and the keys of a map, exactly as `paritygate diff show` prints it; without it wherever the fingerprint stands. Alone it accepts no missing or added value and no other type.',
      )
      .meta({ examples: ['/items/*/price'] }),
    owner: text('expected who answers for it')
      .describe('Who answers for it.')
      .meta({ examples: ['jane@example.com'] }),
    reason: text('expected why the difference is intended')
      .describe('Why the difference is intended.')
      .meta({ examples: ['the candidate rounds half to even, as agreed'] }),
    ticket: text('expected a ticket')
      .optional()
      .describe('Where it was decided.')
      .meta({ examples: ['TRADE-123'] }),
    expires: lastDay()
      .describe('The last day on which it holds, UTC. Then the gate fails until it is renewed or taken out.')
      .meta({ examples: ['2027-03-31'] }),
    ceiling: share()
      .optional()
      .describe(
        "Share of the operation's pairs that may show it, at most; without it any number may. The gate passes once the pairs show that it is less.",
      )
      .meta({ examples: ['1%'] }),
    contract: text('expected the digest of a contract')
      .describe('Digest of the contract that it was made for; with another one it does not hold.')
      .meta({ examples: ['1f2e3d4c'] }),
  })
  .refine(
    ({ fingerprint, pointer }) => fingerprint !== undefined || pointer !== undefined,
    'expected `fingerprint`, `pointer` or both',
  )
  .meta({ examples: [{ operation: 'getTrade', pointer: '/items/*/price', owner: 'jane@example.com' }] });

/** `contracts/accepted.yaml`. */
export const acceptedSchema = z.strictObject({
  version: z
    .literal(1, 'expected 1')
    .describe('Of this format.')
    .meta({ examples: [1] }),
  acceptances: z
    .array(entry, 'expected a list of acceptances')
    .describe('Each a decision about one difference of one operation.')
    .meta({ examples: [[]] }),
});

const LEAST = '`version: 1` and `acceptances: []`';

/** What stands in the file; nothing where there is none. Throws one error that names every problem of the file. */
export function loadAcceptances(file: string, operations: readonly string[]): readonly Acceptance[] {
  const written = readIfThere(file);
  return written === undefined ? [] : parseAcceptances(written, { file, operations });
}

export interface AcceptedOptions {
  readonly file: string;
  /** Of the contract. */
  readonly operations: readonly string[];
}

export function parseAcceptances(written: string, { file, operations }: AcceptedOptions): readonly Acceptance[] {
  // What people agreed on does not depend on the environment.
  const document = parseConfigDocument(written, { file, env: {} });
  const parsed = acceptedSchema.safeParse(document.value);
  if (!parsed.success)
    throw errorOf(problemsOf(parsed.error.issues, { document, schema: acceptedSchema, least: LEAST }));
  const acceptances = parsed.data.acceptances.map(
    ({ expires: expiresMs, ceiling, ticket, fingerprint, pointer, ...same }, index) => ({
      ...same,
      fingerprint,
      pointer,
      expiresMs,
      ceiling,
      ticket,
      at: placeOf(document, index),
    }),
  );
  const problems = [...unknownOperations(acceptances, { file, operations }), ...repeated(acceptances)];
  if (problems.length > 0) throw errorOf(problems);
  return acceptances;
}

function placeOf({ places }: ConfigDocument, index: number): Location | undefined {
  return locate(places.values, ['acceptances', index]);
}

function unknownOperations(acceptances: readonly Acceptance[], { operations }: AcceptedOptions): readonly Problem[] {
  return acceptances
    .filter(({ operation }) => !operations.includes(operation))
    .map(({ operation, at }) => ({
      code: 'PG_ACCEPTED_INVALID',
      message: `the contract has no operation "${operation}"`,
      at,
      fix: suggest(operation, operations),
    }));
}

function repeated(acceptances: readonly Acceptance[]): readonly Problem[] {
  const lines = new Map<string, number | undefined>();
  return acceptances.flatMap(({ operation, fingerprint, pointer, at }): Problem[] => {
    const key = JSON.stringify([operation, fingerprint, pointer]);
    const isFirst = !lines.has(key);
    if (isFirst) lines.set(key, at?.line);
    if (isFirst) return [];
    const message = `${fingerprint ?? pointer} of ${operation} is already accepted in line ${lines.get(key)}`;
    return [{ code: 'PG_ACCEPTED_INVALID', message, at, fix: 'keep one of the two' }];
  });
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    // The cast is safe: node:fs throws errors with a code.
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    throw new ParitygateError('PG_ACCEPTED_INVALID', `the file of acceptances cannot be read (${code})`, {
      at: { file },
      fix: 'make it a readable YAML file, or name another one with `accepted`',
      cause,
    });
  }
}

/** An acceptance as it is written. */
export interface NewAcceptance {
  readonly operation: string;
  readonly fingerprint: string;
  /** A template; wherever it stands, without one. */
  readonly pointer?: string | undefined;
  readonly owner: string;
  readonly reason: string;
  readonly ticket?: string | undefined;
  /** `2027-03-31` */
  readonly expires: string;
  /** `1%` */
  readonly ceiling?: string | undefined;
  readonly contract: string;
}

const NEW_FILE = `# Differences between legacy and candidate that are intended. Each has an owner, a reason and a last day;
# \`paritygate gate\` fails on those that have expired or are no longer needed.
version: 1
acceptances: []
`;

/** What an acceptance is known by. */
const SELECTORS = ['operation', 'fingerprint', 'pointer'] as const;

/** The text with these acceptances: one of the same difference is renewed, and comments and order stay. */
export function withAcceptances(written: string | undefined, entries: readonly NewAcceptance[]): string {
  const document = parseDocument(written ?? NEW_FILE);
  const list = document.get('acceptances');
  if (!isSeq(list)) throw new RangeError('the file has been read before, and has a list');
  // An empty list is written `[]`, and what comes into it should not stand in one line.
  list.flow = false;
  for (const entry of entries) {
    const node = document.createNode(JSON.parse(JSON.stringify(entry)));
    const at = list.items.findIndex(
      (item) => isMap(item) && SELECTORS.every((selector) => item.get(selector) === entry[selector]),
    );
    if (at === -1) list.add(node);
    else list.set(at, node);
  }
  return document.toString({ lineWidth: 0 });
}
