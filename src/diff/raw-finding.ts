import type { SchemaNode } from '../contract/index.ts';
import type { FindingClass, RuleId } from '../core/index.ts';
import type { Pair } from './walk-state.ts';

/** What is shown of a difference. */
export interface View {
  readonly legacy: unknown;
  readonly candidate: unknown;
  readonly node: SchemaNode | undefined;
  /** It stands below something that is secret by its name or by the contract, and nothing of it may be kept. */
  readonly secret: boolean;
}

/** A difference as the walk sees it: still with the real values, before it is redacted and given its ids. */
export interface RawFinding {
  readonly rule: RuleId;
  readonly class: FindingClass;
  readonly place: string;
  readonly types: string;
  /** JSON pointer into the bodies, `header:<name>`, or `` for the response. */
  readonly at: string;
  /** See `Finding.pointers`; `at` itself without it. */
  readonly template?: string | undefined;
  /** What to show on each side, and the schema of what is shown. */
  readonly view: View;
  /** The values themselves, where one may be made of the other. */
  readonly pair?: Pair | undefined;
  /** In how many places it stands, where they are not told one by one; 1 without it. */
  readonly count?: number;
  /** What each side issued there for clients to send back, and what the contract calls it. */
  readonly alias?: { readonly name: string; readonly pair: Pair } | undefined;
  /** Names of the same value on the other side, which has none of this name. */
  readonly namesakes?: readonly string[] | undefined;
}

export function isSameKind(left: RawFinding, right: RawFinding): boolean {
  return left.rule === right.rule && left.place === right.place && left.types === right.types;
}

/** What differences of one cause have in common: no value, no index. */
export function kindOf({ rule, place, types }: Pick<RawFinding, 'rule' | 'place' | 'types'>): string {
  return `${rule}\n${place}\n${types}`;
}
