import type { OpenApiDocument } from './document.ts';
import { listOf, member, members } from './json.ts';
import { valueAt } from './place.ts';
import type { Operation } from './types.ts';

/** The paths that requests to an operation begin with, after its servers; `` for the root. */
export function basePathsOf(document: OpenApiDocument, operation: Operation): readonly string[] {
  const pathItem = operation.place.slice(0, operation.place.lastIndexOf('/'));
  const levels = [operation.place, pathItem, '#'];
  const servers = levels.map((place) => serversAt(document, place)).find((list) => list.length > 0);
  return [...new Set((servers ?? ['/']).map(basePathOf))];
}

function serversAt(document: OpenApiDocument, place: string): string[] {
  return listOf(member(valueAt(document.root, place), 'servers')).map(urlOf);
}

function urlOf(server: unknown): string {
  const variables = new Map(members(member(server, 'variables')));
  return String(member(server, 'url')).replaceAll(/\{([^}]*)\}/g, (written, name: string) => {
    const value = member(variables.get(name), 'default');
    return value === undefined ? written : String(value);
  });
}

function basePathOf(url: string): string {
  // A relative URL is relative to where the document is served, which is taken for the root.
  const { pathname } = URL.parse(url, 'http://localhost/') ?? { pathname: '/' };
  return pathname.replace(/\/+$/, '');
}
