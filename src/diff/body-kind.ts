// Which comparison fits a body, told by its media type alone: what a body merely looks like is not what clients go by.
import { essenceOf, isJson } from './media-type.ts';

export type BodyKind =
  | 'json'
  | 'json-lines'
  | 'json-sequence'
  | 'events'
  | 'form'
  | 'multipart'
  | 'xml'
  | 'html'
  | 'text'
  | 'bytes';

const KINDS: ReadonlyMap<string, BodyKind> = new Map<string, BodyKind>([
  ['application/x-ndjson', 'json-lines'],
  ['application/ndjson', 'json-lines'],
  ['application/jsonl', 'json-lines'],
  ['application/x-jsonlines', 'json-lines'],
  ['application/json-lines', 'json-lines'],
  // RFC 7464
  ['application/json-seq', 'json-sequence'],
  ['text/event-stream', 'events'],
  ['application/x-www-form-urlencoded', 'form'],
  ['text/html', 'html'],
  ['application/xml', 'xml'],
  ['text/xml', 'xml'],
  ['application/javascript', 'text'],
  ['application/ecmascript', 'text'],
  ['application/x-javascript', 'text'],
  ['application/yaml', 'text'],
  ['application/x-yaml', 'text'],
  ['application/toml', 'text'],
  ['application/sql', 'text'],
  ['application/graphql', 'text'],
  ['application/x-sh', 'text'],
  ['application/openmetrics-text', 'text'],
]);

export function bodyKindOf(contentType: string | undefined): BodyKind {
  if (isJson(contentType)) return 'json';
  const essence = essenceOf(contentType);
  const known = KINDS.get(essence);
  if (known) return known;
  if (essence.startsWith('multipart/')) return 'multipart';
  // RFC 6839 and RFC 8091: a suffix says how the type is written.
  if (essence.endsWith('+xml')) return 'xml';
  if (essence.endsWith('+json-seq')) return 'json-sequence';
  return essence.startsWith('text/') || essence.endsWith('+yaml') ? 'text' : 'bytes';
}
