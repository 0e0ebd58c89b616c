// What is left of a value where no value may be kept: its names, types and lengths.
import type { JsonType } from '../contract/index.ts';
import { Bytes } from './bytes.ts';
import { templateName } from './position.ts';
import { type KeyedHash, redactText } from './redact.ts';
import { isObject, typeOf } from './values.ts';

const MAX = { items: 5, names: 40, depth: 5 } as const;

/** `{"id":7,"tags":["a","b"]}` is `{"id":"integer","tags":["string","string"]}`. */
export function shapeOf(value: unknown, depth = 0): unknown {
  if (value === undefined || value === null) return value;
  if (value instanceof Bytes) return `${value.bytes.length} bytes`;
  if (Array.isArray(value)) return depth >= MAX.depth ? `[${value.length} items]` : shapesOfItems(value, depth);
  if (isObject(value)) return depth >= MAX.depth ? 'object' : shapesOfProperties(Object.entries(value), depth);
  return typeOf(value) satisfies JsonType;
}

function shapesOfItems(items: readonly unknown[], depth: number): unknown {
  const shapes = items.slice(0, MAX.items).map((item) => shapeOf(item, depth + 1));
  return items.length > MAX.items ? [...shapes, `… ${items.length - MAX.items} more items`] : shapes;
}

function shapesOfProperties(properties: readonly (readonly [string, unknown])[], depth: number): unknown {
  const shapes = properties.slice(0, MAX.names).map(([name, each]) => [templateName(name), shapeOf(each, depth + 1)]);
  const rest = properties.length > MAX.names ? [['…', `${properties.length - MAX.names} more properties`]] : [];
  return Object.fromEntries([...shapes, ...rest]);
}

/** A pointer without the keys of items, and without names that are data. */
export function shapeOfPointer(pointer: string): string {
  return pointer
    .replace(/\/\[.*?\](?=\/|$)/gs, '/[*]')
    .split('/')
    .map((step) => (/^\d{1,6}$/.test(step) ? step : templateName(step)))
    .join('/');
}

/** The name of a parameter, unless it is data. */
export function tellableName(name: string, hash: KeyedHash): string {
  const template = templateName(name);
  return redactText(template, hash) === name ? name : '*';
}

/** A request target by the template of its path, and the names of its parameters. */
export function shapeOfTarget(path: string, target: string): string {
  const query = target.split('?', 2)[1];
  const names = [...new URLSearchParams(query)].slice(0, MAX.names).map(([name]) => templateName(name));
  return names.length > 0 ? `${path}?${names.join('&')}` : path;
}
