import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { LineCounter, parseDocument } from 'yaml';
import { ParitygateError } from '../core/index.ts';
import { isJsonObject, type JsonObject } from './json.ts';
import { syntaxErrorOffset } from './json-syntax.ts';
import { createJsonLocator, createYamlLocator, type Locate, positionAt } from './locate.ts';
import { applyOverlays } from './overlay.ts';
import type { ContractFiles, Sources } from './types.ts';

/** An OpenAPI document as written, with its overlays applied, and the means to point into its file. */
export interface OpenApiDocument {
  readonly file: string;
  readonly overlays: readonly string[];
  readonly digest: string;
  readonly sources: Sources;
  /** About its overlays. */
  readonly warnings: readonly string[];
  readonly version: '3.0' | '3.1';
  readonly root: JsonObject;
  readonly locate: Locate;
}

interface Parsed {
  readonly value: unknown;
  readonly locate: Locate;
}

const SUPPORTED = 'expected an OpenAPI description with `openapi: 3.0.x` or `openapi: 3.1.x`';

/** What `given` has is not read again. */
export function readDocument({ contract: file, overlays }: ContractFiles, given: Sources = new Map()): OpenApiDocument {
  const sources = new Map([file, ...overlays].map((name) => [name, given.get(name) ?? readBytes(name, name === file)]));
  const parsed = [...sources].map(([name, bytes]) => ({ file: name, ...parse(name, decode(name, bytes)) }));
  const written = validateRoot(file, parsed[0]?.value);
  const locate = parsed[0]?.locate ?? (() => undefined);
  const version = parseVersion(file, written, locate);
  const { root, warnings } =
    overlays.length === 0 ? { root: written, warnings: [] } : applyOverlays(written, parsed.slice(1));
  return { file, overlays, digest: digestOf(sources), sources, warnings, version, root, locate };
}

/** Of one file its own digest, so that evidence without overlays stays what it is. */
function digestOf(sources: Sources): string {
  const hash = createHash('sha256');
  const [[, only] = [], ...more] = sources;
  if (only && more.length === 0) hash.update(only);
  else for (const bytes of sources.values()) hash.update(createHash('sha256').update(bytes).digest());
  return hash.digest('hex').slice(0, 16);
}

function readBytes(file: string, isContract: boolean): Uint8Array {
  try {
    return readFileSync(file);
  } catch (cause) {
    const [what, field] = isContract ? ['contract', 'contract'] : ['overlay', 'overlays'];
    throw new ParitygateError('PG_CONTRACT_MISSING', `the ${what} cannot be read: ${messageOf(cause)}`, {
      at: { file },
      fix: `set \`${field}\` to the path of a readable OpenAPI ${isContract ? 'file' : 'Overlay'}, YAML or JSON`,
      cause,
    });
  }
}

function decode(file: string, bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new ParitygateError('PG_CONTRACT_SYNTAX', 'expected text in UTF-8', {
      at: { file },
      fix: 'save the file as UTF-8',
      cause,
    });
  }
}

function parse(file: string, text: string): Parsed {
  if (!/^\s*[{[]/.test(text)) return parseYaml(file, text);
  try {
    return { value: JSON.parse(text), locate: createJsonLocator(text) };
  } catch (cause) {
    // A YAML file may begin with a brace as well.
    if (!file.endsWith('.json')) return parseYaml(file, text);
    throw jsonSyntaxError(file, text, cause);
  }
}

function parseYaml(file: string, text: string): Parsed {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter, merge: true, prettyErrors: false, logLevel: 'error' });
  const [error] = document.errors;
  if (error) {
    const { line, col } = lineCounter.linePos(error.pos[0]);
    throw syntaxError(`this is not YAML: ${error.message}`, { file, line, column: col }, error);
  }
  try {
    return { value: document.toJS(), locate: createYamlLocator(document, lineCounter) };
  } catch (cause) {
    throw syntaxError(`this YAML cannot be read: ${messageOf(cause)}`, { file }, cause);
  }
}

function jsonSyntaxError(file: string, text: string, cause: unknown): ParitygateError {
  const offset = syntaxErrorOffset(text);
  const at = { file, ...positionAt(text, offset) };
  const found = offset < text.length ? JSON.stringify(text[offset]) : 'the end of the file';
  return syntaxError(`this is not JSON: unexpected ${found}`, at, cause);
}

function syntaxError(message: string, at: { file: string; line?: number; column?: number }, cause: unknown) {
  return new ParitygateError('PG_CONTRACT_SYNTAX', message, {
    at,
    fix: 'correct the file there; everything after the first error is unread',
    cause,
  });
}

function validateRoot(file: string, value: unknown): JsonObject {
  if (isJsonObject(value)) return value;
  throw new ParitygateError('PG_CONTRACT_INVALID', `${SUPPORTED}, found ${kindOf(value)}`, {
    at: { file, line: 1 },
    fix: 'set `contract` to the OpenAPI file',
  });
}

function parseVersion(file: string, root: JsonObject, locate: Locate): '3.0' | '3.1' {
  const found = root['openapi'] ?? root['swagger'];
  const version = typeof root['openapi'] === 'string' ? /^3\.[01](?=\.\d)/.exec(root['openapi'])?.[0] : undefined;
  if (version === '3.0' || version === '3.1') return version;
  const name = root['openapi'] === undefined && found !== undefined ? 'swagger' : 'openapi';
  const said = found === undefined ? 'neither' : `\`${name}: ${JSON.stringify(found)}\``;
  throw new ParitygateError('PG_CONTRACT_INVALID', `${SUPPORTED}, found ${said}`, {
    at: { file, line: found === undefined ? 1 : (locate(`#/${name}`) ?? 1) },
    fix: fixOfVersion(name, found),
  });
}

function fixOfVersion(name: string, found: unknown): string {
  if (name === 'swagger') return 'convert it, for example with `npx swagger2openapi`';
  if (typeof found === 'number') return 'write the version as a string with three numbers, such as "3.1.0"';
  return 'set `contract` to a description of one of these versions';
}

function kindOf(value: unknown): string {
  if (value === null || value === undefined) return 'an empty file';
  return Array.isArray(value) ? 'a list' : `a ${typeof value}`;
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
