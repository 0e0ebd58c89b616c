// A stream of events that came to its end (WHATWG HTML, section 9.2.6), as the list of the events that a client is told of.
import type { SchemaNode } from '../contract/index.ts';
import { decodeText } from './decode-text.ts';
import { parseExact } from './exact-json.ts';
import { type JsonBody, listNode } from './json-bodies.ts';

interface StreamEvent {
  readonly event: string;
  /** The value, where it is JSON. */
  readonly data: unknown;
  /** That it has one: each stream numbers its events as it likes. */
  readonly id?: true;
  readonly retry?: string;
}

export function readEvents(body: Uint8Array): JsonBody | undefined {
  const text = decodeText(body);
  if (text === undefined) return undefined;
  // What no empty line ends is never told of.
  const blocks = text
    .split(/\r\n|\r|\n/)
    .join('\n')
    .split('\n\n')
    .slice(0, -1);
  return { value: blocks.flatMap((block) => readEvent(block) ?? []), duplicates: [] };
}

function readEvent(block: string): StreamEvent | undefined {
  const fields = block.split('\n').map(readField);
  const last = (name: string): string | undefined => fields.findLast(([field]) => field === name)?.[1];
  const data = fields.filter(([field]) => field === 'data').map(([, value]) => value);
  const retry = last('retry');
  // Without data nobody is told of it; that it sets the time to wait counts.
  if (data.length === 0 && retry === undefined) return undefined;
  return {
    event: last('event') || 'message',
    data: readData(data.join('\n')),
    ...(last('id') !== undefined && { id: true }),
    ...(retry !== undefined && { retry }),
  };
}

/** A line that begins with a colon is a comment, and has no name. */
function readField(line: string): readonly [name: string, value: string] {
  const colon = line.indexOf(':');
  if (colon < 0) return [line, ''];
  return [line.slice(0, colon), line.slice(colon + 1).replace(/^ /, '')];
}

function readData(data: string): unknown {
  if (!/^[[{]/.test(data)) return data;
  try {
    return parseExact(data);
  } catch {
    return data;
  }
}

/** The contract's schema is that of what the events carry, where it is about more than a text. */
export function eventsNode(node: SchemaNode | undefined): SchemaNode | undefined {
  if (!node?.types?.has('object')) return undefined;
  return listNode({
    ...listNode(node),
    types: new Set(['object']),
    property: (name) => (name === 'data' ? node : undefined),
    item: () => undefined,
  });
}
