// A stream of events that came to its end (WHATWG HTML, section 9.2.6), as the list of the events that a client is told of.
import type { SchemaNode } from '../contract/index.ts';
import { decodeText } from './decode-text.ts';
import { type JsonBody, listNode, readJsonText } from './json-bodies.ts';

interface StreamEvent {
  readonly event: string;
  /** The value, where it is JSON. */
  readonly data: unknown;
  /** That it has one: each stream numbers its events as it likes. */
  readonly id?: true;
  readonly retry?: string;
}

/** Undefined where there is something, and no line of it is a field. */
export function readEvents(body: Uint8Array): JsonBody | undefined {
  const text = decodeText(body)
    ?.split(/\r\n|\r|\n/)
    .join('\n');
  if (text === undefined) return undefined;
  const blocks = text.split('\n\n');
  const rest = blocks.pop() ?? '';
  const read = blocks.flatMap((block) => readEvent(block) ?? []);
  const events = read.map(({ event }) => event);
  const duplicates = read.flatMap(({ duplicates: inside }, index) =>
    inside.map(({ path, hidden }) => ({ path: [index, 'data', ...path], hidden })),
  );
  // Of what no empty line ends browsers tell nobody, and other clients do.
  const unfinished = rest.replace(/^\n+/, '');
  if (unfinished !== '' && events.length === 0 && !unfinished.split('\n').some(isField)) return undefined;
  return { value: unfinished === '' ? events : [...events, { unfinished }], duplicates };
}

function isField(line: string): boolean {
  return /^(?:event|data|id|retry)?(?::|$)/.test(line);
}

interface ReadEvent {
  readonly event: StreamEvent;
  readonly duplicates: JsonBody['duplicates'];
}

function readEvent(block: string): ReadEvent | undefined {
  const fields = block.split('\n').map(readField);
  const last = (name: string): string | undefined => fields.findLast(([field]) => field === name)?.[1];
  const data = fields.filter(([field]) => field === 'data').map(([, value]) => value);
  const retry = last('retry');
  // Without data nobody is told of it; that it sets the time to wait counts.
  if (data.length === 0 && retry === undefined) return undefined;
  const { value, duplicates } = readData(data.join('\n'));
  const event = {
    event: last('event') || 'message',
    data: value,
    ...(last('id') !== undefined && { id: true as const }),
    ...(retry !== undefined && { retry }),
  };
  return { event, duplicates };
}

/** A line that begins with a colon is a comment, and has no name. */
function readField(line: string): readonly [name: string, value: string] {
  const colon = line.indexOf(':');
  if (colon < 0) return [line, ''];
  return [line.slice(0, colon), line.slice(colon + 1).replace(/^ /, '')];
}

function readData(data: string): JsonBody {
  const json = /^[[{]/.test(data) ? readJsonText(data, Buffer.from(data)) : undefined;
  return json ?? { value: data, duplicates: [] };
}

/** The contract's schema is that of what the events carry, where it is about more than a text. */
export function eventsNode(node: SchemaNode | undefined): SchemaNode | undefined {
  if (!node || (!node.types?.has('object') && !node.sensitive)) return undefined;
  return listNode({
    ...listNode(node),
    types: new Set(['object']),
    property: (name) => (name === 'data' ? node : undefined),
    item: () => undefined,
  });
}
