import type { FindingClass, RuleId } from '../core/index.ts';
import type { Position } from './position.ts';
import { isSameKind, type RawFinding, type View } from './raw-finding.ts';

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
  /** Those of the findings that are cosmetic, one of each kind. */
  readonly cosmetic: WalkFinding[];
  readonly limits: WalkLimits;
  nodes: number;
  /** Walks one pair of values; here so that arrays and objects need not import each other. */
  readonly visit: (walk: Walk, at: Position, pair: Pair) => void;
  readonly trial: Trial;
}

/**
 * A walk that only asks whether all differences are of spelling. `open`: not one, and so much may still be spent on trials:
 * what is nested in lists would be tried again at each of them.
 */
export type Trial = { readonly kind: 'open'; nodesLeft: number } | { readonly kind: 'running'; isAlike: boolean };

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
  /** What the contract calls what each side issues there; each such place is told by itself. */
  readonly alias?: string | undefined;
}

/** `place`: that of the value, unless another one answers for the difference. */
export function report(walk: Walk, at: Position, what: What, pair: Pair, place = at.place): void {
  if (walk.trial.kind === 'running' && what.class !== 'cosmetic') walk.trial.isAlike = false;
  const isCounted = what.class === 'cosmetic' && what.alias === undefined;
  if (isCounted && countAgain(walk, what, place)) return;
  if (walk.findings.length >= walk.limits.maxFindings) throw new BudgetExceeded('findings');
  const finding = new WalkFinding(what, place, at, pair);
  walk.findings.push(finding);
  if (isCounted && walk.cosmetic.length < MAX_COSMETIC_KINDS) walk.cosmetic.push(finding);
}

/** Kinds that are looked for one by one. */
const MAX_COSMETIC_KINDS = 16;

/** Of what is only spelled otherwise, nobody asks for more than the first place and how many there are. */
function countAgain(walk: Walk, { rule, types }: What, place: string): boolean {
  for (const known of walk.cosmetic)
    if (known.place === place && known.rule === rule && known.types === types) {
      known.count += 1;
      return true;
    }
  return false;
}

/** Takes over what another walk found. */
export function addFindings(walk: Walk, findings: readonly RawFinding[]): void {
  for (const finding of findings) {
    const isCounted = finding.class === 'cosmetic' && finding.alias === undefined;
    const known = isCounted ? walk.cosmetic.find((each) => isSameKind(each, finding)) : undefined;
    if (known) known.count += finding.count ?? 1;
    else walk.findings.push(finding);
    if (isCounted && !known && finding instanceof WalkFinding) walk.cosmetic.push(finding);
  }
}

/** Of thousands of one kind only the first is ever shown, so that nothing of it is spelled out before somebody asks. */
class WalkFinding implements RawFinding {
  readonly rule: RuleId;
  readonly class: FindingClass;
  readonly types: string;
  readonly place: string;
  readonly namesakes: readonly string[] | undefined;
  count = 1;
  readonly #at: Position;
  readonly #pair: Pair;
  readonly #alias: string | undefined;

  constructor({ rule, class: kind, types, namesakes, alias }: What, place: string, at: Position, pair: Pair) {
    this.rule = rule;
    this.class = kind;
    this.types = types;
    this.place = place;
    this.namesakes = namesakes;
    this.#at = at;
    this.#pair = pair;
    this.#alias = alias;
  }

  get at(): string {
    return this.#at.pointer;
  }

  get template(): string {
    return this.#at.template;
  }

  get view(): View {
    return this.#at.viewOf(this.#pair);
  }

  get alias(): RawFinding['alias'] {
    return this.#alias === undefined ? undefined : { name: this.#alias, pair: this.#pair };
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
