import type { SchemaNode } from '../contract/index.ts';

/** More are looked at by nobody: a contract of so many parts is one of everything. */
const MAX_NODES = 2_000;

const known = new WeakMap<SchemaNode, ReadonlySet<string>>();

/** The names of all properties below a schema that it calls sensitive, and of what is in them. */
export function sensitiveNames(root: SchemaNode): ReadonlySet<string> {
  const before = known.get(root);
  if (before) return before;
  const names = new Set<string>();
  const seen = new Set<SchemaNode>([root]);
  for (const node of seen) {
    for (const name of node.names) if (node.property(name)?.sensitive) names.add(name);
    const inside = [...node.names.map((name) => node.property(name)), node.item(0), node.additional];
    for (const child of [...inside, ...node.branches, ...node.parts])
      if (child && seen.size < MAX_NODES) seen.add(child);
  }
  known.set(root, names);
  return names;
}
