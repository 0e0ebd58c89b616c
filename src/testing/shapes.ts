// Schemas and values that keep them, for the generated tests of the comparison. Objects are maps, so that `__proto__` is a
// name like any other, and numbers may be written in any spelling.
import fc from 'fast-check';

export class Spelled {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

export type Tree = string | number | boolean | null | Spelled | readonly Tree[] | ReadonlyMap<string, Tree>;

/** `Array.isArray` does not tell a list that may not be changed from the others. */
export function isList(tree: Tree): tree is readonly Tree[] {
  return Array.isArray(tree);
}

function isFields(tree: Tree): tree is ReadonlyMap<string, Tree> {
  return tree instanceof Map;
}

export type Shape =
  | { readonly kind: 'text'; readonly format: Format | undefined }
  | { readonly kind: 'enum'; readonly isExtensible: boolean }
  | { readonly kind: 'integer' }
  | { readonly kind: 'number'; readonly tolerance: number | undefined }
  | { readonly kind: 'boolean' }
  /** A text whose value does not count. */
  | { readonly kind: 'volatile' }
  | { readonly kind: 'nullable'; readonly of: Shape }
  | { readonly kind: 'list'; readonly order: 'ordered' | 'set' | 'keyed'; readonly items: Shape }
  | { readonly kind: 'object'; readonly properties: ReadonlyMap<string, Property> }
  /** The same object, its properties declared by several schemas. */
  | { readonly kind: 'allOf'; readonly of: ObjectShape }
  /** The object with a tag beside it, of which one branch requires what it requires and the other nothing. */
  | { readonly kind: 'oneOf'; readonly of: ObjectShape; readonly isTagged: boolean }
  /** Any names, with values of one shape. */
  | { readonly kind: 'map'; readonly of: Shape };

export interface Property {
  readonly shape: Shape;
  readonly isRequired: boolean;
}

export const TAG = 'kind';
export const TAGS = ['Strict', 'Loose'] as const;
export type BranchTag = (typeof TAGS)[number];

/** One branch of a `oneOf`, as an object. */
export function branchOf({ properties }: ObjectShape, tag: BranchTag): ObjectShape {
  const own = [...properties].map(([name, { shape: of, isRequired }]): [string, Property] => [
    name,
    { shape: of, isRequired: isRequired && tag === 'Strict' },
  ]);
  return { kind: 'object', properties: new Map(own) };
}

export type ObjectShape = Extract<Shape, { kind: 'object' }>;
export type ListShape = Extract<Shape, { kind: 'list' }>;

const FORMATS = ['date-time', 'uuid', 'decimal', 'uri', 'email', 'duration', 'byte'] as const;
export type Format = (typeof FORMATS)[number];

export const MEMBERS = ['open', 'settled', 'cancelled'] as const;
export const KEY = 'id';

/** Names that comparisons have stumbled over. */
const NAMES = ['a', 'b', 'c/d', 'e~f', '', 'ü', '__proto__', 'constructor', 'toString', 'hasOwnProperty', '0'] as const;

/** An alias, since `letrec` takes what has an index signature. */
type Shapes = { shape: Shape; object: ObjectShape; list: Shape };

const SCALARS: readonly fc.Arbitrary<Shape>[] = [
  fc.constantFrom(undefined, ...FORMATS).map((format) => ({ kind: 'text', format })),
  fc.boolean().map((isExtensible) => ({ kind: 'enum', isExtensible })),
  fc.constant({ kind: 'integer' }),
  fc.constantFrom(undefined, 0.5).map((tolerance) => ({ kind: 'number', tolerance })),
  fc.constant({ kind: 'boolean' }),
  fc.constant({ kind: 'volatile' }),
];

const { shape, object, list } = fc.letrec<Shapes>((tie) => {
  const [any, fields, lists] = [tie('shape'), tie('object'), tie('list')];
  const nullable = any.map((of): Shape => (of.kind === 'nullable' ? of : { kind: 'nullable', of }));
  const unkeyed = fc
    .tuple(fc.constantFrom('ordered' as const, 'set' as const), any)
    .map(([order, items]): Shape => ({ kind: 'list', order, items }));
  const keyed = fields.map((items): Shape => ({ kind: 'list', order: 'keyed', items: withKey(items) }));
  const all = fields.map((of): Shape => ({ kind: 'allOf', of }));
  const one = fc.tuple(fields, fc.boolean()).map(([of, isTagged]): Shape => ({ kind: 'oneOf', of, isTagged }));
  const map = any.map((of): Shape => ({ kind: 'map', of }));
  const property = fc.tuple(fc.constantFrom(...NAMES), any, fc.boolean());
  return {
    shape: fc.oneof({ maxDepth: 4, depthSize: 'small' }, ...SCALARS, nullable, lists, fields, all, one, map),
    list: fc.oneof(unkeyed, keyed),
    object: fc.uniqueArray(property, { maxLength: 5, selector: ([name]) => name }).map(
      (properties): ObjectShape => ({
        kind: 'object',
        properties: new Map(properties.map(([name, of, isRequired]) => [name, { shape: of, isRequired }])),
      }),
    ),
  };
});

export const SHAPES = { any: shape, object, list };

function withKey({ properties }: ObjectShape): ObjectShape {
  return {
    kind: 'object',
    properties: new Map([[KEY, { shape: { kind: 'integer' }, isRequired: true }], ...properties]),
  };
}

/** As JSON Schema, written as JSON. */
export function schemaText(of: Shape): string {
  switch (of.kind) {
    case 'text':
      return `{"type":"string"${of.format === undefined ? '' : `,"format":"${of.format}"`}}`;
    case 'enum':
      return `{"type":"string","enum":${JSON.stringify(MEMBERS)}${of.isExtensible ? ',"x-extensible-enum":true' : ''}}`;
    case 'number':
      return `{"type":"number"${of.tolerance === undefined ? '' : `,"x-parity":{"tolerance":{"abs":${of.tolerance}}}`}}`;
    case 'nullable':
      return `{"anyOf":[${schemaText(of.of)},{"type":"null"}]}`;
    case 'list':
      return `{"type":"array","items":${schemaText(of.items)}${ORDERS[of.order]}}`;
    case 'object':
      return objectText(of);
    case 'volatile':
      return '{"type":"string","x-parity":{"volatile":true}}';
    case 'allOf':
      return `{"allOf":[${halvesOf(of.of).map(objectText).join(',')}]}`;
    case 'oneOf':
      return oneOfText(of);
    case 'map':
      return `{"type":"object","additionalProperties":${schemaText(of.of)}}`;
    default:
      return `{"type":"${of.kind}"}`;
  }
}

const ORDERS = { ordered: '', set: ',"x-parity":{"order":"any"}', keyed: `,"x-parity":{"key":["${KEY}"]}` } as const;

function objectText({ properties }: ObjectShape): string {
  const each = [...properties].map(([name, of]) => `${JSON.stringify(name)}:${schemaText(of.shape)}`);
  const required = [...properties].flatMap(([name, of]) => (of.isRequired ? [name] : []));
  return `{"type":"object","properties":{${each.join(',')}},"required":${JSON.stringify(required)}}`;
}

function halvesOf({ properties }: ObjectShape): readonly ObjectShape[] {
  return [0, 1].map((half) => ({
    kind: 'object',
    properties: new Map([...properties].filter((_, index) => index % 2 === half)),
  }));
}

/** Told apart by the constant alone, or by a `discriminator` besides. */
function oneOfText({ of, isTagged }: Extract<Shape, { kind: 'oneOf' }>): string {
  const branches = TAGS.map((tag) => {
    const tagged = `{"type":"object","properties":{"${TAG}":{"const":"${tag}"}},"required":["${TAG}"]}`;
    return `{"allOf":[${tagged},${objectText(branchOf(of, tag))}]}`;
  });
  if (!isTagged) return `{"oneOf":[${branches}]}`;
  const refs = branches.map((schema) => `{"$ref":"#/components/schemas/${nameOf(schema)}"}`);
  const mapping = TAGS.map((tag, index) => `"${tag}":"${nameOf(branches[index] ?? '')}"`);
  return `{"oneOf":[${refs}],"discriminator":{"propertyName":"${TAG}","mapping":{${mapping}}}}`;
}

const named = new Map<string, string>();

function nameOf(schema: string): string {
  const name = named.get(schema) ?? `S${named.size}`;
  named.set(schema, name);
  return name;
}

/** The schemas that others refer to, as JSON. */
export function componentsText(): string {
  return `{${[...named].map(([schema, name]) => `"${name}":${schema}`)}}`;
}

/** Values that keep a schema. The items of a list are all different, so that it is known which one is missing. */
export function valuesOf(of: Shape): fc.Arbitrary<Tree> {
  switch (of.kind) {
    case 'text':
      return textOf(of.format);
    case 'enum':
      return fc.constantFrom(...MEMBERS);
    case 'integer':
      return fc.oneof(
        fc.integer({ min: -999, max: 999 }),
        fc.bigInt({ min: 2n ** 53n, max: 2n ** 70n }).map((big) => new Spelled(String(big))),
      );
    case 'number':
      return fc.integer({ min: -99_999, max: 99_999 }).map((cents) => cents / 100);
    case 'boolean':
      return fc.boolean();
    case 'nullable':
      return fc.option(valuesOf(of.of), { nil: null });
    case 'list':
      return fc.uniqueArray(valuesOf(of.items), { maxLength: 6, selector: (item) => selectorOf(of, item) });
    case 'object':
      return objectsOf(of);
    case 'volatile':
      return textOf(undefined);
    case 'allOf':
      return objectsOf(of.of);
    case 'oneOf':
      return fc
        .constantFrom(...TAGS)
        .chain((tag) => objectsOf(branchOf(of.of, tag)).map((fields) => withTag(fields, tag)));
    case 'map':
      return mapsOf(of.of);
  }
}

export function withTag(fields: ReadonlyMap<string, Tree>, tag: BranchTag): ReadonlyMap<string, Tree> {
  return new Map<string, Tree>([[TAG, tag], ...fields]);
}

function mapsOf(of: Shape): fc.Arbitrary<Tree> {
  const entry = fc.tuple(fc.constantFrom(...NAMES), valuesOf(of));
  return fc.uniqueArray(entry, { maxLength: 4, selector: ([name]) => name }).map((entries) => new Map(entries));
}

function selectorOf({ order, items }: ListShape, item: Tree): string {
  return order === 'keyed' && item instanceof Map ? writeTree(item.get(KEY) ?? null) : identityOf(items, item);
}

/** The same for two values that the schema may call the same: without the order of free lists, and without case. */
export function identityOf(of: Shape, tree: Tree): string {
  if (of.kind === 'nullable' || of.kind === 'allOf' || of.kind === 'oneOf') return identityOf(of.of, tree);
  if (of.kind === 'volatile') return '~';
  if (of.kind === 'list' && isList(tree)) {
    const items = tree.map((item) => identityOf(of.items, item));
    return `[${of.order === 'ordered' ? items : items.toSorted()}]`;
  }
  if (!(tree instanceof Map)) return writeTree(tree).toLowerCase();
  const shapeOf = (name: string): Shape =>
    of.kind === 'map' ? of.of : (of.kind === 'object' && of.properties.get(name)?.shape) || { kind: 'boolean' };
  const fields = [...tree].map(([name, value]) => `${JSON.stringify(name)}:${identityOf(shapeOf(name), value)}`);
  return `{${fields.toSorted()}}`;
}

function objectsOf({ properties }: ObjectShape): fc.Arbitrary<ReadonlyMap<string, Tree>> {
  const fields = [...properties].map(([name, { shape: of, isRequired }]) => {
    const value = valuesOf(of).map((each): readonly [string, Tree] | undefined => [name, each]);
    return isRequired ? value : fc.option(value, { nil: undefined });
  });
  const extra = fc.option(fc.constant(['undocumented', 1] as const), { nil: undefined, freq: 3 });
  return fc.tuple(...fields, extra).map((each) => new Map(each.filter((field) => field !== undefined)));
}

function textOf(format: Format | undefined): fc.Arbitrary<string> {
  if (format === 'uuid') return fc.uuid();
  if (format === 'decimal') return fc.integer({ min: 1, max: 99_999 }).map((cents) => (cents / 100).toFixed(2));
  if (format === 'uri') return fc.stringMatching(/^[a-z]{1,8}$/).map((host) => `https://${host}.test/x`);
  if (format === 'date-time') return fc.integer({ min: 0, max: 2 ** 31 }).map((s) => new Date(s * 1000).toISOString());
  if (format === 'duration') return fc.integer({ min: 1, max: 999 }).map((minutes) => `PT${minutes}M`);
  if (format === 'byte') return fc.string({ maxLength: 8 }).map((text) => Buffer.from(text).toString('base64'));
  if (format === 'email') return fc.stringMatching(/^[a-z]{1,8}$/).map((name) => `${name}@example.test`);
  return fc.string({ unit: 'grapheme', maxLength: 8 });
}

/** How a backend may write the same value. */
export interface Style {
  readonly isIndented?: boolean;
  readonly isReversed?: boolean;
  readonly isEscaped?: boolean;
}

export function writeTree(tree: Tree, style: Style = {}): string {
  const gap = style.isIndented ? '\n  ' : '';
  if (tree instanceof Spelled) return tree.text;
  if (isList(tree)) return `[${gap}${tree.map((item) => writeTree(item, style)).join(`,${gap}`)}]`;
  if (!isFields(tree)) return writeScalar(tree, style);
  const fields = [...tree].map(([name, value]) => `${writeScalar(name, style)}:${gap}${writeTree(value, style)}`);
  return `{${gap}${(style.isReversed ? fields.reverse() : fields).join(`,${gap}`)}}`;
}

function writeScalar(value: string | number | boolean | null, { isEscaped }: Style): string {
  if (!isEscaped || typeof value !== 'string') return JSON.stringify(value);
  return `"${value.split('').map(escapeUnit).join('')}"`;
}

function escapeUnit(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
