import { z } from 'zod';
import type { ConfigDocument } from './document.ts';
import { fieldAt, knownKeys } from './fields.ts';
import { suggest } from './nearest.ts';
import { type ConfigPath, formatPath, locate, pointerOf } from './places.ts';
import type { Problem } from './problems.ts';

type Issue = z.core.$ZodIssue;

/** A file, and what may stand in it. */
export interface Judged {
  readonly document: ConfigDocument;
  /** Each field with `examples`, which an error proposes. */
  readonly schema: z.ZodType;
  /** What to write where nothing is right yet. */
  readonly least: string;
}

/** What zod found, in the words of the file: every problem with its place and a fix. */
export function problemsOf(issues: readonly Issue[], judged: Judged): readonly Problem[] {
  return issues.flatMap(byWayOfWriting).flatMap((issue) => {
    if (issue.code === 'unrecognized_keys') return unknownKeys(issue, judged);
    return [issue.code === 'invalid_key' ? invalidName(issue, judged.document) : invalidValue(issue, judged)];
  });
}

/** What may be written in several ways is judged by the one it is written in: text, or a map. */
function byWayOfWriting(issue: Issue): readonly Issue[] {
  if (issue.code !== 'invalid_union') return [issue];
  const isOtherWay = (inner: Issue): boolean => inner.code === 'invalid_type' && inner.path.length === 0;
  const [meant, ...others] = issue.errors.filter((way) => !way.some(isOtherWay));
  if (!meant || others.length > 0) return [issue];
  return meant.map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] }));
}

function unknownKeys(issue: z.core.$ZodIssueUnrecognizedKeys, { document, schema }: Judged): readonly Problem[] {
  const known = knownKeys(fieldAt(schema, issue.path));
  return issue.keys.map((key) => ({
    code: 'PG_CONFIG_UNKNOWN_KEY',
    message: `unknown key ${formatPath([...issue.path, key])}`,
    at: locate(document.places.keys, [...issue.path, key]) ?? locate(document.places.values, issue.path),
    fix: suggest(key, known),
  }));
}

/** A name that the user is free to choose, such as a group's, and that is not a name. */
function invalidName(issue: z.core.$ZodIssueInvalidKey, document: ConfigDocument): Problem {
  const message = `${formatPath(issue.path.slice(0, -1))}: ${issue.issues[0]?.message ?? issue.message}, got "${String(issue.path.at(-1))}"`;
  return { code: 'PG_CONFIG_INVALID', message, at: locate(document.places.keys, issue.path), fix: 'use another name' };
}

function invalidValue(issue: Issue, judged: Judged): Problem {
  const { document } = judged;
  const path = issue.path;
  const at = locate(document.places.values, path);
  const isMissing = path.length > 0 && valueAt(document.value, path) === undefined;
  const expected = expectation(issue);
  const name = formatPath(path) || 'the file';
  const got =
    issue.code === 'custom' && isCollection(valueAt(document.value, path)) ? '' : `, got ${written(document, path)}`;
  const message = isMissing ? `${name} is missing: ${expected}` : `${name}: ${expected}${got}`;
  return { code: 'PG_CONFIG_INVALID', message, at, fix: fixFor(judged, path, isMissing ? 'add' : 'write for example') };
}

function expectation(issue: Issue): string {
  // zod's own words are `Invalid input: expected object, received null`.
  const own = /^[\w ]+: (expected [\w ]+)/
    .exec(issue.message)?.[1]
    ?.replace(/^expected (object|record)$/, 'expected a map of settings');
  return own ?? issue.message;
}

/** The value as it is written in the file: an interpolated one may be a secret, and is not what must be changed. */
function written({ value, places }: ConfigDocument, path: ConfigPath): string {
  const found = valueAt(value, path);
  if (found === null || found === undefined) return 'nothing';
  if (isCollection(found)) return Array.isArray(found) ? 'a list' : 'a map';
  const [line = ''] = (places.written[pointerOf(path)] ?? 'what its alias stands for').split('\n', 1);
  return line.replace(/\/\/[^/@]*@/, '//***@').slice(0, 80);
}

function isCollection(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}

function valueAt(value: unknown, path: ConfigPath): unknown {
  return path.reduce<unknown>(
    // The cast is safe: only own properties of an object are read.
    (at, key) =>
      typeof at === 'object' && at !== null && Object.hasOwn(at, key)
        ? (at as Record<PropertyKey, unknown>)[key]
        : undefined,
    value,
  );
}

/** An example of the innermost field on the way to the problem that has one. */
function fixFor({ schema, least, document }: Judged, path: ConfigPath, verb: string): string {
  const example = z.globalRegistry.get(fieldAt(schema, path) ?? schema)?.['examples'];
  const key = path.findLast((part) => typeof part === 'string');
  if (Array.isArray(example) && key !== undefined) return `${verb} \`${key}: ${flow(example[0])}\``;
  return path.length > 0
    ? fixFor({ schema, least, document }, path.slice(0, -1), 'write for example')
    : `write at least ${least}`;
}

/** One line of YAML. */
function flow(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(flow).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return String(value);
  const entries = Object.entries(value).map(([key, inner]) => `${key}: ${flow(inner)}`);
  return `{ ${entries.join(', ')} }`;
}
