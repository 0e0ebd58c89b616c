import { type Branch, chooseBranch, discriminatorOf, type Satisfies, tagReader } from './branches.ts';
import type { OpenApiDocument } from './document.ts';
import { isJsonObject, type JsonObject, listOf, member, members } from './json.ts';
import { type Children, createNodeFactory, type Node, type NodeFactory } from './node.ts';
import { compilePattern } from './pattern.ts';
import { placeBelow, valueAt } from './place.ts';
import type { References } from './references.ts';
import { keywordsOf } from './schema-keywords.ts';
import type { SchemaNode } from './types.ts';

export interface SchemaNodes {
  /** The schema at a place; undefined where none stands, or only `false`. One object for each place. */
  at(place: string): SchemaNode | undefined;
}

interface Factory {
  readonly document: OpenApiDocument;
  readonly references: References;
  readonly byPlace: Map<string, Node | undefined>;
  readonly nodes: NodeFactory;
  readonly satisfies: Satisfies;
  /** Places above the one being built, to cut a schema that is its own part. */
  readonly building: Set<string>;
}

/** Keywords that say nothing about a value. */
const ANNOTATIONS = new Set([
  '$ref',
  '$comment',
  'allOf',
  'anyOf',
  'oneOf',
  'title',
  'summary',
  'description',
  'default',
  'example',
  'examples',
  'externalDocs',
  'deprecated',
  'nullable',
  'discriminator',
  'xml',
]);

export function createSchemaNodes(
  document: OpenApiDocument,
  references: References,
  satisfies: Satisfies,
): SchemaNodes {
  const factory: Factory = {
    document,
    references,
    byPlace: new Map(),
    nodes: createNodeFactory(),
    building: new Set(),
    satisfies,
  };
  return { at: (place) => nodeAt(factory, place) };
}

function nodeAt(factory: Factory, place: string): Node | undefined {
  const { byPlace, building, document } = factory;
  if (byPlace.has(place)) return byPlace.get(place);
  const value = valueAt(document.root, place);
  const schema = value === true ? {} : value;
  if (!isJsonObject(schema) || building.has(place)) return undefined;
  building.add(place);
  const node = buildNode(factory, place, schema);
  building.delete(place);
  byPlace.set(place, node);
  return node;
}

function buildNode(factory: Factory, place: string, schema: JsonObject): Node {
  const { nodes, document } = factory;
  const target = targetOf(factory, schema);
  const branchesOf = (keyword: string) => branchesAt(factory, placeBelow(place, keyword), schema[keyword]);
  const union = (keyword: string) => unite(factory, place, { schema, branches: branchesOf(keyword) });
  const parts = [
    ownNode(factory, place, schema),
    target,
    ...branchesOf('allOf').map((branch) => branch.node),
    union('anyOf'),
    union('oneOf'),
  ].filter((part) => part !== undefined);
  const node = nodes.combine('all', parts, target?.place ?? place) ?? plainNode(factory, place, {});
  const isNullable = document.version === '3.0' && schema['nullable'] === true;
  if (!isNullable) return node;
  const none = plainNode(factory, place, { type: 'null' });
  return nodes.choice([node, none], node.place, (value) => (value === null ? none : node.narrow(value))) ?? node;
}

function targetOf(factory: Factory, schema: JsonObject): Node | undefined {
  const ref = schema['$ref'] ?? schema['$dynamicRef'];
  const place = typeof ref === 'string' ? factory.references.target(ref) : undefined;
  return place === undefined ? undefined : nodeAt(factory, place);
}

function branchesAt(factory: Factory, place: string, list: unknown): Branch[] {
  return listOf(list).flatMap((schema, index) => {
    const at = placeBelow(place, index);
    const node = nodeAt(factory, at);
    const ref = member(schema, '$ref');
    const target = typeof ref === 'string' ? factory.references.target(ref) : undefined;
    return node ? [{ place: at, target, node }] : [];
  });
}

interface Union {
  readonly schema: JsonObject;
  readonly branches: readonly Branch[];
}

/** All branches in one, for as long as it is not known which of them a value is of. */
function unite(
  { nodes, references, satisfies }: Factory,
  place: string,
  { schema, branches }: Union,
): Node | undefined {
  const discriminator = discriminatorOf(schema, references);
  const byTag = discriminator && tagReader(branches, discriminator);
  const choose = (value: unknown) => chooseBranch(branches, byTag, satisfies, value)?.node.narrow(value);
  return nodes.choice(
    branches.map(({ node }) => node),
    place,
    choose,
  );
}

/** What the schema says beside its references and branches; undefined when that is nothing. */
function ownNode(factory: Factory, place: string, schema: JsonObject): Node | undefined {
  // In OpenAPI 3.0 what stands beside a `$ref` is to be ignored; our extensions are not OpenAPI's to judge.
  const extensionsOnly = factory.document.version === '3.0' && schema['$ref'] !== undefined;
  const names = Object.keys(schema).filter((name) => (extensionsOnly ? name.startsWith('x-') : !ANNOTATIONS.has(name)));
  if (names.length === 0) return undefined;
  const own = extensionsOnly ? Object.fromEntries(names.map((name) => [name, schema[name]])) : schema;
  return plainNode(factory, place, own);
}

function plainNode(factory: Factory, place: string, schema: JsonObject): Node {
  return factory.nodes.create({ place, keywords: keywordsOf(schema), children: childrenOf(factory, place, schema) });
}

function childrenOf(factory: Factory, place: string, schema: JsonObject): Children {
  const properties = isJsonObject(schema['properties']) ? schema['properties'] : {};
  const patterns = patternsOf(schema);
  const prefix = listOf(schema['prefixItems']).length;
  const schemaAt = (...segments: (string | number)[]) => nodeAt(factory, placeBelow(place, ...segments));
  return {
    names: Object.keys(properties),
    property(name) {
      const nodes = Object.hasOwn(properties, name) ? [schemaAt('properties', name)] : [];
      for (const { source, pattern } of patterns)
        if (pattern.test(name)) nodes.push(schemaAt('patternProperties', source));
      return factory.nodes.combineDefined('all', nodes);
    },
    additional() {
      const keyword = ['additionalProperties', 'unevaluatedProperties'].find((name) => isJsonObject(schema[name]));
      return keyword === undefined ? undefined : schemaAt(keyword);
    },
    restFrom: prefix,
    item: (index) => (index < prefix ? schemaAt('prefixItems', index) : schemaAt('items')),
  };
}

function patternsOf(schema: JsonObject): { readonly source: string; readonly pattern: RegExp }[] {
  return members(schema['patternProperties']).flatMap(([source]) => {
    try {
      return [{ source, pattern: compilePattern(source) }];
    } catch {
      // The validator says so, on every reply.
      return [];
    }
  });
}
