// The conductor: two replies through one contract, from the status down to the last leaf of the body.
import type { Contract, DeclaredResponse, Operation } from '../contract/index.ts';
import { headerValue, type RawHeaders, type Reply, type Side } from '../core/index.ts';
import { type Duplicate, findDuplicates } from './duplicate-names.ts';
import { parseExact } from './exact-json.ts';
import { compareHeaders, sameHeaders } from './headers.ts';
import { type JsonScan, scanJson } from './json-scan.ts';
import { essenceOf, isJson } from './media-type.ts';
import { Position } from './position.ts';
import type { RawFinding } from './raw-finding.ts';
import { walkBodies } from './walk.ts';
import { BudgetExceeded } from './walk-state.ts';

/** The same operation answered by both sides, bodies already decoded from their content encoding. */
export interface Pairing {
  readonly operation: Operation;
  readonly legacy: Reply;
  readonly candidate: Reply;
}

export type Comparison =
  | { readonly kind: 'compared'; readonly findings: readonly RawFinding[] }
  /** The pair was too large or too deep to judge; `bound` names which limit. */
  | { readonly kind: 'budget'; readonly bound: string };

/** True when both replies are byte for byte the same in all that counts. Cheap enough for every request. */
export function isIdentical(contract: Contract, { operation, legacy, candidate }: Pairing): boolean {
  if (legacy.status !== candidate.status || !sameBytes(legacy.body, candidate.body)) return false;
  return sameHeaders(legacy.headers, candidate.headers, () =>
    declaredHeaders(contract.response(operation, legacy.status, contentType(legacy))),
  );
}

/** Every difference between two replies. */
export function compareReplies(contract: Contract, pairing: Pairing): Comparison {
  try {
    return { kind: 'compared', findings: findAll(contract, pairing) };
  } catch (error) {
    if (error instanceof BudgetExceeded) return { kind: 'budget', bound: error.message };
    // The stack of this thread ended before the depth that is allowed.
    if (error instanceof RangeError) return { kind: 'budget', bound: 'depth' };
    throw error;
  }
}

function findAll(contract: Contract, pairing: Pairing): readonly RawFinding[] {
  const { operation, legacy, candidate } = pairing;
  if (legacy.status !== candidate.status) return [statusChanged(pairing)];
  const declared = contract.response(operation, legacy.status, contentType(legacy));
  const headers = compareHeaders(legacy.headers, candidate.headers, declaredHeaders(declared));
  // A body of another media type is another thing altogether: that it is one is the whole finding.
  if (essenceOf(contentType(legacy)) !== essenceOf(contentType(candidate)))
    return [...headers, mediaTypeChanged(pairing, declared)];
  return [...headers, ...compareBodies(pairing, declared)];
}

function declaredHeaders(
  declared: DeclaredResponse,
): Extract<DeclaredResponse, { kind: 'declared' }>['headers'] | undefined {
  return declared.kind === 'undeclared-status' ? undefined : declared.headers;
}

export function contentType(reply: { readonly headers: RawHeaders }): string | undefined {
  return headerValue(reply.headers, 'content-type');
}

function sameBytes(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && Buffer.compare(left, right) === 0;
}

function statusChanged({ operation, legacy, candidate }: Pairing): RawFinding {
  const view = {
    legacy: { status: legacy.status },
    candidate: { status: candidate.status },
    node: undefined,
    secret: false,
  };
  const types = `${legacy.status}→${candidate.status}`;
  return {
    rule: 'response-status-changed',
    class: 'breaking',
    place: `${operation.place}/responses`,
    types,
    at: '',
    view,
  };
}

function mediaTypeChanged({ legacy, candidate }: Pairing, declared: DeclaredResponse): RawFinding {
  const [from, to] = [contentType(legacy), contentType(candidate)];
  const view = { legacy: { 'content-type': from }, candidate: { 'content-type': to }, node: undefined, secret: false };
  const types = `${essenceOf(from) || 'none'}→${essenceOf(to) || 'none'}`;
  return {
    rule: 'response-media-type-changed',
    class: 'breaking',
    place: declared.place,
    types,
    at: 'header:content-type',
    view,
  };
}

