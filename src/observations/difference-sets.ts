// Which differences are met together. An exchange is accepted only when all that differs in it is, so that counts of single
// fingerprints would not do: with the sets, what is accepted can be decided whenever the evidence is read.
import {
  type DifferenceKind,
  type DifferenceSet,
  type Finding,
  type FindingClass,
  type Observation,
  worstClass,
} from '../core/index.ts';

/** What is counted of one operation; plain data. */
export interface DifferenceCounts {
  /** How many sets there are. */
  listed: number;
  /** Exchanges by the set that they showed. */
  readonly sets: Record<string, number>;
  /** The cluster of each fingerprint in one of the sets. */
  readonly clusters: Record<string, string>;
}

/** Of one operation, in one window and over all of them. What goes beyond is different, and cannot be accepted. */
export const MAX_SETS = { window: 200, evidence: 5_000 } as const;
/** Who differs in more ways has not changed a thing but is another. */
const MAX_KINDS = 64;

export function createDifferenceCounts(): DifferenceCounts {
  return { listed: 0, sets: {}, clusters: {} };
}

export function countDifference(counts: DifferenceCounts, { findings, bodyless = false }: Observation): void {
  const counting = findings.filter((finding) => finding.class !== 'cosmetic');
  const worst = worstClass(counting);
  const kinds = kindsOf(counting);
  if (worst === undefined || kinds.length > MAX_KINDS) return;
  const key = keyOf({ kinds, class: worst, bodyless });
  if (!hasRoom(counts, key, MAX_SETS.window)) return;
  counts.sets[key] = (counts.sets[key] ?? 0) + 1;
  for (const { fingerprint, cluster } of counting) counts.clusters[fingerprint] = cluster;
}

/** In more places than are told apart each may still be accepted wherever it stands. */
function kindsOf(findings: readonly Finding[]): readonly DifferenceKind[] {
  const kinds = findings.flatMap(({ fingerprint, pointers }) => pointers.map((pointer) => ({ fingerprint, pointer })));
  return kinds.length <= MAX_KINDS ? kinds : findings.map(({ fingerprint }) => ({ fingerprint, pointer: '…' }));
}

/** Windows that an earlier version stored have none. */
export function addDifferences(total: DifferenceCounts, more: DifferenceCounts | undefined): void {
  for (const [key, exchanges] of Object.entries(more?.sets ?? {})) {
    if (!hasRoom(total, key, MAX_SETS.evidence)) continue;
    total.sets[key] = (total.sets[key] ?? 0) + exchanges;
    for (const { fingerprint } of setOf(key, exchanges).kinds)
      total.clusters[fingerprint] = more?.clusters[fingerprint] ?? '';
  }
}

/** A set that is known, or one more; that is counted then. */
function hasRoom(counts: DifferenceCounts, key: string, maxSets: number): boolean {
  if (counts.sets[key] !== undefined) return true;
  if (counts.listed >= maxSets) return false;
  counts.listed += 1;
  return true;
}

/** `breaking - 1f2e…@%2Fid,77ab…@` */
function keyOf({ kinds, class: worst, bodyless }: Omit<DifferenceSet, 'exchanges'>): string {
  return `${worst} ${bodyless ? 'HEAD' : '-'} ${kinds.map(writeKind).sort().join(',')}`;
}

function setOf(key: string, exchanges: number): DifferenceSet {
  const [worst, method, kinds = ''] = key.split(' ');
  // The cast is safe: keyOf wrote it.
  const worstOf = worst as FindingClass;
  return { kinds: kinds.split(',').map(readKind), class: worstOf, bodyless: method === 'HEAD', exchanges };
}

/** Names in a pointer may be no well-formed Unicode, which cannot be encoded. */
function writeKind({ fingerprint, pointer = '' }: DifferenceKind): string {
  return `${fingerprint}@${encodeURIComponent(pointer.toWellFormed())}`;
}

/** An earlier version wrote the fingerprint alone. */
function readKind(written: string): DifferenceKind {
  const [fingerprint = '', pointer] = written.split('@');
  return { fingerprint, pointer: pointer === undefined ? undefined : decodeURIComponent(pointer) };
}

/** Most exchanges first. */
export function listDifferences({ sets }: DifferenceCounts): readonly DifferenceSet[] {
  return Object.entries(sets)
    .map(([key, exchanges]) => setOf(key, exchanges))
    .toSorted((one, other) => other.exchanges - one.exchanges);
}
