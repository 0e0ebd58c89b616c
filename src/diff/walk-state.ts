import type { FindingClass, RuleId } from '../core/index.ts';
import type { Position } from './position.ts';
import type { RawFinding } from './raw-finding.ts';

/** Bounds of one comparison; past one the pair is `uncompared: budget`, never equal. */
export interface WalkLimits {
  readonly maxNodes: number;
  readonly maxFindings: number;
}

/** The analysis thread has the stack for it (analysis.ts); on another one a stack that is too small is a budget as well. */
export const MAX_DEPTH = 10_000;

export const WALK_LIMITS: WalkLimits = { maxNodes: 500_000, maxFindings: 50_000 };

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

/** Two values at one position, legacy first. */
export interface Pair {
  readonly legacy: unknown;
  readonly candidate: unknown;
}

interface What {
  readonly rule: RuleId;
  readonly class: FindingClass;
  readonly types: string;
  readonly namesakes?: readonly string[];
}

/** `place`: that of the value, unless another one answers for the difference. */
export function report(walk: Walk, at: Position, what: What, pair: Pair, place = at.place): void {
  if (walk.findings.length >= walk.limits.maxFindings) throw new BudgetExceeded('findings');
  const { class: found, ...rest } = what;
  const finding = { ...rest, class: found, place, at: at.pointer, view: at.viewOf(pair) };
  // What turns 0 into a secret number is that number.
  walk.findings.push(at.secret ? finding : { ...finding, pair });
}

/** RFC 6901, section 3. */
export function escapeSegment(name: string): string {
  return name.includes('~') || name.includes('/') ? name.replaceAll('~', '~0').replaceAll('/', '~1') : name;
}
