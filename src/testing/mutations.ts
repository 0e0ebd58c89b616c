// Every way in which one value may differ from another by one change, with what must be found of it.
import type { FindingClass, RuleId } from '../core/index.ts';
import {
  branchOf,
  type Format,
  identityOf,
  isList,
  KEY,
  type ListShape,
  MEMBERS,
  type ObjectShape,
  type Shape,
  Spelled,
  TAG,
  TAGS,
  type Tree,
  withTag,
  writeTree,
} from './shapes.ts';

export interface Expected {
  /** JSON pointer; of an item found by its key, the key in brackets. */
  readonly at: string;
  readonly rule: RuleId;
  readonly class: FindingClass;
}

export interface Mutation {
  readonly name: string;
  readonly tree: Tree;
  /** Nothing, where the change is one of spelling only. */
  readonly expected: readonly Expected[];
}

/** `at`: JSON pointer of the value. */
export function mutationsOf(shape: Shape, tree: Tree, at = ''): readonly Mutation[] {
  if (shape.kind === 'nullable') return nullableMutations(shape.of, tree, at);
  return [...ownMutations(shape, tree, at), ...typeMutations(shape, at, false)];
}

function ownMutations(shape: Shape, tree: Tree, at: string): readonly Mutation[] {
  if (shape.kind === 'text' && typeof tree === 'string') return textMutations(shape.format, tree, at);
  if (shape.kind === 'enum') return enumMutations(shape.isExtensible, tree, at);
  if (shape.kind === 'integer') return integerMutations(tree, at);
  if (shape.kind === 'number' && typeof tree === 'number') return numberMutations(shape.tolerance, tree, at);
  if (shape.kind === 'boolean') return [valueChange(tree !== true, at)];
  if (shape.kind === 'volatile') return [volatileChange(tree, at)];
  if (shape.kind === 'allOf') return ownMutations(shape.of, tree, at);
  if (shape.kind === 'oneOf' && tree instanceof Map) return branchMutations(shape.of, tree, at);
  if (shape.kind === 'map' && tree instanceof Map) return mapMutations(shape.of, tree, at);
  if (shape.kind === 'list' && isList(tree)) return listMutations(shape, tree, at);
  return shape.kind === 'object' && tree instanceof Map ? objectMutations(shape, tree, at) : [];
}

function nullableMutations(shape: Shape, tree: Tree, at: string): readonly Mutation[] {
  if (tree !== null) return [...ownMutations(shape, tree, at), ...typeMutations(shape, at, true)];
  const value = 'no longer null';
  return [{ name: 'null to value', tree: value, expected: [{ at, rule: 'property-became-non-null', class: 'value' }] }];
}

function typeMutations(shape: Shape, at: string, isNullable: boolean): readonly Mutation[] {
  const isText = shape.kind === 'text' || shape.kind === 'enum' || shape.kind === 'volatile';
  return [
    {
      name: 'type',
      tree: isText ? 7 : 'another type',
      expected: [{ at, rule: 'property-type-changed', class: 'breaking' }],
    },
    {
      name: 'null',
      tree: null,
      expected: [{ at, rule: 'property-became-null', class: isNullable ? 'value' : 'breaking' }],
    },
  ];
}

function valueChange(tree: Tree, at: string): Mutation {
  return { name: 'value', tree, expected: [{ at, rule: 'value-changed', class: 'value' }] };
}

function volatileChange(tree: Tree, at: string): Mutation {
  const expected = [{ at, rule: 'volatile-value', class: 'cosmetic' }] as const;
  return { name: 'volatile', tree: `${tree}!`, expected };
}

const RESPELLINGS: Readonly<Record<Format, (text: string) => string>> = {
  'date-time': (text) => text.replace('.000Z', '+00:00'),
  uuid: (text) => text.toUpperCase(),
  decimal: (text) => `${text}0`,
  uri: (text) => text.replace('https', 'HTTPS'),
  email: (text) => text.replace('.test', '.TEST'),
  duration: (text) => `PT${Number.parseInt(text.slice(2), 10) * 60}S`,
  byte: (text) => `${text}\r\n`,
};

const OTHERS: Readonly<Record<Format, (text: string) => string>> = {
  'date-time': (text) => text.replace('.000Z', '.0004Z'),
  uuid: (text) => (text.startsWith('0') ? `1${text.slice(1)}` : `0${text.slice(1)}`),
  decimal: (text) => `${text}1`,
  uri: (text) => `${text}/y`,
  email: (text) => `x${text}`,
  duration: (text) => `${text}1S`,
  byte: (text) => `AAAA${text}`,
};

