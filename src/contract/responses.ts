import { isJsonObject, member, members } from './json.ts';
import { matchMediaType } from './media-type.ts';
import { placeBelow } from './place.ts';
import type { Located, References } from './references.ts';
import type { SchemaNodes } from './schema-node.ts';
import type { DeclaredHeader, DeclaredResponse, Operation } from './types.ts';

export interface Responses {
  find(operation: Operation, status: number, contentType: string | undefined): FoundResponse;
}

/** A declared response, with the place of its body's schema as written, for the validator. */
export type FoundResponse =
  | (Extract<DeclaredResponse, { kind: 'declared' }> & { readonly schemaPlace: string | undefined })
  | Exclude<DeclaredResponse, { kind: 'declared' }>;

interface ResponseIndex {
  readonly place: string;
  readonly headers: ReadonlyMap<string, DeclaredHeader>;
  /** The keys of `content`; undefined when the response declares none. */
  readonly mediaTypes: readonly string[] | undefined;
  readonly byMediaType: Map<string | undefined, FoundResponse>;
}

export function createResponses(references: References, nodes: SchemaNodes): Responses {
  const indexes = new Map<string, ResponseIndex | undefined>();
  const indexOf = (operation: Operation, status: number) => {
    const key = `${operation.index} ${status}`;
    const known = indexes.get(key);
    if (known) return known;
    const index = createIndex(references, nodes, locate(references, operation, status));
    // Only declared ones are kept: the other statuses are as many as a backend can think of.
    if (index) indexes.set(key, index);
    return index;
  };
  const find = (operation: Operation, status: number, contentType: string | undefined): FoundResponse => {
    const index = indexOf(operation, status);
    if (!index) return { kind: 'undeclared-status', place: placeBelow(operation.place, 'responses') };
    const mediaType = index.mediaTypes && matchMediaType(index.mediaTypes, contentType);
    if (index.mediaTypes && mediaType === undefined) {
      return { kind: 'undeclared-media-type', place: index.place, headers: index.headers };
    }
    const found = index.byMediaType.get(mediaType) ?? createFound(index, mediaType, nodes);
    index.byMediaType.set(mediaType, found);
    return found;
  };
  return { find };
}

/** The exact status, else its range, else `default`. */
function locate(references: References, operation: Operation, status: number): Located | undefined {
  const responses = references.follow(placeBelow(operation.place, 'responses'));
  const range = `${Math.floor(status / 100)}XX`;
  const key = [String(status), range, range.toLowerCase(), 'default'].find((name) =>
    isJsonObject(member(responses.value, name)),
  );
  return key === undefined ? undefined : references.follow(placeBelow(responses.place, key));
}

function createIndex(
  references: References,
  nodes: SchemaNodes,
  response: Located | undefined,
): ResponseIndex | undefined {
  if (!response || !isJsonObject(response.value)) return undefined;
  const mediaTypes = members(response.value['content']).map(([name]) => name);
  return {
    place: response.place,
    headers: headersOf(references, nodes, response),
    mediaTypes: mediaTypes.length > 0 ? mediaTypes : undefined,
    byMediaType: new Map(),
  };
}

function createFound(index: ResponseIndex, mediaType: string | undefined, nodes: SchemaNodes): FoundResponse {
  const { place, headers } = index;
  const schemaPlace = mediaType === undefined ? undefined : placeBelow(place, 'content', mediaType, 'schema');
  const body = schemaPlace === undefined ? undefined : nodes.at(schemaPlace);
  return { kind: 'declared', place, headers, body, schemaPlace };
}

function headersOf(references: References, nodes: SchemaNodes, response: Located): ReadonlyMap<string, DeclaredHeader> {
  const entries = members(member(response.value, 'headers')).map(([written]): [string, DeclaredHeader] => {
    const name = written.toLowerCase();
    const { place, value } = references.follow(placeBelow(response.place, 'headers', written));
    const [mediaType] = members(member(value, 'content'));
    const schemaPlace = mediaType ? placeBelow(place, 'content', mediaType[0], 'schema') : placeBelow(place, 'schema');
    return [name, { name, place, required: member(value, 'required') === true, schema: nodes.at(schemaPlace) }];
  });
  // A `Content-Type` among the headers is to be ignored: `content` declares it (OpenAPI 3.1, Response Object).
  return new Map(entries.filter(([name]) => name !== 'content-type'));
}
