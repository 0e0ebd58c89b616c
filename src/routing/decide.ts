import type { Side } from '../core/index.ts';
import type { FlagSource } from './flag-source.ts';

/** What routing needs to know of the group that an operation belongs to. */
export interface RoutedGroup {
  readonly name: string;
  readonly flag: string;
  readonly hasCandidate: boolean;
}

/** Which backend serves a request. Taken once per request and kept, so that a retry or a shadow cannot disagree. */
export interface Decision {
  readonly serve: Side;
  readonly group: string | undefined;
}

/** Legacy serves whatever is not positively chosen: no group, no candidate, no key, a flag that says no. */
export function decide(
  operation: { readonly group?: RoutedGroup | undefined },
  key: string | undefined,
  flags: Pick<FlagSource, 'isCandidate'>,
): Decision {
  const { group } = operation;
  if (group === undefined) return { serve: 'legacy', group: undefined };
  const chosen = key !== undefined && group.hasCandidate && flags.isCandidate(group.flag, key);
  return { serve: chosen ? 'candidate' : 'legacy', group: group.name };
}
