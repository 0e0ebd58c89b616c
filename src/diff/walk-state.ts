import type { FindingClass, RuleId } from '../core/index.ts';
import type { Position } from './position.ts';
import type { RawFinding, View } from './raw-finding.ts';

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
  walk.findings.push(new WalkFinding(what, place, at, pair));
}

/** Of thousands of one kind only the first is ever shown, so that nothing of it is spelled out before somebody asks. */
class WalkFinding implements RawFinding {
  readonly rule: RuleId;
  readonly class: FindingClass;
  readonly types: string;
  readonly place: string;
  readonly namesakes: readonly string[] | undefined;
  readonly #at: Position;
  readonly #pair: Pair;

  constructor({ rule, class: kind, types, namesakes }: What, place: string, at: Position, pair: Pair) {
    this.rule = rule;
    this.class = kind;
    this.types = types;
    this.place = place;
    this.namesakes = namesakes;
    this.#at = at;
    this.#pair = pair;
  }

  get at(): string {
    return this.#at.pointer;
  }

  get view(): View {
    return this.#at.viewOf(this.#pair);
  }

  /** What turns 0 into a secret number is that number. */
  get pair(): Pair | undefined {
    return this.#at.secret ? undefined : this.#pair;
  }
}

/** RFC 6901, section 3. */
export function escapeSegment(name: string): string {
  return name.includes('~') || name.includes('/') ? name.replaceAll('~', '~0').replaceAll('/', '~1') : name;
}
