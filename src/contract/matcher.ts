import type { OpenApiDocument } from './document.ts';
import { createPathTrie, findPath, insertPath, type PathTrie } from './path-trie.ts';
import { basePathsOf } from './servers.ts';
import type { Operation } from './types.ts';
import { warningAt } from './warnings.ts';

export interface Matcher {
  readonly warnings: readonly string[];
  match(method: string, target: string): Operation | undefined;
}

export function createMatcher(document: OpenApiDocument, operations: readonly Operation[]): Matcher {
  const tries = new Map<string, PathTrie<Operation>>();
  const warnings: string[] = [];
  for (const operation of operations) {
    const shadowing = insertOperation(document, trieOf(tries, operation.method), operation);
    if (shadowing) warnings.push(warningAt(document, operation.place, shadowedBy(operation, shadowing)));
    if (/[?#]/.test(operation.path)) warnings.push(warningAt(document, operation.place, unreachable(operation)));
  }
  // HEAD is GET without the content (RFC 9110, 9.3.2), where the contract says no more about it.
  for (const operation of operations) {
    if (operation.method === 'GET') insertOperation(document, trieOf(tries, 'HEAD'), operation);
  }
  const match = (method: string, target: string) => {
    const trie = tries.get(method);
    return trie && findPath(trie, pathOf(target));
  };
  return { warnings, match };
}

function trieOf(tries: Map<string, PathTrie<Operation>>, method: string): PathTrie<Operation> {
  const trie = tries.get(method) ?? createPathTrie<Operation>();
  tries.set(method, trie);
  return trie;
}

function insertOperation(
  document: OpenApiDocument,
  trie: PathTrie<Operation>,
  operation: Operation,
): Operation | undefined {
  const standing = basePathsOf(document, operation).map((base) => insertPath(trie, base + operation.path, operation));
  return standing.find((other) => other !== undefined);
}

/** The path of a request target, which may be in absolute form (RFC 9112, 3.2.2). */
function pathOf(target: string): string {
  const start = target.startsWith('/') ? 0 : startOfPath(target);
  const query = target.indexOf('?', start);
  const fragment = target.indexOf('#', start);
  if (start === 0 && query === -1 && fragment === -1) return target;
  const end = Math.min(query === -1 ? target.length : query, fragment === -1 ? target.length : fragment);
  return target.slice(start, end) || '/';
}

function startOfPath(target: string): number {
  const authority = target.indexOf('://');
  if (authority === -1) return 0;
  const path = target.slice(authority + 3).search(/[/?#]/);
  return path === -1 ? target.length : authority + 3 + path;
}

function shadowedBy(operation: Operation, other: Operation): string {
  return `${operation.method} ${operation.path} is the same path as ${other.path}; requests count as ${other.id}`;
}

function unreachable(operation: Operation): string {
  return `${operation.method} ${operation.path} holds a query; paths match without one, so no request is counted as it`;
}
