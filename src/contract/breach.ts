// An error of the validator as what it says of the contract: which keyword of which schema, and what stood there instead.
import type { ErrorObject } from 'ajv/dist/2020.js';
import type { Breach } from '../core/index.ts';
import { isJsonObject, type JsonObject, member } from './json.ts';
import { placeBelow, segmentsOf, valueAt } from './place.ts';
import { jsonTypeOf } from './schema-keywords.ts';

/** The schemas of a contract: of a normalized one its place, and what is written there. */
export interface Schemas {
  readonly placeOf: PlaceOf;
  readonly root: JsonObject;
}

type PlaceOf = (schema: object) => string | undefined;

/** The places of all objects of a document, found when first asked for: most contracts are kept. */
export function placesIn(root: JsonObject): PlaceOf {
  let places: WeakMap<object, string> | undefined;
  return (schema) => {
    places ??= listPlaces(root);
    return places.get(schema);
  };
}

function listPlaces(root: JsonObject): WeakMap<object, string> {
  const places = new WeakMap<object, string>();
  const waiting: (readonly [value: unknown, place: string])[] = [[root, '#']];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const [value, place] = next;
    if (typeof value !== 'object' || value === null || places.has(value)) continue;
    places.set(value, place);
    for (const [name, child] of Object.entries(value)) waiting.push([child, placeBelow(place, name)]);
  }
  return places;
}

/** Undefined where the schema stands nowhere in the document. */
export function breachOf(error: ErrorObject, value: unknown, { placeOf, root }: Schemas): Breach | undefined {
  const schema: unknown = error.parentSchema;
  const place = isJsonObject(schema) ? placeOf(schema) : undefined;
  if (place === undefined) return undefined;
  const found = isSensitive(valueAt(root, place))
    ? jsonTypeOf(valueBelow(value, error.instancePath))
    : foundBy(error, value);
  return { keyword: error.keyword, place, found };
}

/** As written: the validator is not shown extensions. */
function isSensitive(schema: unknown): boolean {
  return (
    member(schema, 'x-sensitive') === true ||
    member(schema, 'format') === 'password' ||
    member(schema, 'writeOnly') === true
  );
}

function foundBy(error: ErrorObject, value: unknown): string {
  const { keyword, params } = error;
  const at = valueBelow(value, error.instancePath);
  if (keyword === 'required') return String(params['missingProperty']);
  if (keyword === 'enum' || keyword === 'const') return scalarText(at);
  const extra: unknown = params['additionalProperty'] ?? params['unevaluatedProperty'];
  return typeof extra === 'string' ? `${extra}: ${jsonTypeOf(member(at, extra))}` : jsonTypeOf(at);
}

/** As JSON; of anything longer or deeper only the type. */
function scalarText(value: unknown): string {
  const text = typeof value === 'object' && value !== null ? '' : JSON.stringify(value);
  return text === undefined || text === '' || text.length > 100 ? jsonTypeOf(value) : text;
}

function valueBelow(value: unknown, pointer: string): unknown {
  return segmentsOf(pointer).reduce<unknown>(member, value);
}
