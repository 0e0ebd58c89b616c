// Bodies that are JSON, and bodies that are one JSON value after another.
import type { SchemaNode } from '../contract/index.ts';
import type { Side } from '../core/index.ts';
import { decodeText } from './decode-text.ts';
import { type Duplicate, findDuplicates } from './duplicate-names.ts';
import { parseExact } from './exact-json.ts';
import { scanJson } from './json-scan.ts';
import type { Position } from './position.ts';
import type { RawFinding } from './raw-finding.ts';

/** A body as it was read, its numbers exact. */
export interface JsonBody {
  readonly value: unknown;
  /** Names that stand twice in one object. */
  readonly duplicates: readonly Duplicate[];
}

/** UTF-8 JSON; undefined when it is not, and an empty body is not. */
export function readJson(body: Uint8Array): JsonBody | undefined {
  const text = decodeText(body);
  return text === undefined ? undefined : readJsonText(text, body);
}

export function readJsonText(text: string, bytes: Uint8Array): JsonBody | undefined {
  try {
    const scan = scanJson(bytes);
    const value = parseExact(text, scan);
    return { value, duplicates: findDuplicates(text, scan, value) };
  } catch {
    return undefined;
  }
}

/** How the values of a body are told from each other: by line ends, or each begins with a record separator (RFC 7464). */
export type Framing = 'lines' | 'sequence';

/** The text of each value; undefined where a sequence does not begin with a separator. */
export function textsOf(text: string, framing: Framing): readonly string[] | undefined {
  if (framing === 'sequence' && text !== '' && !text.startsWith('\x1e')) return undefined;
  return text.split(framing === 'sequence' ? '\x1e' : '\n').filter((line) => !/^[ \t\r\n]*$/.test(line));
}

/** The values of all lines as one list; undefined when one of them is not JSON. */
export function readJsonLines(body: Uint8Array, framing: Framing): JsonBody | undefined {
  const text = decodeText(body);
  const texts = text === undefined ? undefined : textsOf(text, framing);
  if (!texts) return undefined;
  const lines: JsonBody[] = [];
  for (const line of texts) {
    const read = readJsonText(line, Buffer.from(line));
    if (!read) return undefined;
    lines.push(read);
  }
  const duplicates = lines.flatMap((line, index) =>
    line.duplicates.map(({ path, hidden }) => ({ path: [index, ...path], hidden })),
  );
  return { value: lines.map(({ value }) => value), duplicates };
}

/** Whether the contract's schema of a body of lines is that of each line, as is the custom, and not of a list of them all. */
export function isSchemaOfLine(node: SchemaNode | undefined): node is SchemaNode {
  return node !== undefined && !node.types?.has('array');
}

/** The schema of a list of such values. */
export function listNode(item: SchemaNode): SchemaNode {
  return {
    place: item.place,
    types: new Set(['array']),
    format: undefined,
    members: undefined,
    extensible: false,
    required: new Set(),
    volatile: false,
    alias: undefined,
    tolerance: undefined,
    sensitive: item.sensitive,
    order: { kind: 'ordered' },
    property: () => undefined,
    additional: undefined,
    item: () => item,
    narrow() {
      return this;
    },
    hasChoice: false,
    names: [],
    branches: [],
    parts: [],
  };
}

/** What one side hides behind a name that stands twice, and the other does not. */
export function compareDuplicates(root: Position, legacy: JsonBody, candidate: JsonBody): readonly RawFinding[] {
  const [left, right] = [legacy, candidate].map(
    ({ duplicates }) => new Map(duplicates.map((each) => [JSON.stringify(each), each])),
  );
  const only = (these: typeof left, others: typeof left): readonly Duplicate[] =>
    [...(these ?? [])].flatMap(([key, each]) => (others?.has(key) ? [] : [each]));
  return [
    ...only(left, right).map((each) => duplicateFinding(root, each, 'legacy')),
    ...only(right, left).map((each) => duplicateFinding(root, each, 'candidate')),
  ];
}

function duplicateFinding(root: Position, { path }: Duplicate, side: Side): RawFinding {
  const at = root.below(path);
  const [legacy, candidate] = side === 'legacy' ? ['twice', 'once'] : ['once', 'twice'];
  return {
    rule: 'property-duplicated',
    class: side === 'legacy' ? 'value' : 'breaking',
    place: at.ownPlace,
    types: `${legacy}→${candidate}`,
    at: at.pointer,
    template: at.template,
    view: { legacy, candidate, node: undefined, secret: false },
  };
}
