// On a mismatch both sides are read again. What legacy disagrees with itself about is noise; what does not stand the
// second time was a race or a flaky side; the rest is a confirmed difference. See docs/decisions/0011.
import type { Side } from '../core/index.ts';
import type { RawFinding } from './raw-finding.ts';

/** The findings of the four comparisons that two reads of two sides allow. */
export interface SecondRead {
  /** Which side was read first in the first pair. */
  readonly served: Side;
  readonly first: readonly RawFinding[];
  readonly second: readonly RawFinding[];
  /** Each side's first reply against its second. */
  readonly self: Readonly<Record<Side, readonly RawFinding[]>>;
}

export interface Confirmed {
  readonly outcome: 'noise' | 'drift' | 'flaky' | 'different';
  /** What the outcome rests on. */
  readonly findings: readonly RawFinding[];
}

export function confirm(read: SecondRead): Confirmed {
  // Legacy moves, and the sides still differ or the candidate moves as well: noise. One write moves each side once.
  const moving = placesOf(read.self.legacy).intersection(placesOf(read.second).union(placesOf(read.self.candidate)));
  const isNoise = (finding: RawFinding): boolean => isForgivable(finding) && moving.has(finding.at);
  const counting = read.first.filter((finding) => !isCosmetic(finding));
  const left = counting.filter((finding) => !isNoise(finding));
  if (left.length === 0) return { outcome: 'noise', findings: counting };
  const again = new Set(read.second.filter((finding) => !isNoise(finding)).map(kindOf));
  const confirmed = left.filter((finding) => again.has(kindOf(finding)));
  if (confirmed.length > 0) return { outcome: 'different', findings: confirmed };
  return { outcome: isExplainedByMove(left, read.self[read.served]) ? 'drift' : 'flaky', findings: left };
}

function placesOf(findings: readonly RawFinding[]): ReadonlySet<string> {
  return new Set(findings.filter(isForgivable).map((finding) => finding.at));
}

/** A rule may forgive a value; never a presence, a type or a length. */
function isForgivable(finding: RawFinding): boolean {
  return finding.rule === 'value-changed' || finding.rule === 'response-header-changed';
}

export function isCosmetic(finding: RawFinding): boolean {
  return finding.class === 'cosmetic';
}

function kindOf(finding: RawFinding): string {
  return `${finding.rule}\n${finding.place}\n${finding.types}`;
}

// The served side was read first. If it has changed since, one write between the two first reads explains the whole
// mismatch; if it has not, no single write does, and the side that was read later disagreed with itself.
function isExplainedByMove(findings: readonly RawFinding[], moved: readonly RawFinding[]): boolean {
  return findings.every((finding) => moved.some((move) => isRelated(finding.at, move.at)));
}

function isRelated(left: string, right: string): boolean {
  return left === right || left.startsWith(`${right}/`) || right.startsWith(`${left}/`);
}
