import type { JsonType, SchemaNode } from '../contract/index.ts';
import { Bytes } from './bytes.ts';
import { ExactNumber, normalizeDecimal } from './exact-json.ts';
import { normalForm } from './formats.ts';
import { shorten } from './shorten.ts';
import { BudgetExceeded, MAX_DEPTH } from './walk-state.ts';

export type JsonObject = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is JsonObject {
  // What JSON.parse and we make of objects has this prototype, and nothing else has: no list, no number, no bytes.
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

/** The JSON type of a parsed value; integers are told from other numbers by value, as JSON Schema does. */
export function typeOf(value: unknown): JsonType {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (value instanceof ExactNumber) return isWhole(value.text) ? 'integer' : 'number';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  // Bytes are strings to OpenAPI, whatever is in them.
  if (value instanceof Bytes) return 'string';
  if (typeof value === 'object') return 'object';
  return typeof value === 'boolean' ? 'boolean' : 'string';
}

function isWhole(text: string): boolean {
  const exponent = normalizeDecimal(text)?.split('e')[1];
  return exponent === undefined || !exponent.startsWith('-');
}

/** `1` and `1.5` are both numbers: whether two types are told apart by a client. */
export function sameType(left: JsonType, right: JsonType): boolean {
  return left === right || (isNumeric(left) && isNumeric(right));
}

export function isNumeric(type: JsonType): boolean {
  return type === 'integer' || type === 'number';
}

export function numberText(value: unknown): string {
  return value instanceof ExactNumber ? value.text : String(value);
}

/**
 * A string that is the same for two values that the contract calls the same: keys sorted, formats normalised. Long ones
 * are hashed, so it serves to pair items and never to call them equal: pairs are walked whatever it says.
 */
export function canonical(value: unknown, node: SchemaNode | undefined, depth = 0): string {
  if (depth > MAX_DEPTH) throw new BudgetExceeded('depth');
  if (node?.volatile) return `~${typeOf(value)}`;
  if (Array.isArray(value) || isObject(value)) return canonicalTree(value, node, depth);
  if (typeof value === 'string') return shorten(JSON.stringify(normalForm(node?.format, value) ?? value));
  if (value instanceof ExactNumber || typeof value === 'number')
    return normalizeDecimal(numberText(value)) ?? numberText(value);
  return value instanceof Bytes ? shorten(value.asText) : String(value);
}

// Every array asks for the text of its items, and so does every array around it: without a memory that is quadratic.
const known = new WeakMap<object, string>();

function canonicalTree(value: readonly unknown[] | JsonObject, node: SchemaNode | undefined, depth: number): string {
  const before = known.get(value);
  if (before !== undefined) return before;
  const text = shorten(isObject(value) ? canonicalObject(value, node, depth) : canonicalArray(value, node, depth));
  known.set(value, text);
  return text;
}

function canonicalArray(items: readonly unknown[], node: SchemaNode | undefined, depth: number): string {
  const parts = items.map((item, index) => canonical(item, node?.item(index), depth + 1));
  const free = node !== undefined && !isStrict(node);
  return `[${(free ? parts.sort() : parts).join(',')}]`;
}

function canonicalObject(value: JsonObject, node: SchemaNode | undefined, depth: number): string {
  const keys = Object.keys(value).sort();
  return `{${keys.map((key) => `${JSON.stringify(key)}:${canonical(value[key], childOf(node, key), depth + 1)}`).join(',')}}`;
}

/** Whether the order of a keyed array counts although its items are found by key. */
export function isStrict(node: SchemaNode): boolean {
  return node.order.kind === 'ordered' || (node.order.kind === 'keyed' && node.order.strict);
}

export function childOf(node: SchemaNode | undefined, name: string): SchemaNode | undefined {
  return node?.property(name) ?? node?.additional;
}
