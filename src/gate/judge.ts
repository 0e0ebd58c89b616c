import { formatCount, type VerdictKind } from '../core/index.ts';
import { clopperPearson } from './clopper-pearson.ts';
import { formatDuration } from './duration.ts';
import { type Counts, isFailed, isPassed, usableLimit } from './e-process.ts';
import { neededToPass } from './needed.ts';

/** A share to be judged: the limit it is shown with, and the lower one a pass has to exclude where the two differ. */
export interface Question {
  readonly counts: Counts;
  readonly limit: number;
  readonly passLimit?: number;
  /** The evidence that passes, where the usual is not enough. */
  readonly passAt?: number;
  /** The counts a pass is judged by, where it has to reckon with worse than was seen. */
  readonly passCounts?: Counts;
  /** Events per second, for the time that is left; 0 when unknown. */
  readonly perSecond: number;
}

export interface Judgement {
  readonly state: VerdictKind;
  readonly value: number | null;
  readonly limit: number;
  readonly k: number;
  readonly n: number;
  readonly interval: readonly [number, number] | null;
  readonly needed: number | null;
  readonly etaSeconds: number | null;
}

/** The one primitive of every gate: is the share of bad events below the limit, above it, or not yet known? */
export function judgeShare(question: Question): Judgement {
  const counts = cleanCounts(question.counts);
  const passLimit = usableLimit(question.passLimit ?? question.limit);
  const pass = { counts: cleanCounts(question.passCounts ?? question.counts), limit: passLimit, at: question.passAt };
  const state = stateOf(counts, question.limit, pass);
  const needed = state === 'inconclusive' ? neededToPass(pass.counts, pass.limit, pass.at) : null;
  return {
    state,
    value: counts.n > 0 ? counts.k / counts.n : null,
    limit: question.limit,
    k: counts.k,
    n: counts.n,
    interval: clopperPearson(counts),
    needed,
    etaSeconds: secondsUntil(needed, question.perSecond),
  };
}

interface Pass {
  readonly counts: Counts;
  readonly limit: number;
  readonly at: number | undefined;
}

function stateOf(counts: Counts, limit: number, pass: Pass): VerdictKind {
  if (isFailed(counts, limit)) return 'fail';
  return isPassed(pass.counts, pass.limit, pass.at) ? 'pass' : 'inconclusive';
}

/** Counters read while others write may disagree by a few: more bad events than events would turn evidence around. */
function cleanCounts({ k, n }: Counts): Counts {
  const bad = Math.max(0, k);
  return { k: bad, n: Math.max(n, bad) };
}

export function secondsUntil(needed: number | null, perSecond: number): number | null {
  return needed !== null && perSecond > 0 ? Math.ceil(needed / perSecond) : null;
}

/** The half-sentence about what is missing: `3,448 more pairs without a difference are needed, about 2 hours ...`. */
export function describeMissing(judgement: Pick<Judgement, 'needed' | 'etaSeconds'>, events: string): string {
  if (judgement.needed === null) return `no number of further ${events} can pass it`;
  const rate =
    judgement.etaSeconds === null ? '' : `, about ${formatDuration(judgement.etaSeconds)} at the current rate`;
  return `at least ${formatCount(judgement.needed)} more ${events} are needed${rate}`;
}
