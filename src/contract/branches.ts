// Which branch of a schema (`oneOf`, `anyOf`) a value is of.
import { isJsonObject, type JsonObject, listOf, member, members } from './json.ts';
import type { Node } from './node.ts';
import { placeBelow, segmentsOf } from './place.ts';
import type { References } from './references.ts';
import type { JsonType } from './types.ts';

export interface Branch {
  /** As written, below the keyword. */
  readonly place: string;
  /** Where its `$ref` leads; undefined for one that is written out. */
  readonly target: string | undefined;
  readonly node: Node;
}

/** Whether a value satisfies the schema at a place. */
export type Satisfies = (place: string, value: unknown) => boolean;

/**
 * The first branch that a value is of; undefined when it is of none. What the discriminator names needs no proof, and
 * neither does the only one that allows the type: whether the value keeps its contract is judged elsewhere.
 */
export function chooseBranch(
  branches: readonly Branch[],
  byTag: ((value: unknown) => Branch | undefined) | undefined,
  satisfies: Satisfies,
  value: unknown,
): Branch | undefined {
  const tagged = byTag?.(value);
  if (tagged) return tagged;
  const possible = branches.filter(({ node }) => allows(node.types, value));
  return possible.length <= 1 ? possible[0] : possible.find(({ place }) => satisfies(place, value));
}

function allows(types: ReadonlySet<JsonType> | undefined, value: unknown): boolean {
  if (!types) return true;
  if (typeof value === 'number') return types.has('number') || (types.has('integer') && Number.isInteger(value));
  return types.has(typeOf(value));
}

function typeOf(value: unknown): JsonType {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'object') return 'object';
  return typeof value === 'boolean' ? 'boolean' : 'string';
}

/** The tags of a `discriminator`, each with the place of its schema (OpenAPI 3.1.1, section 4.8.25). */
export interface Discriminator {
  readonly property: string;
  readonly places: ReadonlyMap<string, string>;
}

/** Undefined where the schema has none, or none that leads to one of its own branches. */
export function discriminatorOf(schema: JsonObject, references: References): Discriminator | undefined {
  const property = member(schema['discriminator'], 'propertyName');
  if (typeof property !== 'string') return undefined;
  const targets = new Set(['oneOf', 'anyOf'].flatMap((keyword) => targetsOf(schema[keyword], references)));
  const named = [...targets].map((place): [string, string] => [segmentsOf(place).at(-1) ?? '', place]);
  const mapped = members(member(schema['discriminator'], 'mapping')).flatMap(([tag, to]): [string, string][] => {
    const place = typeof to === 'string' ? placeNamed(to, references) : undefined;
    return place !== undefined && targets.has(place) ? [[tag, place]] : [];
  });
  // A schema that is mapped keeps its own name as a tag too.
  const places = new Map([...named, ...mapped]);
  return places.size > 0 ? { property, places } : undefined;
}

function targetsOf(list: unknown, references: References): string[] {
  return listOf(list).flatMap((branch) => {
    const ref = member(branch, '$ref');
    const place = typeof ref === 'string' ? references.target(ref) : undefined;
    return place === undefined ? [] : [place];
  });
}

/** A mapping names a schema of the components, or refers to one. */
function placeNamed(name: string, references: References): string | undefined {
  return /^[\w.-]+$/.test(name) ? placeBelow('#', 'components', 'schemas', name) : references.target(name);
}

/** Undefined when a value has no tag, or none of these. */
export function tagReader(
  branches: readonly Branch[],
  { property, places }: Discriminator,
): (value: unknown) => Branch | undefined {
  return (value) => {
    const tag = isJsonObject(value) && Object.hasOwn(value, property) ? value[property] : undefined;
    const place = typeof tag === 'string' ? places.get(tag) : undefined;
    return place === undefined ? undefined : branches.find(({ target }) => target === place);
  };
}
