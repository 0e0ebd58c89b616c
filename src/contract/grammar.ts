// Which members of which OpenAPI object hold which objects. The rest is data: an `example` may contain a `$ref` that
// refers to nothing, and a property may be named `$ref`.

import { isJsonObject, type JsonObject } from './json.ts';
import type { Way } from './place.ts';

export type ObjectKind =
  | 'document'
  | 'components'
  | 'path item'
  | 'operation'
  | 'parameter'
  | 'request body'
  | 'responses'
  | 'response'
  | 'media type'
  | 'encoding'
  | 'header'
  | 'callback'
  | 'example'
  | 'link'
  | 'security scheme'
  | 'schema';

export type Shape = 'one' | 'list' | 'map' | 'one or list';
export type Field = readonly [Shape, ObjectKind];

const OPERATION: Field = ['one', 'operation'];
const SCHEMA: Field = ['one', 'schema'];
const SCHEMAS: Field = ['list', 'schema'];
const NAMED_SCHEMAS: Field = ['map', 'schema'];
const HEADERS: Field = ['map', 'header'];
const EXAMPLES: Field = ['map', 'example'];
const CONTENT: Field = ['map', 'media type'];
const PARAMETERS: Field = ['list', 'parameter'];
const CALLBACKS: Field = ['map', 'callback'];

const FIELDS: Readonly<Record<ObjectKind, Readonly<Record<string, Field>>>> = {
  document: { paths: ['map', 'path item'], webhooks: ['map', 'path item'], components: ['one', 'components'] },
  components: {
    schemas: NAMED_SCHEMAS,
    responses: ['map', 'response'],
    parameters: ['map', 'parameter'],
    examples: EXAMPLES,
    requestBodies: ['map', 'request body'],
    headers: HEADERS,
    securitySchemes: ['map', 'security scheme'],
    links: ['map', 'link'],
    callbacks: CALLBACKS,
    pathItems: ['map', 'path item'],
  },
  'path item': {
    get: OPERATION,
    put: OPERATION,
    post: OPERATION,
    delete: OPERATION,
    options: OPERATION,
    head: OPERATION,
    patch: OPERATION,
    trace: OPERATION,
    parameters: PARAMETERS,
  },
  operation: {
    parameters: PARAMETERS,
    requestBody: ['one', 'request body'],
    responses: ['one', 'responses'],
    callbacks: CALLBACKS,
  },
  parameter: { schema: SCHEMA, content: CONTENT, examples: EXAMPLES },
  'request body': { content: CONTENT },
  responses: {},
  response: { headers: HEADERS, content: CONTENT, links: ['map', 'link'] },
  'media type': { schema: SCHEMA, encoding: ['map', 'encoding'], examples: EXAMPLES },
  encoding: { headers: HEADERS },
  header: { schema: SCHEMA, content: CONTENT, examples: EXAMPLES },
  callback: {},
  example: {},
  link: {},
  'security scheme': {},
  schema: {
    $defs: NAMED_SCHEMAS,
    definitions: NAMED_SCHEMAS,
    properties: NAMED_SCHEMAS,
    patternProperties: NAMED_SCHEMAS,
    dependentSchemas: NAMED_SCHEMAS,
    allOf: SCHEMAS,
    anyOf: SCHEMAS,
    oneOf: SCHEMAS,
    prefixItems: SCHEMAS,
    items: ['one or list', 'schema'],
    additionalProperties: SCHEMA,
    unevaluatedProperties: SCHEMA,
    unevaluatedItems: SCHEMA,
    additionalItems: SCHEMA,
    propertyNames: SCHEMA,
    contains: SCHEMA,
    contentSchema: SCHEMA,
    not: SCHEMA,
    if: SCHEMA,
    // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
    then: SCHEMA,
    else: SCHEMA,
  },
};

/** Objects whose every member that is no extension is an object of one kind. */
const MAP_LIKE: Partial<Record<ObjectKind, Field>> = {
  responses: ['one', 'response'],
  callback: ['one', 'path item'],
};

/** What a member of an object holds; undefined where it is data. */
export function fieldOf(kind: ObjectKind, name: string): Field | undefined {
  const fields = FIELDS[kind];
  if (Object.hasOwn(fields, name)) return fields[name];
  return name.startsWith('x-') ? undefined : MAP_LIKE[kind];
}

export type Visit = (object: JsonObject, kind: ObjectKind, way: Way | undefined) => void;

/** Visits every object of the document, from the top down. */
export function visitObjects(root: JsonObject, visit: Visit): void {
  visitFrom(root, 'document', visit);
}

/** Visits an object of some kind, and all below it. */
export function visitFrom(value: unknown, kind: ObjectKind, visit: Visit): void {
  visitObject(value, { kind, way: undefined, visit });
}

interface Walk {
  readonly kind: ObjectKind;
  readonly way: Way | undefined;
  readonly visit: Visit;
}

function visitObject(value: unknown, { kind, way, visit }: Walk): void {
  if (!isJsonObject(value)) return;
  visit(value, kind, way);
  for (const name of Object.keys(value)) {
    const field = fieldOf(kind, name);
    if (field) visitField(value[name], field[0], { kind: field[1], way: { above: way, segment: name }, visit });
  }
}

function visitField(value: unknown, shape: Shape, walk: Walk): void {
  const { kind, way, visit } = walk;
  if (shape === 'one' || (shape === 'one or list' && !Array.isArray(value))) {
    visitObject(value, walk);
    return;
  }
  if (Array.isArray(value)) {
    value.forEach((item, segment) => {
      visitObject(item, { kind, way: { above: way, segment }, visit });
    });
  } else if (shape === 'map' && isJsonObject(value)) {
    for (const segment of Object.keys(value))
      visitObject(value[segment], { kind, way: { above: way, segment }, visit });
  }
}
