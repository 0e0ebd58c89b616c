import { isMixedMatch, type MixedSegment, parseSegment } from './path-segment.ts';

/** A trie over the segments of paths. A literal segment comes before a mixed one, and that before a parameter. */
export interface PathTrie<Value> {
  readonly literals: Map<string, PathTrie<Value>>;
  /** The one with the most literal text first. */
  readonly mixed: { readonly segment: MixedSegment; readonly below: PathTrie<Value> }[];
  parameter: PathTrie<Value> | undefined;
  value: Value | undefined;
}

export function createPathTrie<Value>(): PathTrie<Value> {
  return { literals: new Map(), mixed: [], parameter: undefined, value: undefined };
}

/** Returns the value that already stands there, and then changes nothing. */
export function insertPath<Value>(trie: PathTrie<Value>, path: string, value: Value): Value | undefined {
  let node = trie;
  for (const segment of path.split('/').slice(1)) node = descend(node, segment);
  const standing = node.value;
  node.value ??= value;
  return standing;
}

/** The value for a path as it stands in the request: not decoded, since it is forwarded as it is. */
export function findPath<Value>(trie: PathTrie<Value>, path: string): Value | undefined {
  return path.startsWith('/') ? find(trie, path, 1) : undefined;
}

function find<Value>(node: PathTrie<Value>, path: string, start: number): Value | undefined {
  if (start > path.length) return node.value;
  const slash = path.indexOf('/', start);
  const end = slash === -1 ? path.length : slash;
  const segment = path.slice(start, end);
  const literal = node.literals.get(segment);
  const found = literal && find(literal, path, end + 1);
  if (found !== undefined) return found;
  for (const { segment: mixed, below } of node.mixed) {
    const foundBelow = isMixedMatch(mixed, segment) ? find(below, path, end + 1) : undefined;
    if (foundBelow !== undefined) return foundBelow;
  }
  // A parameter of a path is never empty.
  return node.parameter && end > start ? find(node.parameter, path, end + 1) : undefined;
}

function descend<Value>(node: PathTrie<Value>, text: string): PathTrie<Value> {
  const segment = parseSegment(text);
  if (segment.kind === 'parameter') {
    node.parameter ??= createPathTrie();
    return node.parameter;
  }
  return segment.kind === 'mixed' ? descendMixed(node, segment) : descendLiteral(node, segment.text);
}

function descendLiteral<Value>(node: PathTrie<Value>, text: string): PathTrie<Value> {
  // A template may be written with characters that a request must encode.
  const encoded = encodeURI(text.toWellFormed()).replaceAll('%25', '%');
  const below = node.literals.get(text) ?? node.literals.get(encoded) ?? createPathTrie();
  node.literals.set(text, below);
  node.literals.set(encoded, below);
  return below;
}

function descendMixed<Value>(node: PathTrie<Value>, segment: MixedSegment): PathTrie<Value> {
  const name = JSON.stringify(segment.texts);
  const known = node.mixed.find((candidate) => JSON.stringify(candidate.segment.texts) === name);
  if (known) return known.below;
  const below = createPathTrie<Value>();
  node.mixed.push({ segment, below });
  node.mixed.sort((a, b) => b.segment.literalLength - a.segment.literalLength);
  return below;
}
