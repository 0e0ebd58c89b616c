import { type Discriminator, discriminatorOf } from './branches.ts';
import type { OpenApiDocument } from './document.ts';
import { fieldOf, type ObjectKind, type Shape } from './grammar.ts';
import { isJsonObject, type JsonObject, listOf, member, members } from './json.ts';
import { fragmentOf, valueAt } from './place.ts';
import type { References } from './references.ts';
import { isExtensible } from './schema-keywords.ts';
import { isUnjudgeable } from './unjudgeable.ts';

/** The URI by which the validator knows the normalized document. */
export const DOCUMENT_URI = 'openapi:contract';

/** Stands nowhere: Ajv says that it cannot be resolved. */
const UNJUDGEABLE = 'paritygate:unevaluated-beside-contains-or-if';

interface Context {
  readonly document: OpenApiDocument;
  readonly references: References;
  /** Names that an enclosing `allOf` declares `writeOnly`. */
  readonly writeOnly: ReadonlySet<string>;
}

/** Keywords that the validator must not see: they judge nothing in a response, or mean something else to it. */
const DROPPED = new Set([
  '$schema',
  '$id',
  '$anchor',
  '$dynamicAnchor',
  '$comment',
  '$vocabulary',
  'id',
  'title',
  'description',
  'default',
  'deprecated',
  'discriminator',
  'example',
  'examples',
  'externalDocs',
  'nullable',
  'readOnly',
  'xml',
]);

/** A copy of the document whose schemas are JSON Schema 2020-12 that a response must satisfy. */
export function normalizeDocument(document: OpenApiDocument, references: References): JsonObject {
  const context = { document, references, writeOnly: new Set<string>() };
  return { ...normalizeObject(document.root, 'document', context), $id: DOCUMENT_URI };
}

/** One schema of the document by itself, since it may stand elsewhere in the copy, or nowhere. Its references lead into that. */
export function normalizeSchemaAt(
  document: OpenApiDocument,
  references: References,
  place: string,
): JsonObject | boolean {
  const value = valueAt(document.root, place);
  if (typeof value === 'boolean') return value;
  return normalizeObject(value, 'schema', { document, references, writeOnly: new Set<string>() });
}

function normalizeObject(value: unknown, kind: ObjectKind, context: Context): JsonObject {
  if (!isJsonObject(value)) return {};
  const below = kind === 'schema' ? { ...context, writeOnly: writeOnlyOf(value, context) } : context;
  const copy: Record<string, unknown> = {};
  for (const name of namesOf(value, kind, context)) {
    const field = fieldOf(kind, name);
    // What an `allOf` declares holds for its branches only, not for what these contain.
    const inner = name === 'allOf' ? below : { ...context, writeOnly: new Set<string>() };
    if (field) setMember(copy, name, normalizeField(value[name], field, inner));
    else setMember(copy, name, value[name]);
  }
  return kind === 'schema' ? normalizeSchema(value, copy, below) : copy;
}

function namesOf(object: JsonObject, kind: ObjectKind, { document }: Context): string[] {
  const names = Object.keys(object);
  if (kind !== 'schema') return names.filter((name) => fieldOf(kind, name) || kind === 'document');
  // In OpenAPI 3.0 what stands beside a `$ref` is to be ignored.
  if (document.version === '3.0' && typeof object['$ref'] === 'string') return ['$ref'];
  return names.filter((name) => !DROPPED.has(name) && !name.startsWith('x-'));
}

function normalizeField(value: unknown, [shape, kind]: readonly [Shape, ObjectKind], context: Context): unknown {
  if (Array.isArray(value) && shape !== 'one') return value.map((item) => normalizeChild(item, kind, context));
  if (shape !== 'map' || !isJsonObject(value)) return normalizeChild(value, kind, context);
  const copy: Record<string, unknown> = {};
  for (const name of Object.keys(value)) setMember(copy, name, normalizeChild(value[name], kind, context));
  return copy;
}

function normalizeChild(value: unknown, kind: ObjectKind, context: Context): unknown {
  // A schema may be `true` or `false`; anything else that is no object is the validator's to refuse.
  return isJsonObject(value) ? normalizeObject(value, kind, context) : value;
}

function normalizeSchema(schema: JsonObject, copy: Record<string, unknown>, context: Context): JsonObject {
  normalizeRef(copy, context.references);
  // A schema that would be judged wrongly must not compile, so that its replies are counted as not checked.
  if (isUnjudgeable(schema, (each) => followRef(each, context))) return { $ref: UNJUDGEABLE };
  normalizeDiscriminator(schema, copy, context.references);
  if (isExtensible(schema)) delete copy['enum'];
  if (Array.isArray(copy['required']))
    copy['required'] = copy['required'].filter((name) => !context.writeOnly.has(name));
  movePrototypeProperty(copy);
  if (context.document.version !== '3.0') return copy;
  normalizeLimit(copy, 'exclusiveMinimum', 'minimum');
  normalizeLimit(copy, 'exclusiveMaximum', 'maximum');
  return schema['nullable'] === true ? normalizeNullable(copy) : copy;
}

