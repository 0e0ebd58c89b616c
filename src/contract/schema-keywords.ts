import { declaredOrder } from './item-order.ts';
import { isJsonObject, type JsonObject, listOf, stringsOf } from './json.ts';
import { aliasOf, isVolatile, toleranceOf } from './parity-extension.ts';
import type { ItemOrder, JsonType, SchemaNode } from './types.ts';

type Scalar = string | number | boolean | null;

/** What one schema object says by itself, without `$ref`, `allOf`, `anyOf` and `oneOf`. */
export interface SchemaKeywords
  extends Pick<
    SchemaNode,
    'types' | 'format' | 'members' | 'extensible' | 'required' | 'volatile' | 'alias' | 'tolerance' | 'sensitive'
  > {
  readonly declaredOrder: ItemOrder | undefined;
}

const TYPES: ReadonlySet<string> = new Set<JsonType>([
  'null',
  'boolean',
  'integer',
  'number',
  'string',
  'array',
  'object',
]);

export function keywordsOf(schema: JsonObject): SchemaKeywords {
  const members = membersOf(schema);
  return {
    types: typesOf(schema) ?? typesOfMembers(schema, members),
    format: typeof schema['format'] === 'string' ? schema['format'] : formatOfContent(schema),
    members,
    extensible: isExtensible(schema),
    required: new Set(stringsOf(schema['required'])),
    volatile: isVolatile(schema),
    alias: aliasOf(schema),
    tolerance: toleranceOf(schema),
    sensitive: schema['writeOnly'] === true || schema['format'] === 'password' || schema['x-sensitive'] === true,
    declaredOrder: declaredOrder(schema),
  };
}

/** What OpenAPI 3.0 calls `format: byte` is `contentEncoding: base64` in 3.1. */
function formatOfContent(schema: JsonObject): string | undefined {
  if (schema['contentEncoding'] === 'base64url') return 'base64url';
  return schema['contentEncoding'] === 'base64' ? 'byte' : undefined;
}

/** `x-extensible-enum` is `true` beside `enum`, or is the list of members itself (Zalando RESTful API guidelines, 112). */
export function isExtensible(schema: JsonObject): boolean {
  const extension = schema['x-extensible-enum'];
  return extension === true || Array.isArray(extension);
}

export function jsonTypeOf(value: unknown): JsonType {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  if (typeof value === 'string') return 'string';
  return typeof value === 'boolean' ? 'boolean' : 'object';
}

function typesOf(schema: JsonObject): ReadonlySet<JsonType> | undefined {
  const written = typeof schema['type'] === 'string' ? [schema['type']] : stringsOf(schema['type']);
  const types = written.filter(isJsonType);
  return types.length > 0 ? new Set(types) : undefined;
}

function isJsonType(name: string): name is JsonType {
  return TYPES.has(name);
}

/** The members tell the types only where they are all of them. */
function typesOfMembers(schema: JsonObject, members: SchemaKeywords['members']): ReadonlySet<JsonType> | undefined {
  if (!members || isExtensible(schema)) return undefined;
  return writtenMembers(schema)?.every(isScalar) ? new Set([...members].map(jsonTypeOf)) : undefined;
}

function membersOf(schema: JsonObject): ReadonlySet<Scalar> | undefined {
  const written = writtenMembers(schema);
  return written && new Set(written.filter(isScalar));
}

function writtenMembers(schema: JsonObject): readonly unknown[] | undefined {
  if (Object.hasOwn(schema, 'const')) return [schema['const']];
  if (Array.isArray(schema['enum'])) return schema['enum'];
  const extension = schema['x-extensible-enum'];
  return Array.isArray(extension) ? listOf(extension) : undefined;
}

function isScalar(value: unknown): value is Scalar {
  return !Array.isArray(value) && !isJsonObject(value) && value !== undefined;
}