function textMutations(format: Format | undefined, text: string, at: string): readonly Mutation[] {
  if (format === undefined) return [valueChange(`${text}!`, at), valueChange(`${text} `, at)];
  const respelled = RESPELLINGS[format](text);
  const changed = valueChange(OTHERS[format](text), at);
  if (respelled === text) return [changed];
  return [
    changed,
    { name: 'respelled', tree: respelled, expected: [{ at, rule: 'format-respelled', class: 'cosmetic' }] },
  ];
}

function enumMutations(isExtensible: boolean, tree: Tree, at: string): readonly Mutation[] {
  const unknown = { at, rule: 'enum-value-unknown', class: isExtensible ? 'additive' : 'breaking' } as const;
  return [
    valueChange(MEMBERS.find((member) => member !== tree) ?? '', at),
    { name: 'enum', tree: 'unheard-of', expected: [unknown] },
  ];
}

function integerMutations(tree: Tree, at: string): readonly Mutation[] {
  const text = writeTree(tree);
  return [
    valueChange(new Spelled(String(BigInt(text) + 1n)), at),
    { name: 'spelled', tree: new Spelled(`${text}.0`), expected: [] },
    { name: 'spelled', tree: new Spelled(text === '0' ? '0e1' : `${text}0e-1`), expected: [] },
  ];
}

function numberMutations(tolerance: number | undefined, value: number, at: string): readonly Mutation[] {
  const changed = valueChange(value + 1000, at);
  if (tolerance === undefined)
    return [changed, valueChange(new Spelled(`${value.toFixed(2)}0000000000000000000001`), at)];
  const near = {
    name: 'tolerated',
    tree: value + tolerance / 2,
    expected: [{ at, rule: 'tolerated-number', class: 'cosmetic' }],
  } as const;
  return [changed, near];
}

function objectMutations(shape: ObjectShape, tree: ReadonlyMap<string, Tree>, at: string): readonly Mutation[] {
  const inside = (name: string): string => pointerBelow(at, name);
  const changed = [...tree].flatMap(([name, value]) => {
    const of = shape.properties.get(name)?.shape;
    const inner = of ? mutationsOf(of, value, inside(name)) : [valueChange(2, inside(name))];
    return inner.map((mutation) => ({ ...mutation, tree: new Map([...tree, [name, mutation.tree]]) }));
  });
  return [
    ...changed,
    ...[...tree.keys()].map((name) => removal(shape, tree, { name, at: inside(name) })),
    ...additions(shape, tree, inside),
  ];
}

