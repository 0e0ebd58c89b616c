// Which differences are met together. An exchange is accepted only when all that differs in it is, so that counts of single
// fingerprints would not do: with the sets, what is accepted can be decided whenever the evidence is read.
import { type DifferenceSet, type FindingClass, type Observation, worstClass } from '../core/index.ts';

/** What is counted of one operation; plain data. */
export interface DifferenceCounts {
  /** Exchanges by the set that they showed. */
  readonly sets: Record<string, number>;
  /** The cluster of each fingerprint in one of the sets. */
  readonly clusters: Record<string, string>;
}

/** Of one operation, in one window and over all of them. What goes beyond is different, and cannot be accepted. */
export const MAX_SETS = { window: 200, evidence: 5_000 } as const;
/** Who differs in more ways has not changed a thing but is another. */
const MAX_FINGERPRINTS = 64;

export function createDifferenceCounts(): DifferenceCounts {
  return { sets: {}, clusters: {} };
}

export function countDifference(counts: DifferenceCounts, { findings, bodyless = false }: Observation): void {
  const counting = findings.filter((finding) => finding.class !== 'cosmetic');
  const clusters = Object.fromEntries(counting.map(({ fingerprint, cluster }) => [fingerprint, cluster]));
  const worst = worstClass(counting);
  if (worst === undefined || Object.keys(clusters).length > MAX_FINGERPRINTS) return;
  const key = keyOf({ fingerprints: Object.keys(clusters).sort(), class: worst, bodyless });
  addSet(counts, { key, exchanges: 1, clusters }, MAX_SETS.window);
}

/** Windows that an earlier version stored have none. */
export function addDifferences(total: DifferenceCounts, more: DifferenceCounts | undefined): void {
  for (const [key, exchanges] of Object.entries(more?.sets ?? {}))
    addSet(total, { key, exchanges, clusters: more?.clusters ?? {} }, MAX_SETS.evidence);
}

interface Seen {
  readonly key: string;
  readonly exchanges: number;
  readonly clusters: Readonly<Record<string, string>>;
}

function addSet(counts: DifferenceCounts, { key, exchanges, clusters }: Seen, maxSets: number): void {
  const known = counts.sets[key];
  if (known === undefined && Object.keys(counts.sets).length >= maxSets) return;
  counts.sets[key] = (known ?? 0) + exchanges;
  if (known === undefined)
    for (const fingerprint of setOf(key, exchanges).fingerprints)
      counts.clusters[fingerprint] = clusters[fingerprint] ?? '';
}

/** `breaking - 1f2e…,77ab…` */
function keyOf({ fingerprints, class: worst, bodyless }: Omit<DifferenceSet, 'exchanges'>): string {
  return `${worst} ${bodyless ? 'HEAD' : '-'} ${fingerprints.join(',')}`;
}

function setOf(key: string, exchanges: number): DifferenceSet {
  const [worst, method, fingerprints = ''] = key.split(' ');
  // The cast is safe: keyOf wrote it.
  const worstOf = worst as FindingClass;
  return { fingerprints: fingerprints.split(','), class: worstOf, bodyless: method === 'HEAD', exchanges };
}

/** Most exchanges first. */
export function listDifferences({ sets }: DifferenceCounts): readonly DifferenceSet[] {
  return Object.entries(sets)
    .map(([key, exchanges]) => setOf(key, exchanges))
    .toSorted((one, other) => other.exchanges - one.exchanges);
}
