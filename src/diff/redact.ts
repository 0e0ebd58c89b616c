// What is kept of a body is shown to people and stored on disk. Secrets go before that, by name and by the contract's
// word; the same secret gets the same mark, so that equality survives.
import type { SchemaNode } from '../contract/index.ts';
import { ExactNumber } from './exact-json.ts';
import { childOf, isObject, type JsonObject } from './values.ts';

/** A keyed hash; a bare one could be undone by trying all phone numbers. */
export type KeyedHash = (text: string) => string;

const SECRET_NAME =
  /pass(?:word|wd|phrase)|secret|token|authorization|api[-_]?key|cookie|session|credential|\bssn\b|iban|cvv|card[-_]?number|private[-_]?key|(?:^|[-_.])(?:auth|pwd|pin|otp)(?:$|[-_.])/i;
/** Harmless as the name of a field, and a secret as the name of a parameter: OAuth's codes, signed links. */
const SECRET_PARAMETER = /^(?:code|state|nonce|sig|signature|key)$/i;
const USER_INFO = /(:\/\/)[^/?#@\s]+@/g;
const EMAIL = /[^\s@"'<>/?&=%]+(?:@|%40)[^\s@"'<>/?&=%]+\.[a-z]{2,}/gi;
const CREDENTIALS = /\b(?:Bearer|Basic)\s+[\w.~+/=-]{6,}/gi;
/** `?token=...` inside a URL, such as a `Location` or a `next` link. */
const PARAMETER = /([?&;])([^=&;#\s]+)=([^?&;#\s"'<>]+)/g;
const JWT = /\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*/g;

const MAX = { text: 256, items: 20, names: 40, depth: 5 } as const;

/** A copy of a value that may be stored: secrets marked, long texts, lists and deep trees cut and said to be cut. */
export function redactValue(value: unknown, node: SchemaNode | undefined, hash: KeyedHash): unknown {
  return redactAt(value, { node, name: '', depth: 0 }, hash);
}

interface Where {
  readonly node: SchemaNode | undefined;
  readonly name: string;
  readonly depth: number;
}

function redactAt(value: unknown, where: Where, hash: KeyedHash): unknown {
  if (value === undefined || value === null || typeof value === 'boolean') return value;
  if (where.node?.sensitive || isSecretName(where.name)) return mark('secret', JSON.stringify(value), hash);
  if (value instanceof ExactNumber) return `${value.text} (a number beyond double precision)`;
  if (typeof value === 'string') return cut(redactText(value, hash));
  if (Array.isArray(value)) return redactItems(value, where, hash);
  return isObject(value) ? redactObject(value, where, hash) : value;
}

function redactItems(items: readonly unknown[], where: Where, hash: KeyedHash): unknown {
  if (where.depth >= MAX.depth) return `[${items.length} items]`;
  const kept = items
    .slice(0, MAX.items)
    .map((item, index) => redactAt(item, { ...where, node: where.node?.item(index), depth: where.depth + 1 }, hash));
  return items.length > MAX.items ? [...kept, `… ${items.length - MAX.items} more items`] : kept;
}

function redactObject(value: JsonObject, where: Where, hash: KeyedHash): unknown {
  const names = Object.keys(value);
  if (where.depth >= MAX.depth) return `{${names.length} properties}`;
  const inside = (name: string): Where => ({ node: childOf(where.node, name), name, depth: where.depth + 1 });
  const kept = names
    .slice(0, MAX.names)
    .map((name) => [redactText(name, hash), redactAt(value[name], inside(name), hash)] as const);
  const rest = names.length > MAX.names ? [['…', `${names.length - MAX.names} more properties`] as const] : [];
  // fromEntries defines own properties, so that a field named __proto__ stays a field.
  return Object.fromEntries([...kept, ...rest]);
}

/** A text without the secrets that can be told by their shape. */
export function redactText(text: string, hash: KeyedHash): string {
  return text
    .replace(USER_INFO, (whole, start: string) => `${start}${mark('credentials', whole, hash)}@`)
    .replace(
      PARAMETER,
      (_whole, start: string, name: string, value: string) =>
        `${start}${name}=${redactParameter({ name, value }, hash)}`,
    )
    .replace(CREDENTIALS, (found) => mark('credentials', found, hash))
    .replace(EMAIL, (found) => mark('email', found, hash))
    .replace(JWT, (found) => mark('jwt', found, hash));
}

function redactParameter({ name, value }: { readonly name: string; readonly value: string }, hash: KeyedHash): string {
  if (isSecretName(name) || SECRET_PARAMETER.test(name)) return mark('secret', value, hash);
  const decoded = decode(value);
  // An address inside an address hides its own parameters behind percent signs.
  return decoded === value || redactText(decoded, hash) === decoded ? value : redactText(decoded, hash);
}

function decode(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}

/** Whether a name says that its value is a secret. */
export function isSecretName(name: string): boolean {
  return SECRET_NAME.test(name);
}

/** Stands for a value of which nothing may be kept but whether it is the same. */
export function redactWhole(value: unknown, hash: KeyedHash): unknown {
  return value === undefined ? undefined : mark('secret', JSON.stringify(value), hash);
}

function cut(text: string): string {
  return text.length > MAX.text ? `${text.slice(0, MAX.text)}… (${text.length} characters)` : text;
}

function mark(kind: string, text: string, hash: KeyedHash): string {
  return `‹redacted ${kind} ${hash(text).slice(0, 8)}›`;
}

/** A request target without its secrets: the values of query parameters with a secret's name, e-mails and tokens. */
export function redactTarget(target: string, hash: KeyedHash): string {
  return cut(redactText(target, hash));
}
