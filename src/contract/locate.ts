import { type Document, isAlias, isMap, isPair, isScalar, isSeq, LineCounter, type Node } from 'yaml';
import { createJsonIndex } from './json-text.ts';
import { segmentsOf } from './place.ts';

/**
 * Finds the line, from 1, of a place in the file. Where nothing stands at the place, it is the line of the nearest place
 * above it that does.
 */
export type Locate = (place: string) => number | undefined;

export function createJsonLocator(text: string): Locate {
  let find: ((path: readonly string[]) => number | undefined) | undefined;
  return locateNearest((path) => {
    find ??= createLineFinder(text);
    return find(path);
  });
}

function createLineFinder(text: string): (path: readonly string[]) => number | undefined {
  const offsetsOf = createJsonIndex(text);
  const lines = new LineCounter();
  lines.addNewLine(0);
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) lines.addNewLine(at + 1);
  return (path) => {
    const found = offsetsOf(path);
    return found && lines.linePos(found.name).line;
  };
}

export function createYamlLocator(document: Document.Parsed, lines: LineCounter): Locate {
  return locateNearest((path) => {
    const offset = yamlOffset(document, path);
    return offset === undefined ? undefined : lines.linePos(offset).line;
  });
}

/** The line and column, from 1, of an offset. */
export function positionAt(text: string, offset: number): { readonly line: number; readonly column: number } {
  const before = text.slice(0, offset).split('\n');
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}

function locateNearest(lineOfPath: (path: readonly string[]) => number | undefined): Locate {
  const known = new Map<string, number | undefined>();
  return (place) => {
    if (!known.has(place)) known.set(place, place.startsWith('#') ? nearestLine(lineOfPath, place) : undefined);
    return known.get(place);
  };
}

function nearestLine(lineOfPath: (path: readonly string[]) => number | undefined, place: string): number | undefined {
  const path = segmentsOf(place);
  for (let length = path.length; length > 0; length--) {
    const line = lineOfPath(path.slice(0, length));
    if (line !== undefined) return line;
  }
  return path.length === 0 ? 1 : undefined;
}

function yamlOffset(document: Document.Parsed, path: readonly string[]): number | undefined {
  let node: unknown = document.contents;
  let offset: number | undefined = 0;
  for (const segment of path) {
    const child = yamlChild(isAlias(node) ? node.resolve(document) : node, segment);
    if (child === undefined) return undefined;
    node = child.value;
    offset = child.offset;
  }
  return offset;
}

function yamlChild(node: unknown, segment: string): { value: unknown; offset: number | undefined } | undefined {
  if (isSeq(node)) {
    const item = node.items[Number(segment)];
    return item === undefined ? undefined : { value: item, offset: startOf(item) };
  }
  if (!isMap(node)) return undefined;
  const pair = node.items.find((candidate) => isPair(candidate) && nameOf(candidate.key) === segment);
  return pair === undefined ? undefined : { value: pair.value, offset: startOf(pair.key) };
}

function nameOf(key: unknown): string {
  return String(isScalar(key) ? key.value : key);
}

function startOf(node: unknown): number | undefined {
  // Every node that the parser made has a range; `items` and `key` are typed as unknown.
  return (node as Node | null)?.range?.[0];
}