function pointerBelow(at: string, name: string): string {
  return `${at}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

/** What changes in the branch that the tag tells; and the other tag, under which all that it has is as good. */
function branchMutations(of: ObjectShape, tree: ReadonlyMap<string, Tree>, at: string): readonly Mutation[] {
  const [strict, loose] = TAGS;
  const tag = tree.get(TAG) === strict ? strict : loose;
  const fields = new Map([...tree].filter(([name]) => name !== TAG));
  const within = objectMutations(branchOf(of, tag), fields, at).map((mutation) =>
    mutation.tree instanceof Map ? { ...mutation, tree: withTag(mutation.tree, tag) } : mutation,
  );
  if (tag === loose) return within;
  const expected = [
    { at, rule: 'schema-branch-changed', class: 'value' },
    { at: pointerBelow(at, TAG), rule: 'value-changed', class: 'value' },
  ] as const;
  return [...within, { name: 'branch', tree: withTag(fields, loose), expected }];
}

function mapMutations(of: Shape, tree: ReadonlyMap<string, Tree>, at: string): readonly Mutation[] {
  const each = [...tree].flatMap(([name, value]) => {
    const inner = mutationsOf(of, value, pointerBelow(at, name)).map((mutation) => ({
      ...mutation,
      tree: new Map([...tree, [name, mutation.tree]]),
    }));
    const missing = {
      name: 'missing',
      tree: new Map([...tree].filter(([other]) => other !== name)),
      expected: [{ at: pointerBelow(at, name), rule: 'optional-property-missing', class: 'value' } as const],
    };
    return [...inner, missing];
  });
  const more = {
    name: 'added',
    tree: new Map<string, Tree>([...tree, ['valueOf', null]]),
    expected: [{ at: pointerBelow(at, 'valueOf'), rule: 'optional-property-added', class: 'additive' } as const],
  };
  return [...each, more];
}

function removal(
  { properties }: ObjectShape,
  tree: ReadonlyMap<string, Tree>,
  { name, at }: { readonly name: string; readonly at: string },
): Mutation {
  const without = new Map(tree);
  without.delete(name);
  const property = properties.get(name);
  if (!property)
    return {
      name: 'missing',
      tree: without,
      expected: [{ at, rule: 'undocumented-property-missing', class: 'undocumented' }],
    };
  const expected = property.isRequired
    ? ({ at, rule: 'required-property-missing', class: 'breaking' } as const)
    : ({ at, rule: 'optional-property-missing', class: 'value' } as const);
  return { name: 'missing', tree: without, expected: [expected] };
}

function additions(
  { properties }: ObjectShape,
  tree: ReadonlyMap<string, Tree>,
  inside: (name: string) => string,
): readonly Mutation[] {
  const absent = [...properties.keys()].filter((name) => !tree.has(name));
  return [
    ...absent.map((name) => ({
      name: 'added',
      tree: new Map([...tree, [name, null]]),
      expected: [{ at: inside(name), rule: 'optional-property-added', class: 'additive' } as const],
    })),
    {
      name: 'added',
      tree: new Map<string, Tree>([...tree, ['valueOf', true]]),
      expected: [{ at: inside('valueOf'), rule: 'undocumented-property-added', class: 'undocumented' }],
    },
  ];
}

function listMutations(shape: ListShape, items: readonly Tree[], at: string): readonly Mutation[] {
  const inside = (index: number): string =>
    shape.order === 'keyed' ? `${at}/[${keyOf(items[index] ?? null)}]` : `${at}/${index}`;
  const changed = [...items.entries()].flatMap(([index, item]) =>
    itemMutations(shape, item, inside(index)).map((mutation) => ({
      ...mutation,
      tree: items.with(index, mutation.tree),
    })),
  );
  const removed = [...items.keys()].map(
    (index): Mutation => ({
      name: 'item missing',
      tree: items.toSpliced(index, 1),
      expected: [{ at: inside(index), rule: 'array-item-missing', class: 'value' }],
    }),
  );
  return [...changed, ...removed, ...insertions(shape, items, at), ...reordering(shape, items, at)];
}

/** Another item before each place, made of one that is there. */
function insertions(shape: ListShape, items: readonly Tree[], at: string): readonly Mutation[] {
  const identity = (item: Tree): string => (shape.order === 'keyed' ? keyOf(item) : identityOf(shape.items, item));
  const known = new Set(items.map(identity));
  const more = items.flatMap((item) => likeItem(shape, item)).find((item) => !known.has(identity(item)));
  if (more === undefined) return [];
  return [0, items.length >> 1, items.length].map((index) => ({
    name: 'item added',
    tree: items.toSpliced(index, 0, more),
    expected: [
      {
        at: shape.order === 'keyed' ? `${at}/[${keyOf(more)}]` : `${at}/${index}`,
        rule: 'array-item-added',
        class: 'value',
      },
    ],
  }));
}

function likeItem({ order, items }: ListShape, item: Tree): readonly Tree[] {
  if (order === 'keyed' && item instanceof Map) return [new Map<string, Tree>([...item, [KEY, 1_000_000]])];
  return mutationsOf(items, item).flatMap(({ name, tree }) => (name === 'value' ? [tree] : []));
}

/** A change of the key itself would be another item. */
function itemMutations({ order, items }: ListShape, item: Tree, at: string): readonly Mutation[] {
  if (order !== 'keyed' || items.kind !== 'object' || !(item instanceof Map)) return mutationsOf(items, item, at);
  const keyed = objectMutations(items, item, at);
  return keyed.filter(({ tree }) => tree instanceof Map && tree.get(KEY) === item.get(KEY));
}

function keyOf(item: Tree): string {
  return item instanceof Map ? writeTree(item.get(KEY) ?? null) : '';
}

function reordering({ order }: ListShape, items: readonly Tree[], at: string): readonly Mutation[] {
  if (items.length < 2) return [];
  const expected =
    order === 'ordered'
      ? ({ at, rule: 'array-order-changed', class: 'value' } as const)
      : ({ at, rule: 'array-order-free', class: 'cosmetic' } as const);
  return [{ name: 'order', tree: items.toReversed(), expected: [expected] }];
}
