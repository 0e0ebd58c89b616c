import { UNMATCHED } from '../core/index.ts';
import type { Config, GroupConfig } from './config.ts';
import { suggest } from './nearest.ts';
import { locate } from './places.ts';
import { errorOf, type Problem } from './problems.ts';

/** What is needed of the contract's operations. */
export interface TaggedOperation {
  readonly id: string;
  readonly tags: readonly string[];
}

/**
 * The group of each operation that is in one. Throws when the config names an operation or a tag that the contract does
 * not have: a slip there would leave an operation unmigrated, or unjudged, without a word.
 */
export function resolveGroups(
  config: Pick<Config, 'groups' | 'gates' | 'places'>,
  operations: readonly TaggedOperation[],
): ReadonlyMap<string, string> {
  const unknown = unknownNames(config, operations);
  if (unknown.length > 0) throw errorOf(unknown);
  const claims = operations.map(({ id, tags }) => ({
    id,
    groups: config.groups.filter((group) => owns(group, id, tags)),
  }));
  const contested = claims.filter(({ groups }) => groups.length > 1);
  if (contested.length > 0) throw errorOf(contested.map(({ id, groups }) => contestProblem(id, groups, config)));
  return new Map(claims.flatMap(({ id, groups }) => groups.map((group) => [id, group.name] as const)));
}

function owns(group: GroupConfig, id: string, tags: readonly string[]): boolean {
  return group.operations.includes(id) || group.tags.some((tag) => tags.includes(tag));
}

function unknownNames(
  { groups, gates, places }: Pick<Config, 'groups' | 'gates' | 'places'>,
  operations: readonly TaggedOperation[],
): readonly Problem[] {
  const ids = operations.map(({ id }) => id);
  const tags = [...new Set(operations.flatMap((operation) => operation.tags))];
  const check = (kind: 'operation' | 'tag', name: string, where: readonly PropertyKey[]): Problem[] => {
    const known = kind === 'operation' ? ids : tags;
    if (known.includes(name)) return [];
    const message = `the contract has no ${kind} "${name}"`;
    return [{ code: 'PG_GROUP_UNKNOWN_OPERATION', message, at: locate(places, where), fix: suggest(name, known) }];
  };
  return [
    ...groups.flatMap((group) =>
      group.operations.flatMap((id, index) => check('operation', id, ['groups', group.name, 'operations', index])),
    ),
    ...groups.flatMap((group) =>
      group.tags.flatMap((tag, index) => check('tag', tag, ['groups', group.name, 'tags', index])),
    ),
    ...Object.keys(gates.exempt).flatMap((id) =>
      id === UNMATCHED ? [] : check('operation', id, ['gates', 'exempt', id]),
    ),
    ...Object.keys(gates.accepted.operations).flatMap((id) =>
      check('operation', id, ['gates', 'accepted', 'operations', id]),
    ),
  ];
}

function contestProblem(id: string, groups: readonly GroupConfig[], { places }: Pick<Config, 'places'>): Problem {
  const last = groups.at(-1)?.name ?? '';
  return {
    code: 'PG_CONFIG_INVALID',
    message: `operation ${id} is in the groups ${groups.map(({ name }) => name).join(' and ')}`,
    at: locate(places, ['groups', last]),
    fix: 'a request has one group: take the operation out of one, or list operations instead of a tag',
  };
}
