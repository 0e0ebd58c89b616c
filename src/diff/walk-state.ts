import type { SchemaNode } from '../contract/index.ts';
import type { FindingClass, RuleId } from '../core/index.ts';
import type { RawFinding, View } from './raw-finding.ts';

/** Bounds of one comparison; past one the pair is `uncompared: budget`, never equal. */
export interface WalkLimits {
  readonly maxNodes: number;
  readonly maxFindings: number;
}

/** Deeper than any document made by people, and safely within the stack. */
export const MAX_DEPTH = 500;

export const WALK_LIMITS: WalkLimits = { maxNodes: 500_000, maxFindings: 5_000 };

export class BudgetExceeded extends Error {
  override readonly name = 'BudgetExceeded';
}

/** The state of one walk. */
export interface Walk {
  readonly findings: RawFinding[];
  readonly limits: WalkLimits;
  nodes: number;
  /** Walks one pair of values; here so that arrays and objects need not import each other. */
  readonly visit: (walk: Walk, at: Position, pair: Pair) => void;
}

/** A position in both bodies and in the contract. */
export interface Position {
  readonly node: SchemaNode | undefined;
  readonly place: string;
  readonly pointer: string;
  readonly depth: number;
  /** The objects that hold the value, to be shown with it. */
  readonly holder: View | undefined;
  /** Below something secret, by its name or by the contract. */
  readonly secret: boolean;
}

/** Two values at one position, legacy first. */
export interface Pair {
  readonly legacy: unknown;
  readonly candidate: unknown;
}

export function report(
  walk: Walk,
  at: Position,
  what: { rule: RuleId; class: FindingClass; types: string },
  pair: Pair,
): void {
  if (walk.findings.length >= walk.limits.maxFindings) throw new BudgetExceeded('findings');
  const view = at.holder ?? { legacy: pair.legacy, candidate: pair.candidate, node: at.node, secret: at.secret };
  walk.findings.push({ ...what, place: at.place, at: at.pointer, view });
}

/** RFC 6901, section 3. */
export function escapeSegment(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1');
}
