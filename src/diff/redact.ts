// What is kept of a body is shown to people and stored on disk. Secrets go before that, by name and by the contract's
// word; the same secret gets the same mark, so that equality survives.
import type { SchemaNode } from '../contract/index.ts';
import { Recent } from '../core/index.ts';
import { isCard, replaceAccountNumbers } from './account-numbers.ts';
import { Bytes } from './bytes.ts';
import { ExactNumber } from './exact-json.ts';
import { childOf, isObject, type JsonObject, numberText } from './values.ts';

/** A keyed hash; a bare one could be undone by trying all phone numbers. */
export type KeyedHash = (text: string) => string;

/** What one of the words of a name must be for its value to be a secret. */
const SECRET_WORD =
  /^(?:pass|password|passwords|passwd|passphrase|passcode|pwd|secrets?|tokens?|jwt|authorization|auth|apikey|cookies?|credentials?|ssn|iban|cvv|cvc|pin|otp|mfa|totp|signature|session|sessionid|sid|csrf|xsrf)$/;
/** The same in names that are written together, and in pairs of words. */
const SECRET_COMPOUND =
  /(?:api|access|client|private|encryption|signing|secret)key|(?:access|refresh|id|auth|csrf|xsrf|session)token|sessionid|password|cardnumber|(?:csrf|xsrf)[a-z]*token|sess(?:ion)?id/;
/** Names about a secret rather than of one: `tokenCount`, `passwordResetAt`, `max_tokens`. */
const ABOUT_A_SECRET =
  /(?:^|_)(?:count|limit|size|length|type|at|ttl|expiry|expires|consent|policy)$|^(?:max|min|total|used|prompt|completion)_.*tokens$/;
