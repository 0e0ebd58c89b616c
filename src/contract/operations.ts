import { ParitygateError, UNMATCHED } from '../core/index.ts';
import type { OpenApiDocument } from './document.ts';
import { member, members, stringsOf } from './json.ts';
import { locationOf } from './location.ts';
import { deriveOperationId } from './operation-id.ts';
import { placeBelow } from './place.ts';
import type { References } from './references.ts';
import type { Operation } from './types.ts';
import { warningAt } from './warnings.ts';

const METHODS = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace'];

/** Names that mean something else where operations are counted. */
const RESERVED = new Set([UNMATCHED, '__proto__']);

export interface ListedOperations {
  readonly operations: readonly Operation[];
  readonly warnings: readonly string[];
}

type Unnamed = Omit<Operation, 'id'> & { readonly id: string | undefined };

/** All operations in the order of the document, each with an id of its own. */
export function listOperations(document: OpenApiDocument, references: References): ListedOperations {
  const found = findOperations(document, references);
  const taken = new Map<string, Unnamed>();
  for (const operation of found) claimId(document, taken, operation);
  const warnings: string[] = [];
  const operations = found.map((operation): Operation => {
    if (operation.id !== undefined) return { ...operation, id: operation.id };
    const id = deriveOperationId(operation.method, operation.path, (candidate) => taken.has(candidate));
    taken.set(id, operation);
    warnings.push(
      warningAt(
        document,
        operation.place,
        `${operation.method} ${operation.path} has no operationId; it is called ${id}`,
      ),
    );
    return { ...operation, id };
  });
  if (operations.length === 0) warnings.push(warningAt(document, '#/paths', 'the contract declares no operation'));
  return { operations, warnings };
}

function findOperations(document: OpenApiDocument, references: References): Unnamed[] {
  const paths = members(document.root['paths']).filter(([path]) => path.startsWith('/'));
  return paths
    .flatMap(([path]) => operationsOfPath(path, references))
    .map((operation, index) => ({ ...operation, index }));
}

function operationsOfPath(path: string, references: References): Omit<Unnamed, 'index'>[] {
  const written = placeBelow('#/paths', path);
  return METHODS.flatMap((method) => {
    // A path item may add operations to the one that it refers to.
    const own = references.follow(placeBelow(written, method));
    const item = own.value === undefined ? references.follow(written) : undefined;
    const value = item ? member(item.value, method) : own.value;
    if (typeof value !== 'object' || value === null) return [];
    const id = member(value, 'operationId');
    return {
      id: typeof id === 'string' && id !== '' ? id : undefined,
      method: method.toUpperCase(),
      path,
      tags: stringsOf(member(value, 'tags')),
      place: item ? placeBelow(item.place, method) : own.place,
    };
  });
}

function claimId(document: OpenApiDocument, taken: Map<string, Unnamed>, operation: Unnamed): void {
  const { id } = operation;
  if (id === undefined) return;
  if (RESERVED.has(id)) throw reservedId(document, operation);
  const first = taken.get(id);
  if (first) throw duplicateId(document, first, operation);
  taken.set(id, operation);
}

function reservedId(document: OpenApiDocument, operation: Unnamed): ParitygateError {
  return new ParitygateError('PG_CONTRACT_INVALID', `the operationId \`${operation.id}\` is reserved`, {
    at: locationOf(document.file, lineOfId(document, operation)),
    fix: 'give the operation another id',
  });
}

function duplicateId(document: OpenApiDocument, first: Unnamed, second: Unnamed): ParitygateError {
  const uses = [first, second].map((use) => `line ${lineOfId(document, use)} (${use.method} ${use.path})`);
  return new ParitygateError(
    'PG_CONTRACT_DUPLICATE_ID',
    `the operationId \`${second.id}\` is used twice: ${uses.join(' and ')}`,
    { at: locationOf(document.file, lineOfId(document, second)), fix: 'give each operation an id of its own' },
  );
}

function lineOfId(document: OpenApiDocument, operation: Unnamed): number | undefined {
  return document.locate(placeBelow(operation.place, 'operationId'));
}
