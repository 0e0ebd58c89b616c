import type { SchemaKeywords } from './schema-keywords.ts';
import type { JsonType } from './types.ts';

type Types = SchemaKeywords['types'];
type Members = SchemaKeywords['members'];

/** What holds where all of several schemas do (`allOf`). */
export function intersectKeywords(parts: readonly SchemaKeywords[]): SchemaKeywords {
  return {
    types: parts.map((part) => part.types).reduce(intersectTypes),
    format: firstOf(parts, (part) => part.format),
    members: parts.map((part) => part.members).reduce(intersectMembers),
    extensible: parts.some((part) => part.extensible),
    required: new Set(parts.flatMap((part) => [...part.required])),
    volatile: parts.some((part) => part.volatile),
    alias: firstOf(parts, (part) => part.alias),
    tolerance: firstOf(parts, (part) => part.tolerance),
    sensitive: parts.some((part) => part.sensitive),
    declaredOrder: firstOf(parts, (part) => part.declaredOrder),
  };
}

/** What holds where any of several schemas does (`anyOf`, `oneOf`). What excuses a difference, all of them must declare. */
export function uniteKeywords(branches: readonly SchemaKeywords[]): SchemaKeywords {
  // `oneOf: [..., { type: null }]` makes a schema nullable and says nothing else.
  const telling = branches.filter((branch) => !isNull(branch));
  return {
    types: branches.map((branch) => branch.types).reduce(unite),
    format: commonOf(telling, (branch) => branch.format),
    members: branches.map(membersOf).reduce(unite),
    extensible: telling.some((branch) => branch.extensible),
    required: commonRequired(telling),
    volatile: telling.length > 0 && telling.every((branch) => branch.volatile),
    alias: commonOf(telling, (branch) => branch.alias),
    tolerance: agreedOf(telling, 'number', (branch) => branch.tolerance),
    sensitive: telling.some((branch) => branch.sensitive),
    declaredOrder: agreedOf(telling, 'array', (branch) => branch.declaredOrder),
  };
}

function firstOf<Value>(parts: readonly SchemaKeywords[], get: (part: SchemaKeywords) => Value): Value | undefined {
  return parts.map(get).find((value) => value !== undefined);
}

/** The first one's, where every branch that allows the type has one. */
function agreedOf<Value>(
  branches: readonly SchemaKeywords[],
  type: JsonType,
  get: (branch: SchemaKeywords) => Value | undefined,
): Value | undefined {
  const values = branches.filter((branch) => allows(branch, type)).map(get);
  return values.includes(undefined) ? undefined : values[0];
}

function commonRequired(branches: readonly SchemaKeywords[]): ReadonlySet<string> {
  const [first, ...others] = branches.filter((branch) => allows(branch, 'object')).map((branch) => branch.required);
  return first ? others.reduce<ReadonlySet<string>>(intersect, first) : new Set();
}

/** What all of them say alike. */
function commonOf<Value>(
  branches: readonly SchemaKeywords[],
  get: (branch: SchemaKeywords) => Value | undefined,
): Value | undefined {
  const values = new Set(branches.map(get));
  return values.size === 1 ? [...values][0] : undefined;
}

function allows({ types }: SchemaKeywords, type: JsonType): boolean {
  return !types || types.has(type) || (type === 'number' && types.has('integer'));
}

function unite<Item>(a: ReadonlySet<Item> | undefined, b: ReadonlySet<Item> | undefined): Set<Item> | undefined {
  return a && b && new Set([...a, ...b]);
}

function intersect<Item>(a: ReadonlySet<Item> | undefined, b: ReadonlySet<Item>): ReadonlySet<Item> {
  return a ? new Set([...a].filter((item) => b.has(item))) : b;
}

function intersectTypes(a: Types, b: Types): Types {
  if (!a || !b) return a ?? b;
  const both = new Set(intersect(a, b));
  // Every integer is a number.
  if ((a.has('integer') && b.has('number')) || (a.has('number') && b.has('integer'))) both.add('integer');
  return both;
}

function intersectMembers(a: Members, b: Members): Members {
  return b ? intersect(a, b) : a;
}

function membersOf(branch: SchemaKeywords): Members {
  return isNull(branch) ? new Set([null]) : branch.members;
}

function isNull(branch: SchemaKeywords): boolean {
  return branch.types?.size === 1 && branch.types.has('null');
}