const SECRET_PARAMETER = /^(?:nonce|sig|signature)$/i;
const OAUTH_PARAMETER = /^(?:code|state)$/i;
const USER_INFO = /(:\/\/)[^/?#\s]*@/g;
const EMAIL = /[^\s@"'<>/?&=%]{1,64}(?:@|%40)[^\s@"'<>/?&=%]{1,190}\.[a-z]{2,24}/gi;
const JWT = /\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*/g;
const CREDENTIALS = /\bBearer\s+[\w.~+/=-]{6,}|\bBasic\s+[\w+/=-]{16,}/gi;
/** What nobody knows the end of, back to the last white space or quote. */
const LAST_WORD = /[^\s"'<>]*$/;
/** `?token=...` inside a URL, such as a `Location` or a `next` link; `#` for what browsers keep to themselves. */
const PARAMETER = /([?&;#]|^)([^=?&;#\s]{1,64})=([^?&;#\s"'<>]+)/g;

/** `password: …` or `"token": "…"` inside a text, such as a line of a log or of YAML; up to the end of what it says. */
const NAMED =
  /(?<![\w.-])(["']?)([a-z][\w.-]{1,63})\1(\s{0,8}[:=]\s{0,8})("[^"]{1,256}|'[^']{1,256}|[^\s"'<>‹][^\n"'<>]{0,255})/gi;

/** `read`: every pattern below is bounded, and is still only shown this much of a text. */
const MAX = { text: 256, read: 1024, items: 20, names: 40, depth: 5 } as const;

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
  if (value instanceof Bytes) return `${value.bytes.length} bytes ‹${hash(value.asText).slice(0, 8)}›`;
  if (where.node?.sensitive || isSecretName(where.name)) return mark('secret', JSON.stringify(value), hash);
  if (isCardNumber(value)) return mark('card', numberText(value), hash);
  if (value instanceof ExactNumber) return `${value.text} (a number beyond double precision)`;
  if (typeof value === 'string') return cut(value, hash);
  if (Array.isArray(value)) return redactItems(value, where, hash);
  return isObject(value) ? redactObject(value, where, hash) : value;
}

function isCardNumber(value: unknown): boolean {
  return (typeof value === 'number' || value instanceof ExactNumber) && isCard(numberText(value));
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

/** A text without the secrets that can be told by their shape; no more of it than is ever shown. */
export function redactText(text: string, hash: KeyedHash, nesting = 0): string {
  const read = beginningOf(text);
  const isOauth = /[?&]code=/i.test(read) && /[?&]state=/i.test(read);
  const marked = read
    .replace(USER_INFO, (whole, start: string) => `${start}${mark('credentials', whole, hash)}@`)
    .replace(
      PARAMETER,
      (_whole, start: string, name: string, value: string) =>
        `${start}${name}=${redactParameter({ name, value, isOauth, nesting }, hash)}`,
    )
    .replace(CREDENTIALS, (found) => mark('credentials', found, hash))
    .replace(EMAIL, (found) => mark('email', found, hash))
    .replace(JWT, (found) => mark('jwt', found, hash))
    .replace(NAMED, (whole: string, quote: string, name: string, sign: string, value: string) =>
      isSecretName(name) ? `${quote}${name}${quote}${sign}${mark('secret', value, hash)}` : whole,
    );
  return replaceAccountNumbers(marked, (found, kind) => mark(kind, found, hash));
}

/** What is read of a text ends before a word: half a secret has no shape to be told by. */
function beginningOf(text: string): string {
  if (text.length <= MAX.read) return text;
  const read = text.slice(0, MAX.read);
  return read.slice(0, Math.max(0, read.search(LAST_WORD)));
}

interface Parameter {
  readonly name: string;
  readonly value: string;
  readonly isOauth: boolean;
  readonly nesting: number;
}

const MAX_NESTING = 2;

function redactParameter({ name, value, isOauth, nesting }: Parameter, hash: KeyedHash): string {
  if (isSecretName(name) || SECRET_PARAMETER.test(name)) return mark('secret', value, hash);
  if (isOauth && OAUTH_PARAMETER.test(name)) return mark('secret', value, hash);
  // An address inside an address hides its own parameters behind percent signs, and inside that one another.
  if (!value.includes('%') || nesting > MAX_NESTING) return value;
  const decoded = decode(value);
  const redacted = redactText(decoded, hash, nesting + 1);
  return redacted === decoded ? value : redacted;
}

function decode(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}

/** Whether a value may be told as it is, by its name and by its shape. */
export function isHarmless(name: string, value: string, hash: KeyedHash): boolean {
  return !isSecretName(name) && redactText(value, hash) === value;
}

/** The names of a contract are few, and come again with every body. */
const judgedNames = new Recent<boolean>(1_000);

/** Whether a name says that its value is a secret. */
export function isSecretName(name: string): boolean {
  return name.length > MAX.text ? saysSecret(name) : judgedNames.of(name, saysSecret);
}

function saysSecret(name: string): boolean {
  const words = name
    .slice(0, MAX.text)
    .replace(/([a-z\d])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .split(/[^a-z\d]+/);
  if (ABOUT_A_SECRET.test(words.join('_'))) return false;
  return words.some((word) => SECRET_WORD.test(word)) || SECRET_COMPOUND.test(words.join(''));
}

/** Stands for a value of which nothing may be kept but whether it is the same. */
export function redactWhole(value: unknown, hash: KeyedHash): unknown {
  if (value === undefined) return undefined;
  return mark('secret', value instanceof Bytes ? value.asText : JSON.stringify(value), hash);
}

function cut(text: string, hash: KeyedHash): string {
  const redacted = redactText(text, hash);
  if (redacted.length <= MAX.text && text.length <= MAX.read) return redacted;
  return `${redacted.slice(0, MAX.text)}… (${text.length} characters)`;
}

function mark(kind: string, text: string, hash: KeyedHash): string {
  return `‹redacted ${kind} ${hash(text).slice(0, 8)}›`;
}

/**
 * A request target without its secrets: e-mails, tokens and the like, and what its path template or its query gives the name of
 * one.
 */
export function redactTarget(target: string, hash: KeyedHash, template = ''): string {
  const [path = '', query] = splitOnce(target, '?');
  const shown = redactSegments(path, template, hash);
  return cut(query === undefined ? shown : `${shown}?${query}`, hash);
}

/** The template may be of the end of the path only: a server of the contract has a path of its own. */
function redactSegments(path: string, template: string, hash: KeyedHash): string {
  const names = template.split('/').slice(1);
  if (!names.some((name) => name.includes('{') && isSecretName(name))) return path;
  const segments = path.split('/');
  const first = segments.length - names.length;
  return segments
    .map((segment, index) => {
      const name = names[index - first] ?? '';
      return name.includes('{') && isSecretName(name) ? mark('secret', segment, hash) : segment;
    })
    .join('/');
}

function splitOnce(text: string, separator: string): readonly [string, string | undefined] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}
