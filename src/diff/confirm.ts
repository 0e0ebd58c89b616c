// On a mismatch both sides are read again. What legacy disagrees with itself about is noise; what does not stand the
// second time was a race or a flaky side; the rest is a confirmed difference. See docs/decisions/0011.
import { type Side, VALUE_RULES } from '../core/index.ts';
import { kindOf, type RawFinding } from './raw-finding.ts';

/** The findings of the four comparisons that two reads of two sides allow. */
export interface SecondRead {
  /** Which side was read first in the first pair. */
  readonly served: Side;
  readonly first: readonly RawFinding[];
  readonly second: readonly RawFinding[];
  /** Each side's first reply against its second. */
  readonly self: Readonly<Record<Side, readonly RawFinding[]>>;
  /** Legacy's second reply against the candidate's first: nothing, where the candidate was merely ahead. */
  readonly ahead: readonly RawFinding[];
}

export interface Confirmed {
  readonly outcome: 'noise' | 'drift' | 'flaky' | 'different';
  /** What the outcome rests on. */
  readonly findings: readonly RawFinding[];
}

export function confirm(read: SecondRead): Confirmed {
  // Legacy moves, and the sides still differ or the candidate moves as well: noise. One write moves each side once.
  const moving = placesOf(read.self.legacy).intersection(placesOf(read.second).union(placesOf(read.self.candidate)));
  const isNoise = (finding: RawFinding): boolean => isValue(finding) && moving.has(finding.at);
  const counting = read.first.filter((finding) => !isCosmetic(finding));
  const left = counting.filter((finding) => !isNoise(finding));
  if (left.length === 0) return { outcome: 'noise', findings: counting };
  const again = new Set(read.second.filter((finding) => !isNoise(finding)).map(kindOf));
  const confirmed = left.filter((finding) => again.has(kindOf(finding)));
  if (confirmed.length > 0) return { outcome: 'different', findings: confirmed };
  return { outcome: isRace(read, left) ? 'drift' : 'flaky', findings: left };
}

function placesOf(findings: readonly RawFinding[]): ReadonlySet<string> {
  return new Set(findings.filter(isValue).map((finding) => finding.at));
}

function isValue({ rule }: RawFinding): boolean {
  return VALUE_RULES.has(rule);
}

export function isCosmetic(finding: RawFinding): boolean {
  return finding.class === 'cosmetic';
}

// A race is proved only where legacy was read first, has changed since, and now says what the candidate said before it:
// one write in between explains all four replies. When the candidate was read first nothing tells a write from a slip of
// the candidate, and a doubt is not in its favour.
function isRace({ served, self, ahead }: SecondRead, findings: readonly RawFinding[]): boolean {
  if (served !== 'legacy') return false;
  const isMoved = ({ at }: RawFinding): boolean => self.legacy.some((move) => isRelated(at, move.at));
  const isAhead = ({ at }: RawFinding): boolean => !ahead.some((still) => isRelated(at, still.at));
  return findings.every((finding) => isMoved(finding) && isAhead(finding));
}

/** One place holds the other. The response as a whole (``) holds no body: another status does not explain a value. */
function isRelated(left: string, right: string): boolean {
  return (
    left === right || (left !== '' && right.startsWith(`${left}/`)) || (right !== '' && left.startsWith(`${right}/`))
  );
}
