import { intersectKeywords, uniteKeywords } from './keyword-sets.ts';
import type { SchemaKeywords } from './schema-keywords.ts';
import type { SchemaNode } from './types.ts';

/** A schema node that can be combined with others. */
export interface Node extends SchemaNode, SchemaKeywords {
  readonly id: number;
  readonly restFrom: number;
  property(name: string): Node | undefined;
  readonly additional: Node | undefined;
  item(index: number): Node | undefined;
  narrow(value: unknown): Node;
  readonly branches: readonly Node[];
  readonly parts: readonly Node[];
}

/** The parts of a schema that are schemas, each found when asked for: schemas may contain themselves. */
export interface Children {
  readonly names: readonly string[];
  property(name: string): Node | undefined;
  additional(): Node | undefined;
  item(index: number): Node | undefined;
  /** From this index on all items have the same schema. */
  readonly restFrom: number;
}

export interface NodeParts {
  readonly place: string;
  readonly keywords: SchemaKeywords;
  readonly children: Children;
  /** The node for a value of it, where there is more than one; undefined when the value is of none of them. */
  readonly choose?: ((value: unknown) => Node | undefined) | undefined;
  readonly branches?: readonly Node[];
  readonly parts?: readonly Node[];
}

/** `all` for `allOf`, `any` for `anyOf` and `oneOf`. */
export type Mode = 'all' | 'any';

export interface NodeFactory {
  create(parts: NodeParts): Node;
  /** One node for several; the only one itself, and undefined for none. */
  combine(mode: Mode, nodes: readonly Node[], place: string): Node | undefined;
  /** All branches united, for values that `choose` finds the one of; the only one itself, and undefined for none. */
  choice(nodes: readonly Node[], place: string, choose: NonNullable<NodeParts['choose']>): Node | undefined;
  /** The same for what several schemas may declare, at the place of the first that does. */
  combineDefined(mode: Mode, nodes: readonly (Node | undefined)[]): Node | undefined;
}

/** `patternProperties` declares as many names as a backend can think of. */
const MAX_KEPT_PROPERTIES = 1000;

const ORDERED = { kind: 'ordered' } as const;

export function createNodeFactory(): NodeFactory {
  // By mode, place and parts: without it a recursive schema would grow with the depth of the data.
  const combined = new Map<string, Node>();
  let nextId = 0;
  const create = (parts: NodeParts) => createNode(parts, nextId++);
  const combine: NodeFactory['combine'] = (mode, nodes, place) => {
    const distinct = [...new Set(nodes)];
    const [first] = distinct;
    if (first === undefined || distinct.length === 1) return first;
    const key = `${mode} ${distinct.map((node) => node.id).join(' ')} ${place}`;
    const known = combined.get(key);
    if (known) return known;
    // Of branches that are only united here, nobody knows which one a value is of.
    const hasChoice = mode === 'all' && distinct.some((node) => node.hasChoice);
    const narrowAll = (value: unknown) =>
      combine(
        'all',
        distinct.map((each) => each.narrow(value)),
        place,
      );
    const node = join(mode, distinct, hasChoice ? { place, choose: narrowAll, parts: distinct } : { place });
    combined.set(key, node);
    return node;
  };
  const join = (mode: Mode, nodes: readonly Node[], rest: Omit<NodeParts, 'keywords' | 'children'>) => {
    const keywords = mode === 'all' ? intersectKeywords(nodes) : uniteKeywords(nodes);
    const restFrom = Math.max(...nodes.map((node) => node.restFrom));
    const names = [...new Set(nodes.flatMap((node) => node.names))];
    const children = combineChildren({ restFrom, names }, (each) => combineDefined(mode, nodes.map(each)));
    return create({ ...rest, keywords, children });
  };
  const choice: NodeFactory['choice'] = (nodes, place, choose) =>
    nodes.length < 2 ? nodes[0] : join('any', nodes, { place, choose, branches: nodes });
  const combineDefined: NodeFactory['combineDefined'] = (mode, nodes) => {
    const defined = nodes.filter((node) => node !== undefined);
    return combine(mode, defined, defined[0]?.place ?? '#');
  };
  return { create, combine, choice, combineDefined };
}

function combineChildren(
  own: Pick<Children, 'restFrom' | 'names'>,
  ofEach: (get: (node: Node) => Node | undefined) => Node | undefined,
): Children {
  return {
    ...own,
    property: (name) => ofEach((node) => node.property(name)),
    additional: () => ofEach((node) => node.additional),
    item: (index) => ofEach((node) => node.item(index)),
  };
}

function createNode({ place, keywords, children, choose, branches = [], parts = [] }: NodeParts, id: number): Node {
  const properties = new Map<string, Node>();
  const items: (Node | undefined)[] = [];
  return {
    ...keywords,
    hasChoice: choose !== undefined,
    narrow(value) {
      return choose?.(value) ?? this;
    },
    id,
    place,
    branches,
    parts,
    names: children.names,
    restFrom: children.restFrom,
    order: keywords.declaredOrder ?? ORDERED,
    property(name) {
      const known = properties.get(name);
      if (known) return known;
      const node = children.property(name);
      if (node && properties.size < MAX_KEPT_PROPERTIES) properties.set(name, node);
      return node;
    },
    get additional() {
      return children.additional();
    },
    // Asked for with each item of each list.
    item(index) {
      const at = Math.min(index, children.restFrom);
      items[at] ??= children.item(at);
      return items[at];
    },
  };
}
