import { type Document, LineCounter, parseDocument } from 'yaml';

export interface Place {
  readonly line: number;
  readonly column: number;
}

/**
 * Where the syntax error of a text that `JSON.parse` refused is. V8 names the position in some messages only; for the
 * others the YAML parser, held to JSON's scalars, finds it.
 */
export function placeOfSyntaxError(text: string, error: unknown): Place | undefined {
  const message = error instanceof Error ? error.message : '';
  const told = /\(line (\d+) column (\d+)\)/.exec(message);
  if (told) return { line: Number(told[1]), column: Number(told[2]) };
  const { document, lines } = read(text);
  const offset = message.startsWith('Unexpected end') ? text.length : document.errors[0]?.pos[0];
  return offset === undefined ? undefined : placeAt(lines, offset);
}

/** Where the value at a path stands in a valid JSON text, or the nearest value above it where it is absent. */
export function placeOfPath(text: string, path: readonly PropertyKey[]): Place | undefined {
  const { document, lines } = read(text);
  for (let length = path.length; length >= 0; length -= 1) {
    const offset = startOf(document.getIn(path.slice(0, length), true));
    if (offset !== undefined) return placeAt(lines, offset);
  }
  return undefined;
}

function read(text: string): { document: Document.Parsed; lines: LineCounter } {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, schema: 'json', prettyErrors: false, uniqueKeys: false });
  return { document, lines };
}

function startOf(node: unknown): number | undefined {
  if (typeof node !== 'object' || node === null || !('range' in node) || !Array.isArray(node.range)) return undefined;
  const [start]: readonly unknown[] = node.range;
  return typeof start === 'number' ? start : undefined;
}

function placeAt(lines: LineCounter, offset: number): Place | undefined {
  const { line, col } = lines.linePos(offset);
  return line > 0 ? { line, column: col } : undefined;
}
