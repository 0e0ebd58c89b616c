import { isJsonObject, member, members } from './json.ts';
import { isJsonMediaType, matchMediaType } from './media-type.ts';
import { placeBelow } from './place.ts';
import type { Located, References } from './references.ts';
import type { SchemaNodes } from './schema-node.ts';
import type { DeclaredHeader, DeclaredResponse, Operation, SchemaNode } from './types.ts';

export interface Responses {
  /** All that an operation declares, with the schemas of its JSON bodies. */
  list(operation: Operation): readonly ListedResponse[];
  /** Where the operation declares a status; undefined where it does not. */
  placeOf(operation: Operation, status: number): string | undefined;
  find(operation: Operation, status: number, contentType: string | undefined): FoundResponse;
}

export interface ListedResponse {
  /** Where the operation declares it: `#/paths/~1trades/get/responses/4XX`. What it refers to may stand for several. */
  readonly place: string;
  readonly bodies: readonly SchemaNode[];
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
  const list = (operation: Operation): readonly ListedResponse[] => {
    const responses = references.follow(placeBelow(operation.place, 'responses'));
    const keys = members(responses.value).flatMap(([key]) => (key.startsWith('x-') ? [] : [key]));
    return keys.map((key) => listResponse(references, nodes, placeBelow(responses.place, key)));
  };
  const placeOf = (operation: Operation, status: number): string | undefined => {
    const responses = references.follow(placeBelow(operation.place, 'responses'));
    const key = keyOfStatus(responses.value, status);
    return key === undefined ? undefined : placeBelow(responses.place, key);
  };
  return { find, list, placeOf };
}

function listResponse(references: References, nodes: SchemaNodes, declaredAt: string): ListedResponse {
  const { place, value } = references.follow(declaredAt);
  const types = members(member(value, 'content')).map(([type]) => type);
  const bodies = types
    .filter((type) => isJsonMediaType(type) || type.includes('*'))
    .flatMap((type) => nodes.at(placeBelow(place, 'content', type, 'schema')) ?? []);
  return { place: declaredAt, bodies };
}

/** The exact status, else its range, else `default`. */
function keyOfStatus(declared: unknown, status: number): string | undefined {
  const range = `${Math.floor(status / 100)}XX`;
  return [String(status), range, range.toLowerCase(), 'default'].find((name) => isJsonObject(member(declared, name)));
}

function locate(references: References, operation: Operation, status: number): Located | undefined {
  const responses = references.follow(placeBelow(operation.place, 'responses'));
  const key = keyOfStatus(responses.value, status);
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
