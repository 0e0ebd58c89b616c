// Raw requests as a table of text, since that is how one reads and compares them: a line for each case, and the bytes on
// it nearly as they go over the wire.
import type { Expectation, RawCase } from './raw-cases.ts';

/** What stands in braces in a table. `{a*7900}` repeats. */
const MACROS: Readonly<Record<string, string>> = {
  GET: 'GET /things HTTP/1.1\r\n',
  HEAD: 'HEAD /things HTTP/1.1\r\n',
  OPTIONS: 'OPTIONS /things HTTP/1.1\r\n',
  POST: 'POST /things HTTP/1.1\r\n',
  DELETE: 'DELETE /things/1 HTTP/1.1\r\n',
  TRACE: 'TRACE /things HTTP/1.1\r\n',
  H: 'Host: things.example\r\n',
  TE: 'Transfer-Encoding: chunked\r\n',
  CL5: 'Content-Length: 5\r\n',
  WS: 'Upgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n',
  /** 48 bytes that would be a request, were they not a body. */
  SMUGGLED: 'GET /smuggled HTTP/1.1\r\nHost: things.example\r\n\r\n',
  NEXT: 'GET /things/follow-up HTTP/1.1\r\nHost: things.example\r\nConnection: close\r\n\r\n',
};

/**
 * Reads `id | rule | expectation | title | bytes | follow-up`, the last of which may be left out. Expectations:
 * `400`, `400/501`: refused. `cut 400`: refused within the body. `own 204`: the proxy answers for itself. `none`: nothing
 * is asked, nothing answered. `once`, `once hello`: forwarded once, as it is, with this body. `last`: the same, and the
 * connection ends. `as <line>`: forwarded once with this request line. `eof` before any: the client says no more.
 */
export function parseRawTable(table: string): readonly RawCase[] {
  const lines = table.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('#'));
  return lines.map(parseRow);
}

function parseRow(row: string): RawCase {
  const [id = '', rfc = '', expectation = '', title = '', raw = '', next] = row
    .split(/ \|(?: |$)/)
    .map((cell) => cell.trim());
  const bytes = expand(raw);
  const [, eof, said = ''] = /^(eof )?(.*)$/.exec(expectation) ?? [];
  const parsed = { id, rfc, title, bytes, expect: parseExpectation(expand(said), bytes), isAll: eof !== undefined };
  return next === undefined ? parsed : { ...parsed, followUp: expand(next) };
}

function expand(text: string): string {
  return text
    .replaceAll(/\{([^{}]+)\*(\d+)\}/g, (_, part: string, count: string) => part.repeat(Number(count)))
    .replaceAll(/\{([A-Z\d]+)\}/g, (_, name: string) => macroOf(name))
    .replaceAll(/\\(?:x([\da-f]{2})|(.))/g, (_, code: string | undefined, letter: string) =>
      code === undefined ? escapeOf(letter) : String.fromCharCode(Number.parseInt(code, 16)),
    );
}

function macroOf(name: string): string {
  const text = MACROS[name];
  if (text === undefined) throw new Error(`a table uses {${name}}, which is not a macro`);
  return text;
}

const ESCAPES: Readonly<Record<string, string>> = { r: '\r', n: '\n', t: '\t', '\\': '\\' };

function escapeOf(letter: string): string {
  const text = ESCAPES[letter];
  if (text === undefined) throw new Error(`a table uses \\${letter}, which is not an escape`);
  return text;
}

function parseExpectation(said: string, bytes: string): Expectation {
  const [kind = '', ...rest] = said.split(' ');
  const line = /^[\r\n]*(\S+ \S+) HTTP/.exec(bytes)?.[1] ?? '';
  switch (kind) {
    case 'none':
      return { kind: 'unanswered' };
    case 'own':
      return { kind: 'answered', status: Number(rest[0]) };
    case 'cut':
      return { kind: 'cut', status: Number(rest[0]) };
    case 'as':
      return { kind: 'forwarded', line: rest.join(' '), body: '', isLast: false };
    case 'once':
    case 'last':
      return { kind: 'forwarded', line, body: rest.join(' '), isLast: kind === 'last' };
    default:
      return { kind: 'refused', status: said.split('/').map(Number) };
  }
}
