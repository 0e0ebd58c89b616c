// The head of a request as text. Framing is written here and nowhere else, from the body that really follows.
import { isToken } from './names.ts';

export type Framing =
  | { readonly kind: 'none' }
  | { readonly kind: 'length'; readonly bytes: number }
  | { readonly kind: 'chunked' };

/** RFC 9110, section 8.6: these announce that they carry nothing. */
const EXPECTS_BODY: ReadonlySet<string> = new Set(['POST', 'PUT', 'PATCH']);

/**
 * RFC 9110, section 5.5. Besides control characters all beyond one byte: on the wire only the lowest would be left of
 * them, and U+010A would become a line end.
 */
const NOT_IN_A_VALUE = /[^\t\x20-\x7e\x80-\xff]/;
const TARGET = /^[\x21-\x7e]+$/;

export interface RequestHead {
  readonly method: string;
  /** Path and query. */
  readonly target: string;
  /** `[name, value, name, value, ...]`, end-to-end. Framing among them is kept only where it says what is true. */
  readonly headers: readonly string[];
}

/** Throws a TypeError when a part of it would be read as something else, such as another header or another request. */
export function requestHead({ method, target, headers }: RequestHead, framing: Framing): string {
  checkLine(method, target);
  const length = framing.kind === 'length' ? String(framing.bytes) : framing.kind === 'none' ? '0' : undefined;
  let isFramed = false;
  let text = `${method} ${target} HTTP/1.1\r\n`;
  for (let index = 0; index < headers.length; index += 2) {
    const name = headers[index] ?? '';
    const value = headers[index + 1] ?? '';
    if (!isToken(name)) throw new TypeError('a malformed header name');
    if (NOT_IN_A_VALUE.test(value)) throw new TypeError('a line end or another control character in a header');
    if (isFraming(name)) {
      if (isFramed || value !== length || name.length !== CONTENT_LENGTH.length) continue;
      isFramed = true;
    }
    text += `${name}: ${value}\r\n`;
  }
  return isFramed ? `${text}\r\n` : `${text}${framingLine(method, framing)}\r\n`;
}

const CONTENT_LENGTH = 'content-length';
const TRANSFER_ENCODING = 'transfer-encoding';

/** By length first, since almost no name has one of these two. */
function isFraming(name: string): boolean {
  return (
    (name.length === CONTENT_LENGTH.length && name.toLowerCase() === CONTENT_LENGTH) ||
    (name.length === TRANSFER_ENCODING.length && name.toLowerCase() === TRANSFER_ENCODING)
  );
}

function checkLine(method: string, target: string): void {
  // What follows the answer to CONNECT is no HTTP (RFC 9112, section 6.3), and nothing here could read it.
  if (!isToken(method) || method === 'CONNECT') throw new TypeError('a method that cannot be sent');
  if (!TARGET.test(target)) throw new TypeError('a space, a line end or no ASCII in a request target');
}

function framingLine(method: string, framing: Framing): string {
  if (framing.kind === 'chunked') return 'transfer-encoding: chunked\r\n';
  if (framing.kind === 'length') return `content-length: ${framing.bytes}\r\n`;
  return EXPECTS_BODY.has(method) ? 'content-length: 0\r\n' : '';
}