/**
 * A reference by the place it leads to. Within one document a `$dynamicRef` is a `$ref`; where several schemas bear its
 * anchor it is left, so that the schema does not compile rather than judge by the wrong one.
 */
function normalizeRef(copy: Record<string, unknown>, references: References): void {
  const ref = copy['$ref'] ?? copy['$dynamicRef'];
  delete copy['$dynamicRef'];
  if (typeof ref !== 'string') return;
  const place = references.target(ref);
  copy['$ref'] = place === undefined ? ref : uriOf(place);
}

/**
 * The tag alone tells the branch, as the discriminator is meant: a value that would satisfy another one as well is no
 * violation, and a tag of none is one (OpenAPI 3.1.1, section 4.8.25). Branches that no tag leads to stay beside it.
 */
function normalizeDiscriminator(schema: JsonObject, copy: Record<string, unknown>, references: References): void {
  const discriminator = discriminatorOf(schema, references);
  if (!discriminator) return;
  const places = new Set(discriminator.places.values());
  for (const keyword of ['oneOf', 'anyOf']) {
    const branches = listOf(copy[keyword]);
    const untagged = branches.filter((branch) => !isTagged(branch, places));
    if (untagged.length === branches.length) continue;
    delete copy[keyword];
    const tagged = switchOn(discriminator);
    copy['allOf'] = [...listOf(copy['allOf']), untagged.length === 0 ? tagged : { anyOf: [tagged, ...untagged] }];
  }
}

function isTagged(branch: unknown, places: ReadonlySet<string>): boolean {
  const ref = member(branch, '$ref');
  return [...places].some((place) => ref === uriOf(place));
}

function switchOn({ property, places }: Discriminator): JsonObject {
  const tags = [...places.keys()];
  return {
    type: 'object',
    required: [property],
    properties: { [property]: { enum: tags } },
    allOf: [...places].map(([tag, place]) => ({
      if: { properties: { [property]: { const: tag } } },
      // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
      then: { $ref: uriOf(place) },
    })),
  };
}

function uriOf(place: string): string {
  return DOCUMENT_URI + fragmentOf(place);
}

/** OpenAPI 3.0 takes `exclusiveMinimum: true` beside `minimum`, as JSON Schema did in draft 4. */
function normalizeLimit(copy: Record<string, unknown>, exclusive: string, inclusive: string): void {
  if (typeof copy[exclusive] !== 'boolean') return;
  const isExclusive = copy[exclusive];
  delete copy[exclusive];
  if (!isExclusive || typeof copy[inclusive] !== 'number') return;
  copy[exclusive] = copy[inclusive];
  delete copy[inclusive];
}

/**
 * By the letter of OpenAPI 3.0.3, `nullable` has no effect beside `$ref`, `allOf` or an `enum` without null. Who writes it
 * there means that null is allowed, and generators do write it there; a violation would be a false alarm.
 */
function normalizeNullable(copy: Record<string, unknown>): JsonObject {
  const isComposed = ['$ref', 'allOf', 'anyOf', 'oneOf', 'not'].some((keyword) => copy[keyword] !== undefined);
  if (isComposed) return { anyOf: [{ type: 'null' }, copy] };
  if (typeof copy['type'] === 'string') copy['type'] = [copy['type'], 'null'];
  if (Array.isArray(copy['enum']) && !copy['enum'].includes(null)) copy['enum'] = [...copy['enum'], null];
  return copy;
}

/** The names that a response need not contain, since the contract declares them `writeOnly`. */
function writeOnlyOf(schema: JsonObject, context: Context): ReadonlySet<string> {
  const names = new Set(context.writeOnly);
  for (const declaring of [schema, ...listOf(schema['allOf']).map((branch) => followRef(branch, context))]) {
    for (const [name, property] of members(member(declaring, 'properties'))) {
      if (isWriteOnly(property, context)) names.add(name);
    }
  }
  return names;
}

function isWriteOnly(property: unknown, context: Context): boolean {
  if (member(property, 'writeOnly') === true) return true;
  const branches = [
    followRef(property, context),
    ...listOf(member(property, 'allOf')).map((branch) => followRef(branch, context)),
  ];
  return branches.some((branch) => member(branch, 'writeOnly') === true);
}

function followRef(schema: unknown, { references }: Context): unknown {
  const ref = member(schema, '$ref');
  const place = typeof ref === 'string' ? references.target(ref) : undefined;
  return place === undefined ? schema : references.follow(place).value;
}

/** The validator leaves a property named `__proto__` out, and then takes it for an undeclared one. */
function movePrototypeProperty(copy: Record<string, unknown>): void {
  const property = member(copy['properties'], '__proto__');
  if (property === undefined) return;
  const patterns = isJsonObject(copy['patternProperties']) ? copy['patternProperties'] : {};
  copy['patternProperties'] = { ...patterns, '^__proto__$': property };
}

/** Sets an own member also where it is called `__proto__`. */
function setMember(target: Record<string, unknown>, name: string, value: unknown): void {
  if (name !== '__proto__') target[name] = value;
  else Object.defineProperty(target, name, { value, enumerable: true, writable: true, configurable: true });
}
