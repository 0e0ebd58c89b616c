// What legacy disagrees with itself about, by the A/A probes: where the candidate differs no more often than legacy from
// itself, and where it does. Decision 0027.
import { type Evidence, type OperationEvidence, type ProbedKind, VALUE_RULES } from '../core/index.ts';
import { isPassed, PASS_AT } from './e-process.ts';
import { incompleteBeta } from './incomplete-beta.ts';
import { neededToPass } from './needed.ts';

/** One place at which legacy was seen to disagree with itself. */
export interface NoisePlace extends ProbedKind {
  readonly operationId: string;
  /** Probes of the operation. */
  readonly probes: number;
  /**
   * The chance that a candidate which is no worse than legacy itself shows so much more, at this place or any other that is
   * as unlikely (Benjamini and Hochberg 1995).
   */
  readonly chance: number;
  /** `more`: the candidate differs more often than legacy from itself. `forgiven`: it is shown not to. */
  readonly state: 'more' | 'undecided' | 'forgiven';
  /** Further probes, all without a difference of the candidate alone, until it is forgiven; null where it never is. */
  readonly needed: number | null;
}

/** Of 20 places that are no worse one is called so. */
const MAX_CHANCE = 0.05;

/** `limit`: the share of pairs that may differ by the gate on parity. */
export function judgeNoise(evidence: Pick<Evidence, 'operations'>, limit: number): readonly NoisePlace[] {
  const places = evidence.operations.flatMap((operation) => judgeOperation(operation, limit));
  const chances = adjust(places.map(chanceOf));
  return places.map((place, index) => {
    const chance = chances[index] ?? 1;
    return { ...place, chance, state: chance < MAX_CHANCE ? 'more' : place.state };
  });
}

type Unadjusted = Omit<NoisePlace, 'chance'>;

function judgeOperation({ operationId, probed }: OperationEvidence, limit: number): readonly Unadjusted[] {
  const noisy = probed.kinds.filter(({ both, legacyOnly }) => both + legacyOnly > 0);
  const share = shareOf(noisy.filter(isForgivable).length, limit);
  return noisy.map((kind) => {
    // What found no room among the kinds may have been of this one.
    const counts = { k: kind.candidateOnly + probed.unlisted, n: probed.probes };
    const isForgiven = isForgivable(kind) && isPassed(counts, share.limit, share.passAt);
    const needed = isForgivable(kind) ? neededToPass(counts, share.limit, share.passAt) : null;
    return { ...kind, operationId, probes: probed.probes, state: isForgiven ? 'forgiven' : 'undecided', needed };
  });
}

/** A value, and never a presence, a type or a length. What stands in too many places has no place. */
function isForgivable({ rule, pointer }: ProbedKind): boolean {
  return VALUE_RULES.has(rule) && pointer !== '…';
}

/**
 * Half of the limit on parity, and half of its error, are for what is forgiven, dealt out among the places; the other half
 * is for all that is not: together they hold what the gate promises.
 */
function shareOf(places: number, limit: number): { readonly limit: number; readonly passAt: number } {
  return { limit: limit / 2 / Math.max(1, places), passAt: PASS_AT * 2 * Math.max(1, places) };
}

/**
 * Under the hypothesis that candidate and second reply are alike, who of the two it is that alone differs from the first is
 * the toss of a coin (McNemar 1947, exactly).
 */
function chanceOf({ candidateOnly, legacyOnly }: ProbedKind): number {
  return candidateOnly === 0 ? 1 : incompleteBeta(0.5, candidateOnly, legacyOnly + 1);
}

/** The step-up procedure: each chance times the number of all, over its rank, and no greater than that of a higher rank. */
function adjust(chances: readonly number[]): readonly number[] {
  const falling = chances.map((chance, index) => ({ chance, index })).sort((one, other) => other.chance - one.chance);
  const adjusted: number[] = [];
  let least = 1;
  falling.forEach(({ chance, index }, place) => {
    least = Math.min(least, (chance * chances.length) / (chances.length - place));
    adjusted[index] = least;
  });
  return adjusted;
}
