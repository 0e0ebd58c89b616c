// A name that stands twice in one object (RFC 8259, section 4: parsers differ in which one they take). JSON.parse keeps the
// last and hides the others, so two bodies could differ in what another client reads and compare as equal.
import type { JsonScan } from './json-scan.ts';
import { isObject } from './values.ts';

export interface Duplicate {
  /** To the property: names, and indices of items. */
  readonly path: readonly (string | number)[];
  /** The value that JSON.parse does not show, as it is written. */
  readonly hidden: string;
}

/** All of them; `names` are how many stand in the text (json-scan.ts), `value` is what JSON.parse made of it. */
export function findDuplicates(text: string, { names }: Pick<JsonScan, 'names'>, value: unknown): readonly Duplicate[] {
  return names === countMembers(value) ? [] : scan(text);
}

// By `for in`, which makes no list of names or values.
function countMembers(value: unknown): number {
  let count = 0;
  if (Array.isArray(value)) for (const item of value) count += countMembers(item);
  else if (isObject(value)) for (const name in value) count += 1 + countMembers(value[name]);
  return count;
}

interface Frame {
  readonly path: Duplicate['path'];
  /** Of an object: the values so far, as they are written. Undefined for an array. */
  readonly values: Map<string, string> | undefined;
  /** The name of the member that is being read, or the index of the item. */
  name: string;
  index: number;
  isName: boolean;
  from: number;
}

/** `text` is known to be JSON. */
function scan(text: string): readonly Duplicate[] {
  const found: Duplicate[] = [];
  const open: Frame[] = [];
  for (let at = 0; at < text.length; at += 1) {
    const unit = text[at];
    const frame = open.at(-1);
    if (unit === '"') {
      const end = endOfString(text, at);
      if (frame?.isName) frame.name = String(JSON.parse(text.slice(at, end)));
      at = end - 1;
    } else if (unit === '{' || unit === '[') open.push(frameBelow(frame, unit === '{'));
    else if (unit === ':' && frame) [frame.isName, frame.from] = [false, at + 1];
    else if (unit === ',' && frame) endMember(frame, text.slice(frame.from, at), found);
    else if ((unit === '}' || unit === ']') && frame) {
      endMember(frame, text.slice(frame.from, at), found);
      open.pop();
    }
  }
  return found;
}

function endOfString(text: string, from: number): number {
  let at = from + 1;
  while (text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at + 1;
}

function frameBelow(parent: Frame | undefined, isObject: boolean): Frame {
  const path = parent ? [...parent.path, parent.values ? parent.name : parent.index] : [];
  return { path, values: isObject ? new Map() : undefined, name: '', index: 0, isName: isObject, from: 0 };
}

function endMember(frame: Frame, text: string, found: Duplicate[]): void {
  frame.index += 1;
  const { values, name, path, isName } = frame;
  // An empty object ends while it waits for a name.
  if (!values || isName) return;
  frame.isName = true;
  const hidden = values.get(name);
  if (hidden !== undefined) found.push({ path: [...path, name], hidden });
  values.set(name, text.trim());
}
