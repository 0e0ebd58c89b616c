import { isMap, isScalar, isSeq, type LineCounter, type Node, type Pair } from 'yaml';
import type { Location } from '../core/index.ts';

/** A way into the file: `['groups', 'trades', 'operations', 0]`. */
export type ConfigPath = readonly PropertyKey[];

/** Places of a file by JSON pointer; the place of the file itself is at the empty pointer. */
export type Places = Readonly<Record<string, Location>>;

export interface PlacesOf {
  /** Where each value begins. */
  readonly values: Places;
  /** Where the key before it begins. */
  readonly keys: Places;
  /** Each scalar as it is written. */
  readonly written: Readonly<Record<string, string>>;
}

/** The place of a value, or of the nearest one around it that the file has. */
export function locate(places: Places, path: ConfigPath): Location | undefined {
  const place = places[pointerOf(path)];
  return place ?? (path.length === 0 ? undefined : locate(places, path.slice(0, -1)));
}

/** `groups.trades.operations[0]`, as a person would write it. */
export function formatPath(path: ConfigPath): string {
  return path
    .map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`))
    .join('')
    .replace(/^\./, '');
}

/** A parsed file, and what turns its offsets into lines. */
export interface ParsedFile {
  readonly file: string;
  readonly text: string;
  readonly lines: LineCounter;
}

export function collectPlaces(root: Node | null, { file, text, lines }: ParsedFile): PlacesOf {
  const values: Record<string, Location> = { '': { file, line: 1, column: 1 } };
  const keys: Record<string, Location> = {};
  const written: Record<string, string> = {};
  const at = (offset: number): Location => ({
    file,
    line: lines.linePos(offset).line,
    column: lines.linePos(offset).col,
  });

  function enterPair(pair: Pair<Node, Node | null>, path: ConfigPath): void {
    // A key is taken as a string, as it is in the parsed value: `groups: { 1: ... }` is the group "1".
    const inner = [...path, isScalar(pair.key) ? String(pair.key.value) : String(pair.key)];
    const keyAt = at(pair.key.range?.[0] ?? 0);
    keys[pointerOf(inner)] = keyAt;
    enter(pair.value, inner, keyAt);
  }

  // An alias is not followed: what stands behind it is located at the alias, which is where a person must look.
  function enter(node: Node | null, path: ConfigPath, keyAt?: Location): void {
    const [start, end] = node?.range ?? [0, 0];
    values[pointerOf(path)] = end > start ? at(start) : (keyAt ?? { file, line: 1, column: 1 });
    if (isScalar(node)) written[pointerOf(path)] = text.slice(start, end);
    // The parser types what stands in a collection as unknown; without custom tags it is nodes only.
    if (isMap(node)) for (const pair of node.items as Pair<Node, Node | null>[]) enterPair(pair, path);
    if (isSeq(node)) for (const [index, item] of node.items.entries()) enter(item as Node, [...path, index]);
  }

  enter(root, []);
  return { values, keys, written };
}

export function pointerOf(path: ConfigPath): string {
  return path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}
