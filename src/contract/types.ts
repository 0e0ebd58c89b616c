import type { AliasParameter, Breach, Conformance, Reply } from '../core/index.ts';

export type JsonType = 'null' | 'boolean' | 'integer' | 'number' | 'string' | 'array' | 'object';

/** How the items of an array are paired. Declared by the contract, never guessed. */
export type ItemOrder =
  | { readonly kind: 'ordered' }
  /** The items form a set or multiset. */
  | { readonly kind: 'set' }
  /** The items are found by these properties. `strict`: their order counts as well (`x-parity: { key, order: strict }`). */
  | { readonly kind: 'keyed'; readonly keys: readonly string[]; readonly strict: boolean };

/**
 * A schema as the comparison sees it: references followed, `allOf` merged, the branches of `oneOf` and `anyOf` united until
 * a value narrows them.
 * Conformance is not judged from it but by the validator on the schema as written.
 */
export interface SchemaNode {
  /** Where it is declared, references followed: `#/components/schemas/Trade/properties/id`. */
  readonly place: string;
  /** Undefined when the schema leaves the type open. */
  readonly types: ReadonlySet<JsonType> | undefined;
  readonly format: string | undefined;
  /** Scalar members of `enum` (or the one of `const`); undefined when the schema has neither. */
  readonly members: ReadonlySet<string | number | boolean | null> | undefined;
  /** `x-extensible-enum`: unknown members are additive. */
  readonly extensible: boolean;
  readonly required: ReadonlySet<string>;
  /** `x-parity: { volatile: true }`: presence and type count, the value does not. */
  readonly volatile: boolean;
  /** `x-parity: { alias: … }`: what it is called that each side issues there, for the client to send back. It is volatile. */
  readonly alias: string | undefined;
  /** `x-parity: { tolerance: { abs, rel } }`, for numbers. */
  readonly tolerance: { readonly abs: number; readonly rel: number } | undefined;
  /** `writeOnly`, `format: password`, or `x-sensitive`: never stored in clear. */
  readonly sensitive: boolean;
  readonly order: ItemOrder;
  /** The declared property of that name (own names only: `__proto__` and `constructor` are names like any other). */
  property(name: string): SchemaNode | undefined;
  /** The schema of undeclared properties (a map), where `additionalProperties` is a schema. */
  readonly additional: SchemaNode | undefined;
  /** The schema of the item at an index. */
  item(index: number): SchemaNode | undefined;
  /**
   * The schema of a value of this one: of the branches of `oneOf` and `anyOf` the one that the value is of, told by the
   * `discriminator` or else by which it satisfies. The same object for the same branches. This schema itself where there is
   * no choice, or the value is of none of them.
   */
  narrow(value: unknown): SchemaNode;
  /** Whether it may narrow. */
  readonly hasChoice: boolean;
  /** The properties that it declares by name. */
  readonly names: readonly string[];
  /** The branches of `oneOf` or `anyOf` that a value is of one of, each as it is written. None where it is part of more. */
  readonly branches: readonly SchemaNode[];
  /** What it is put together from, where some of that has branches: all of them hold. */
  readonly parts: readonly SchemaNode[];
}

/** What the contract says about one response. */
export type DeclaredResponse =
  | {
      readonly kind: 'declared';
      /** `#/paths/~1trades/get/responses/200`, references followed. */
      readonly place: string;
      /** Undefined when the response declares no body or no schema for the media type. */
      readonly body: SchemaNode | undefined;
      /** Declared headers by lower-case name. */
      readonly headers: ReadonlyMap<string, DeclaredHeader>;
    }
  | { readonly kind: 'undeclared-status'; readonly place: string }
  | {
      readonly kind: 'undeclared-media-type';
      readonly place: string;
      readonly headers: ReadonlyMap<string, DeclaredHeader>;
    };

export interface DeclaredHeader {
  readonly name: string;
  readonly place: string;
  readonly required: boolean;
  readonly schema: SchemaNode | undefined;
}

/** One operation of the contract. */
export interface Operation {
  readonly id: string;
  /** Upper case. */
  readonly method: string;
  /** The path template as written, such as `/trades/{tradeId}`. */
  readonly path: string;
  readonly tags: readonly string[];
  /** Position in `Contract.operations`, for arrays indexed by operation. */
  readonly index: number;
  /** `#/paths/~1trades~1{tradeId}/get` */
  readonly place: string;
}

/** An action of an OpenAPI Overlay, 1.1. */
export interface PatchAction {
  /** JSONPath. */
  readonly target: string;
  readonly update?: unknown;
  readonly remove?: true;
}

export const POINT_KINDS = ['status', 'present', 'absent', 'null', 'member', 'branch'] as const;

/** One case that the contract tells apart from others: evidence that has none of it says nothing about it. */
export interface Point {
  /** Stable: of its kind, place and value. */
  readonly id: string;
  readonly kind: (typeof POINT_KINDS)[number];
  readonly place: string;
  /** Of a member of an enum, as JSON. */
  readonly value?: string;
}

/** What the contract judges beside the body. */
export interface CheckedReply extends Pick<Reply, 'status' | 'headers'> {
  /** True for the answer to a HEAD request, which has no body whatever the contract declares. */
  readonly answersHead?: boolean | undefined;
}

/** The files that a contract is made of. */
export interface ContractFiles {
  /** The OpenAPI document. */
  readonly contract: string;
  /** OpenAPI Overlays, applied to it in this order. */
  readonly overlays: readonly string[];
}

/** Bytes by the name of their file. */
export type Sources = ReadonlyMap<string, Uint8Array>;

/** An OpenAPI 3.0 or 3.1 document, loaded, normalised and indexed. */
export interface Contract {
  /** As given by the user. */
  readonly file: string;
  /** Overlays that were applied, in order. */
  readonly overlays: readonly string[];
  readonly title: string;
  /** SHA-256 of the file, and of its overlays, hex, first 16 digits. */
  readonly digest: string;
  /** Each file as it was read. */
  readonly sources: Sources;
  readonly operations: readonly Operation[];
  /** Each one line, with file and line where there is one. */
  readonly warnings: readonly string[];
  /**
   * The operation that a request belongs to; undefined when none does. HEAD falls back to GET's operation.
   * `target` is the request target, with or without its query.
   */
  match(method: string, target: string): Operation | undefined;
  /** What the contract declares for a status and a media type (`content-type` value, parameters allowed). */
  response(operation: Operation, status: number, contentType: string | undefined): DeclaredResponse;
  /** Judges one reply. `body` is the decoded JSON value, or undefined when the body is empty or not JSON. */
  check(operation: Operation, reply: CheckedReply, body: unknown): Conformance;
  /** The actions of an overlay that would make a breach none; undefined where no small change does. */
  proposePatch(breach: Breach): readonly PatchAction[] | undefined;
  /** Overlay actions that declare the value of one schema volatile; undefined where they would say it of others as well. */
  proposeVolatile(place: string): readonly PatchAction[] | undefined;
  /** The parameters of an operation that carry what a side has issued. */
  aliasParameters(operation: Operation): readonly AliasParameter[];
  /** What the contract says may be seen of an operation, as far as it tells cases apart. */
  points(operation: Operation): readonly Point[];
  /** The ids of the points that one reply shows. `body` is the decoded JSON value, or undefined when there is none. */
  pointsOf(operation: Operation, reply: Pick<Reply, 'status' | 'headers'>, body: unknown): readonly string[];
  /** The line, from 1, of a place in the file, or of the nearest one above it; undefined when unknown. */
  lineOf(place: string): number | undefined;
}
