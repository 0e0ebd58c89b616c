// Positions in JSON text. A YAML parser could give them too, but takes 3.5 s and 700 MB for a description of 13 MB.

const NOT_SPACE = /[^ \t\n\r]/g;
const SCALAR_END = /[ \t\n\r,\]}]/g;

/** The offset of the next character that is not white space; the text's length where there is none. */
export function skipSpace(text: string, from: number): number {
  return indexOf(NOT_SPACE, text, from);
}

/** The offset after the string that begins at `from`. */
export function skipString(text: string, from: number): number {
  let end = text.indexOf('"', from + 1);
  while (end !== -1 && isEscaped(text, end)) end = text.indexOf('"', end + 1);
  return end === -1 ? text.length : end + 1;
}

/** The offset after the number or word that begins at `from`. */
export function skipScalar(text: string, from: number): number {
  return indexOf(SCALAR_END, text, from);
}

/** Where a value begins, and the name before it; an item of a list has none, and `name` is where it begins. */
export interface Offsets {
  readonly name: number;
  readonly value: number;
}

/** Finds values in valid JSON text. The members of each object on the way are remembered: the next one is found at once. */
export function createJsonIndex(text: string): (path: readonly string[]) => Offsets | undefined {
  const known = new Map<number, ReadonlyMap<string, Offsets>>();
  const childrenOf = (opening: number) => {
    const children = known.get(opening) ?? scanChildren(text, opening);
    known.set(opening, children);
    return children;
  };
  const start = skipSpace(text, 0);
  return (path) =>
    path.reduce<Offsets | undefined>((at, segment) => at && childrenOf(at.value).get(segment), {
      name: start,
      value: start,
    });
}

function scanChildren(text: string, opening: number): Map<string, Offsets> {
  const children = new Map<string, Offsets>();
  const isObject = text[opening] === '{';
  if (!isObject && text[opening] !== '[') return children;
  let at = skipSpace(text, opening + 1);
  while (at < text.length && text[at] !== '}' && text[at] !== ']') {
    const nameEnd = isObject ? skipString(text, at) : at;
    const value = isObject ? skipSpace(text, skipSpace(text, nameEnd) + 1) : at;
    // Of several members of one name JSON.parse keeps the last, as the map does.
    children.set(isObject ? JSON.parse(text.slice(at, nameEnd)) : String(children.size), { name: at, value });
    at = nextSibling(text, value);
  }
  return children;
}

function nextSibling(text: string, value: number): number {
  const end = skipSpace(text, skipValue(text, value));
  return text[end] === ',' ? skipSpace(text, end + 1) : end;
}

function skipValue(text: string, from: number): number {
  if (text[from] === '"') return skipString(text, from);
  if (text[from] !== '{' && text[from] !== '[') return skipScalar(text, from);
  let depth = 0;
  let at = from;
  do {
    const char = text[at];
    if (char === '{' || char === '[') depth++;
    else if (char === '}' || char === ']') depth--;
    at = char === '"' ? skipString(text, at) : at + 1;
  } while (depth > 0 && at < text.length);
  return at;
}

function isEscaped(text: string, quote: number): boolean {
  let backslashes = 0;
  while (text[quote - 1 - backslashes] === '\\') backslashes++;
  return backslashes % 2 === 1;
}

function indexOf(pattern: RegExp, text: string, from: number): number {
  pattern.lastIndex = from;
  return pattern.exec(text)?.index ?? text.length;
}
