import {
  type FeatureCounts,
  FINDING_CLASSES,
  type FindingClass,
  mergeFeatures,
  type Observation,
  OUTCOMES,
  type Outcome,
  type Side,
  type SideObservation,
  UNCOMPARED_REASONS,
  type UncomparedReason,
  worstClass,
} from '../core/index.ts';
import { addDifferences, countDifference, createDifferenceCounts, type DifferenceCounts } from './difference-sets.ts';
import { addProbes, countProbe, createProbeTally, type ProbeTally } from './probe-tally.ts';

const SIDE_COUNTS = ['requests', 'errors', 'conforms', 'violates'] as const;
const SIDES = ['legacy', 'candidate'] as const;
const PLAIN_COUNTS = [
  'eligible',
  'bodyless',
  'onlyLegacyFailed',
  'onlyCandidateFailed',
  'paired',
  'fallbacks',
] as const;

const MATCHES: ReadonlySet<Outcome> = new Set(['equal', 'equivalent', 'accepted', 'noise']);

export function isAgreement({ outcome }: Pick<Observation, 'outcome'>): boolean {
  return MATCHES.has(outcome);
}

type Counts<Key extends string> = Record<Key, number>;
export type SideCounts = Counts<(typeof SIDE_COUNTS)[number]>;

/** The counters of one operation; the words are those of `OperationEvidence`. */
export interface OperationCounts extends Counts<(typeof PLAIN_COUNTS)[number]> {
  readonly outcomes: Counts<Outcome>;
  readonly uncompared: Counts<UncomparedReason>;
  readonly classes: Counts<FindingClass>;
  readonly differences: DifferenceCounts;
  readonly probed: ProbeTally;
  readonly served: Counts<Side>;
  readonly legacy: SideCounts;
  readonly candidate: SideCounts;
  /** Of the requests in a sample of the pairs that agreed; none in what an earlier version stored. */
  features: FeatureCounts;
}

const NO_FEATURES: FeatureCounts = { n: 0, seen: {} };

export function createCounts(): OperationCounts {
  return {
    ...zeros(PLAIN_COUNTS),
    outcomes: zeros(OUTCOMES),
    uncompared: zeros(UNCOMPARED_REASONS),
    classes: zeros(FINDING_CLASSES),
    differences: createDifferenceCounts(),
    probed: createProbeTally(),
    served: zeros(SIDES),
    legacy: zeros(SIDE_COUNTS),
    candidate: zeros(SIDE_COUNTS),
    features: NO_FEATURES,
  };
}

export function countObservation(counts: OperationCounts, observation: Observation): void {
  counts.outcomes[observation.outcome] += 1;
  counts.served[observation.served] += 1;
  if (observation.bodyless && isAgreement(observation)) counts.bodyless += 1;
  if (observation.fellBack) counts.fallbacks += 1;
  if (observation.reason !== undefined) counts.uncompared[observation.reason] += 1;
  if (observation.probe) countProbe(counts.probed, observation.probe);
  if (observation.outcome === 'different') countDifferent(counts, observation);
  if (observation.legacy) countSide(counts.legacy, observation.legacy);
  if (observation.candidate) countSide(counts.candidate, observation.candidate);
  if (observation.legacy && observation.candidate) countPair(counts, observation.legacy, observation.candidate);
  else if (observation.outcome === 'candidate-error') countLoneFailure(counts);
}

function countDifferent(counts: OperationCounts, observation: Observation): void {
  counts.classes[worstClass(observation.findings) ?? 'inconclusive'] += 1;
  countDifference(counts.differences, observation);
}

// The candidate served and broke off in the middle: legacy was not asked any more, and the failure counts all the same.
// The other way round it does not, for legacy's failures widen what the candidate is allowed.
function countLoneFailure(counts: OperationCounts): void {
  counts.paired += 1;
  counts.onlyCandidateFailed += 1;
}

function countSide(counts: SideCounts, side: SideObservation): void {
  counts.requests += 1;
  if (side.error !== undefined) counts.errors += 1;
  if (side.conformance === 'conforms') counts.conforms += 1;
  else if (side.conformance === 'violates') counts.violates += 1;
}

function countPair(counts: OperationCounts, legacy: SideObservation, candidate: SideObservation): void {
  if (legacy.error !== undefined && candidate.error !== undefined) return;
  counts.paired += 1;
  if (legacy.error !== undefined && candidate.error === undefined) counts.onlyLegacyFailed += 1;
  if (legacy.error === undefined && candidate.error !== undefined) counts.onlyCandidateFailed += 1;
}

/** Counters that `more` lacks, because they were zero or did not exist when it was stored, count as zero. */
export function addCounts(total: OperationCounts, more: OperationCounts): void {
  addEach(total, more, PLAIN_COUNTS);
  addEach(total.outcomes, more.outcomes, OUTCOMES);
  addEach(total.uncompared, more.uncompared, UNCOMPARED_REASONS);
  addEach(total.classes, more.classes, FINDING_CLASSES);
  addDifferences(total.differences, more.differences);
  addProbes(total.probed, more.probed);
  addEach(total.served, more.served, SIDES);
  for (const side of SIDES) addEach(total[side], more[side], SIDE_COUNTS);
  total.features = mergeFeatures(total.features, more.features ?? NO_FEATURES);
}

function addEach<Key extends string>(total: Counts<Key>, more: Partial<Counts<Key>>, keys: readonly Key[]): void {
  for (const key of keys) total[key] += more[key] ?? 0;
}

function zeros<Key extends string>(keys: readonly Key[]): Counts<Key> {
  // Object.fromEntries forgets which keys it was given.
  return Object.fromEntries(keys.map((key) => [key, 0])) as Counts<Key>;
}
