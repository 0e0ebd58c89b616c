// What the A/A probes of one operation showed, kind by kind: whether the candidate, legacy itself, or both were otherwise.
import type { Finding, ProbeCounts, ProbedKind, ProbeObservation } from '../core/index.ts';

type Counted = 'both' | 'candidateOnly' | 'legacyOnly';
type KindTally = Omit<ProbedKind, Counted> & Record<Counted, number>;

/** Plain data. */
export interface ProbeTally {
  probes: number;
  unlisted: number;
  listed: number;
  readonly kinds: Record<string, KindTally>;
}

/** Kinds of one operation, in one window and over all of them. */
export const MAX_PROBED = { window: 200, evidence: 5_000 } as const;

const NONE = { both: 0, candidateOnly: 0, legacyOnly: 0 };

export function createProbeTally(): ProbeTally {
  return { probes: 0, unlisted: 0, listed: 0, kinds: {} };
}

export function countProbe(tally: ProbeTally, { candidate, legacy }: ProbeObservation): void {
  tally.probes += 1;
  const [theirs, own] = [kindsOf(candidate), kindsOf(legacy)];
  for (const [key, kind] of new Map([...theirs, ...own])) {
    const counted = !own.has(key) ? 'candidateOnly' : theirs.has(key) ? 'both' : 'legacyOnly';
    addKind(tally, key, { ...kind, [counted]: 1 }, MAX_PROBED.window);
  }
}

/** What is only spelled otherwise is no difference. */
function kindsOf(findings: readonly Finding[]): ReadonlyMap<string, KindTally> {
  const counting = findings.filter((finding) => finding.class !== 'cosmetic');
  return new Map(
    counting.flatMap(({ fingerprint, pointers, rule, place }) =>
      pointers.map((pointer) => [`${fingerprint} ${pointer}`, { ...NONE, fingerprint, pointer, rule, place }]),
    ),
  );
}

function addKind(tally: ProbeTally, key: string, kind: KindTally, maxKinds: number): void {
  const known = tally.kinds[key];
  if (known) {
    known.both += kind.both;
    known.candidateOnly += kind.candidateOnly;
    known.legacyOnly += kind.legacyOnly;
  } else if (tally.listed < maxKinds) {
    tally.listed += 1;
    tally.kinds[key] = { ...kind };
  } else tally.unlisted += 1;
}

/** Windows that an earlier version stored have none, and what is zero is not stored. */
export function addProbes(total: ProbeTally, more: ProbeTally | undefined): void {
  total.probes += more?.probes ?? 0;
  total.unlisted += more?.unlisted ?? 0;
  for (const [key, kind] of Object.entries(more?.kinds ?? {}))
    addKind(total, key, { ...NONE, ...kind }, MAX_PROBED.evidence);
}

export function closeProbes({ probes, unlisted, kinds }: ProbeTally): ProbeCounts {
  return { probes, unlisted, kinds: Object.values(kinds) };
}
