// The overlay that makes true what both sides do: for people to read, and to apply where they find the contract to be wrong.
import type { Breach } from '../core/index.ts';
import type { OpenApiDocument } from './document.ts';
import { isJsonObject, type JsonObject, listOf } from './json.ts';
import { placeBelow, segmentsOf, valueAt } from './place.ts';
import type { PatchAction } from './types.ts';

/** The actions that make a breach none; undefined where no small change of the contract does. */
export function proposePatch(document: OpenApiDocument, breach: Breach): readonly PatchAction[] | undefined {
  const subject = valueAt(document.root, breach.place);
  if (!isJsonObject(subject)) return undefined;
  const propose = Object.hasOwn(PROPOSALS, breach.keyword) ? PROPOSALS[breach.keyword] : undefined;
  return propose?.({ document, breach, subject, target: pathTo(document.root, breach.place) });
}

/**
 * The action that declares the value at a place volatile; undefined where the schema stands under a name of its own, by
 * which others may refer to it that are not.
 */
export function proposeVolatile({ root }: OpenApiDocument, place: string): readonly PatchAction[] | undefined {
  const isNamed = /^#\/components\/schemas\/[^/]+$/.test(place);
  if (isNamed || !isJsonObject(valueAt(root, place))) return undefined;
  return [{ target: pathTo(root, place), update: { 'x-parity': { volatile: true } } }];
}

interface Proposing {
  readonly document: OpenApiDocument;
  readonly breach: Breach;
  /** What stands at the place of the breach. */
  readonly subject: JsonObject;
  /** JSONPath of it. */
  readonly target: string;
}

type Propose = (proposing: Proposing) => readonly PatchAction[] | undefined;

const PROPOSALS: Readonly<Record<string, Propose>> = {
  status: ({ breach, target }) => [
    { target, update: { [breach.found]: { description: 'Answered by both backends.' } } },
  ],
  'media-type': ({ breach, target }) => [{ target, update: { content: { [breach.found]: {} } } }],
  header: ({ target }) => [{ target, update: { required: false } }],
  type: proposeType,
  required: ({ breach, target }) => [{ target: `${target}.required[?@ == ${quoted(breach.found)}]`, remove: true }],
  enum: ({ breach, target }) => {
    const value = parseScalar(breach.found);
    return value === undefined ? undefined : [{ target, update: { enum: [value] } }];
  },
  additionalProperties: proposeProperty,
  unevaluatedProperties: proposeProperty,
  ...Object.fromEntries(
    [
      'format',
      'pattern',
      'minimum',
      'maximum',
      'exclusiveMinimum',
      'exclusiveMaximum',
      'multipleOf',
      'minLength',
      'maxLength',
      'minItems',
      'maxItems',
      'uniqueItems',
      'minProperties',
      'maxProperties',
      'writeOnly',
    ].map((keyword) => [keyword, dropKeyword]),
  ),
};

function dropKeyword({ breach, subject, target }: Proposing): readonly PatchAction[] | undefined {
  return Object.hasOwn(subject, breach.keyword)
    ? [{ target: `${target}[${quoted(breach.keyword)}]`, remove: true }]
    : undefined;
}

/** A value of another type: one more type, and of integers all numbers. */
function proposeType({ document, breach, subject, target }: Proposing): readonly PatchAction[] | undefined {
  const declared = subject['type'];
  const { found } = breach;
  if (document.version === '3.0' && found === 'null') return [{ target, update: { nullable: true } }];
  const types = typeof declared === 'string' ? [declared] : listOf(declared);
  const isWider = found === 'number' && types.includes('integer');
  const wanted = [...types.filter((type) => !(isWider && type === 'integer')), found];
  if (document.version === '3.0') return isWider && wanted.length === 1 ? replaceType(target, found) : undefined;
  if (types.length === 0) return undefined;
  return replaceType(target, wanted.length === 1 ? found : wanted);
}

/** A list cannot be merged into a single name (Overlay 1.1, section 4.4.3). */
function replaceType(target: string, type: unknown): readonly PatchAction[] {
  return [
    { target: `${target}.type`, remove: true },
    { target, update: { type } },
  ];
}

function proposeProperty({ document, breach, target }: Proposing): readonly PatchAction[] | undefined {
  const [, name, type] = /^(.*): (\w+)$/s.exec(breach.found) ?? [];
  // A name that is data and not a name is not told.
  if (name === undefined || type === undefined || name === '*') return undefined;
  const isNull = type === 'null' && document.version === '3.0';
  return [{ target, update: { properties: { [name]: isNull ? { nullable: true } : { type } } } }];
}

function parseScalar(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A place as a JSONPath (RFC 9535): items of lists by number, all else by name. */
function pathTo(root: JsonObject, place: string): string {
  let at = '#';
  return segmentsOf(place).reduce((path, segment) => {
    const isItem = Array.isArray(valueAt(root, at));
    at = placeBelow(at, segment);
    return `${path}[${isItem ? segment : quoted(segment)}]`;
  }, '$');
}

function quoted(name: string): string {
  return `'${name.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