function compareBodies(pairing: Pairing, declared: DeclaredResponse): readonly RawFinding[] {
  const { legacy, candidate } = pairing;
  if (sameBytes(legacy.body, candidate.body)) return [];
  if (!isJson(contentType(legacy))) return [bodyFinding('response-body-changed', pairing, declared)];
  const [left, right] = [parseBody(legacy.body), parseBody(candidate.body)];
  if (left.kind === 'not-json' && right.kind === 'not-json')
    return [bodyFinding('response-body-changed', pairing, declared)];
  if (left.kind === 'not-json' || right.kind === 'not-json')
    return [bodyFinding('response-body-not-json', pairing, declared)];
  const root = rootOf(declared);
  return [...walkBodies(root, { legacy: left.value, candidate: right.value }), ...compareDuplicates(root, left, right)];
}

function rootOf(declared: DeclaredResponse): Position {
  return Position.root(declared.kind === 'declared' ? declared.body : undefined, `${declared.place}/body`);
}

export type ParsedBody = { readonly kind: 'json'; readonly value: unknown } | { readonly kind: 'not-json' };

/** Parses a body as UTF-8 JSON, its numbers as doubles; an empty one is not JSON. */
export function parsePlainly(body: Uint8Array): ParsedBody {
  try {
    return { kind: 'json', value: JSON.parse(decodeText(body)) };
  } catch {
    return { kind: 'not-json' };
  }
}

/** Throws on what is not UTF-8. */
function decodeText(body: Uint8Array): string {
  return new TextDecoder('utf-8', { fatal: true }).decode(body);
}

interface JsonBody {
  readonly kind: 'json';
  readonly value: unknown;
  readonly text: string;
  readonly scan: JsonScan;
}

/** What one side hides behind a name that stands twice, and the other does not. */
function compareDuplicates(root: Position, legacy: JsonBody, candidate: JsonBody): readonly RawFinding[] {
  const left = new Map(
    findDuplicates(legacy.text, legacy.scan, legacy.value).map((each) => [JSON.stringify(each), each]),
  );
  const right = new Map(
    findDuplicates(candidate.text, candidate.scan, candidate.value).map((each) => [JSON.stringify(each), each]),
  );
  return [
    ...[...left].flatMap(([key, each]) => (right.has(key) ? [] : [duplicateFinding(root, each, 'legacy')])),
    ...[...right].flatMap(([key, each]) => (left.has(key) ? [] : [duplicateFinding(root, each, 'candidate')])),
  ];
}

function duplicateFinding(root: Position, { path }: Duplicate, side: Side): RawFinding {
  const at = root.below(path);
  const [legacy, candidate] = side === 'legacy' ? ['twice', 'once'] : ['once', 'twice'];
  return {
    rule: 'property-duplicated',
    class: side === 'legacy' ? 'value' : 'breaking',
    place: at.ownPlace,
    types: `${legacy}→${candidate}`,
    at: at.pointer,
    view: { legacy, candidate, node: undefined, secret: false },
  };
}

/** Parses a body as UTF-8 JSON, keeping numbers exact; an empty one is not JSON. */
function parseBody(body: Uint8Array): JsonBody | { readonly kind: 'not-json' } {
  try {
    const text = decodeText(body);
    const scan = scanJson(body);
    return { kind: 'json', value: parseExact(text, scan), text, scan };
  } catch {
    return { kind: 'not-json' };
  }
}

function bodyFinding(
  rule: 'response-body-changed' | 'response-body-not-json',
  pairing: Pairing,
  declared: DeclaredResponse,
): RawFinding {
  const view = {
    legacy: preview(pairing.legacy.body),
    candidate: preview(pairing.candidate.body),
    node: undefined,
    secret: false,
  };
  return {
    rule,
    class: rule === 'response-body-changed' ? 'value' : 'breaking',
    place: `${declared.place}/body`,
    types: 'bytes→bytes',
    at: '',
    view,
  };
}

/** Length only: bytes that nobody can parse cannot be redacted either. */
function preview(body: Uint8Array): unknown {
  return { bytes: body.length };
}
