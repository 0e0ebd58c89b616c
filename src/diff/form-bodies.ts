// Bodies that are fields with names: of a form (WHATWG URL, section 5), or the parts of a multipart body (RFC 7578, RFC 2046).
import type { SchemaNode } from '../contract/index.ts';
import { bodyKindOf } from './body-kind.ts';
import { Bytes } from './bytes.ts';
import { decodeText } from './decode-text.ts';
import { parseExact } from './exact-json.ts';
import { readJson } from './json-bodies.ts';
import { charsetOf, essenceOf } from './media-type.ts';
import { childOf } from './values.ts';

type Field = readonly [name: string, value: unknown];

/** An object of the fields; undefined when the body is no text. */
export function readForm(body: Uint8Array, node: SchemaNode | undefined): unknown {
  const text = decodeText(body);
  if (text === undefined) return undefined;
  const fields = text.split('&').filter((field) => field !== '');
  return toObject(fields.map(readField), node);
}

function readField(field: string): Field {
  const at = field.indexOf('=');
  return at < 0 ? [decodeField(field), ''] : [decodeField(field.slice(0, at)), decodeField(field.slice(at + 1))];
}

/** What is not UTF-8 behind its percent signs stays as it is written, and says so: with a mark for it two texts would be the same. */
function decodeField(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return `${text} ‹not UTF-8›`;
  }
}

/** A name that stands more than once, or that the contract calls a list, has a list of values. */
function toObject(fields: readonly Field[], node: SchemaNode | undefined): unknown {
  const byName = Map.groupBy(fields, ([name]) => name);
  const entries = [...byName].map(([name, same]): Field => {
    const declared = childOf(node, name);
    const isList = same.length > 1 || declared?.types?.has('array') === true;
    if (!isList) return [name, asDeclared(same[0]?.[1], declared)];
    return [name, same.map(([, value], index) => asDeclared(value, declared?.item(index)))];
  });
  return Object.fromEntries(entries);
}

const JSON_SCALAR = /^(?:-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false)$/;

/** The number or boolean that a text is by the contract: in a text all is written as text. */
export function asDeclared(text: unknown, node: SchemaNode | undefined): unknown {
  const types = node?.types;
  if (typeof text !== 'string' || !types || types.has('string') || !JSON_SCALAR.test(text)) return text;
  const value = readScalar(text);
  const isBoolean = typeof value === 'boolean';
  return (isBoolean ? types.has('boolean') : types.has('number') || types.has('integer')) ? value : text;
}

function readScalar(text: string): unknown {
  try {
    return parseExact(text);
  } catch {
    return text;
  }
}

const BOUNDARY = /;\s*boundary=(?:"([^"]{1,70})"|([^\s;"]{1,70}))/i;

/**
 * The parts of a multipart body: of `multipart/form-data` an object of them, of any other a list. Undefined where it is
 * not one. The boundary is made anew for every body and is no part of it.
 */
export function readMultipart(
  body: Uint8Array,
  contentType: string | undefined,
  node: SchemaNode | undefined,
): unknown {
  const boundary = BOUNDARY.exec(contentType ?? '');
  const parts = splitParts(Buffer.from(body), boundary?.[1] ?? boundary?.[2]);
  if (!parts) return undefined;
  if (essenceOf(contentType) !== 'multipart/form-data') return parts.map((part) => partValue(part, false));
  return toObject(
    parts.map(
      (part): Field => [parameterOf(part.headers.get('content-disposition'), 'name') ?? '', partValue(part, true)],
    ),
    node,
  );
}

interface Part {
  readonly headers: ReadonlyMap<string, string>;
  readonly content: Buffer;
}

function splitParts(body: Buffer, boundary: string | undefined): readonly Part[] | undefined {
  if (boundary === undefined) return undefined;
  const starts = delimiters(body, `--${boundary}`);
  const isClosed = starts.at(-1)?.isClosing === true;
  if (!isClosed) return undefined;
  return starts.slice(0, -1).map(({ to }, index) => readPart(body.subarray(to, starts[index + 1]?.from)));
}

interface Delimiter {
  /** The end of the part before it: the line break belongs to the delimiter. */
  readonly from: number;
  /** The beginning of the part behind it. */
  readonly to: number;
  readonly isClosing: boolean;
}

const LF = 0x0a;
const CR = 0x0d;

function delimiters(body: Buffer, text: string): readonly Delimiter[] {
  const found: Delimiter[] = [];
  for (let at = body.indexOf(text); at >= 0; at = body.indexOf(text, at + text.length)) {
    if (at > 0 && body[at - 1] !== LF) continue;
    const line = body.indexOf(LF, at);
    const end = line < 0 ? body.length : line + 1;
    const rest = body.toString('latin1', at + text.length, end).trimEnd();
    if (rest !== '' && rest !== '--') continue;
    found.push({ from: startOfLineBreak(body, at), to: end, isClosing: rest === '--' });
    if (rest === '--') return found;
  }
  return found;
}

function startOfLineBreak(body: Buffer, at: number): number {
  if (at === 0) return 0;
  return body[at - 2] === CR ? at - 2 : at - 1;
}

function readPart(part: Buffer): Part {
  const crlf = part.indexOf('\r\n\r\n');
  // A part without headers begins with the empty line that ends them.
  if (part.subarray(0, 2).toString('latin1') === '\r\n') return { headers: new Map(), content: part.subarray(2) };
  if (crlf < 0) return { headers: new Map(), content: part };
  const lines = part.toString('utf8', 0, crlf).split('\r\n');
  const headers = lines.map((line): [string, string] => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()];
  });
  return { headers: new Map(headers), content: part.subarray(crlf + 4) };
}

/** What says what a part is, besides its type; of a part of a form its name is where it stands. */
const TELLING = ['content-id', 'content-location', 'content-range', 'content-transfer-encoding'];

/** A field of a form is its text; of a file and the like its name, its type and what is said of it count as well. */
function partValue({ headers, content }: Part, isField: boolean): unknown {
  const contentType = headers.get('content-type');
  const disposition = headers.get('content-disposition');
  const told = [
    ...TELLING.map((name) => [name, headers.get(name)] as const),
    ['name', isField ? undefined : parameterOf(disposition, 'name')] as const,
    ...['filename', 'filename*'].map((name) => [name, parameterOf(disposition, name)] as const),
  ].filter(([, value]) => value !== undefined);
  const value = contentOf(content, contentType);
  if (contentType === undefined && told.length === 0) return value;
  return { 'content-type': essenceOf(contentType), ...Object.fromEntries(told), content: value };
}

function contentOf(content: Buffer, contentType: string | undefined): unknown {
  const kind = contentType === undefined ? 'text' : bodyKindOf(contentType);
  const text = kind === 'bytes' ? undefined : decodeText(content, charsetOf(contentType));
  const json = kind === 'json' ? readJson(content) : undefined;
  // What one name hides behind another is seen in the text.
  if (json && json.duplicates.length === 0) return json.value;
  return text ?? new Bytes(content);
}

function parameterOf(header: string | undefined, name: string): string | undefined {
  const start = `;\\s*${name.replace('*', '\\*')}=`;
  const quoted = new RegExp(`${start}"((?:[^"\\\\]|\\\\.)*)"`, 'i').exec(header ?? '');
  return quoted?.[1] ?? new RegExp(`${start}([^\\s;"]+)`, 'i').exec(header ?? '')?.[1];
}
