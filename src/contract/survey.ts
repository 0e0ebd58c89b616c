import type { OpenApiDocument } from './document.ts';
import { type ObjectKind, visitObjects } from './grammar.ts';
import type { JsonObject } from './json.ts';
import { placeOf, type Way } from './place.ts';

/** An object of the document that bears `x-parity`. */
export interface Extended {
  readonly object: JsonObject;
  readonly kind: ObjectKind;
  readonly way: Way | undefined;
}

/** What one walk over the whole document collects for the checks at load. */
export interface Survey {
  /** Every text of a `$ref`, with the first object that bears it. */
  readonly refs: ReadonlyMap<string, Way | undefined>;
  /** The places that `$id`, `$anchor` and `$dynamicAnchor` name; without the names that are given to several. */
  readonly names: ReadonlyMap<string, string>;
  readonly extended: readonly Extended[];
}

export function surveyDocument(document: OpenApiDocument): Survey {
  const refs = new Map<string, Way | undefined>();
  const given: [name: string, place: string][] = [];
  const extended: Extended[] = [];
  visitObjects(document.root, (object, kind, way) => {
    const ref = object['$ref'];
    if (typeof ref === 'string' && !refs.has(ref)) refs.set(ref, way);
    if (Object.hasOwn(object, 'x-parity')) extended.push({ object, kind, way });
    if (kind === 'schema' && document.version === '3.1') collectNames(given, object, way);
  });
  const byName = Map.groupBy(given, ([name]) => name);
  const names = new Map(given.filter(([name]) => byName.get(name)?.length === 1));
  return { refs, names, extended };
}

function collectNames(given: [name: string, place: string][], schema: JsonObject, way: Way | undefined): void {
  for (const keyword of ['$id', '$anchor', '$dynamicAnchor']) {
    const name = schema[keyword];
    if (typeof name === 'string') given.push([keyword === '$id' ? name : `#${name}`, placeOf(way)]);
  }
}
