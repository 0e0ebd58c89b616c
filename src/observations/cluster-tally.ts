import {
  type Cluster,
  createFeatureTally,
  type Exemplar,
  type FeatureTally,
  type Finding,
  mergeFeatures,
  type Observation,
  type Outcome,
  worstClass,
} from '../core/index.ts';
import { createExemplar, mergeExemplars, placeForExemplar } from './exemplars.ts';

/** Kinds of findings named by a cluster; more of them say nothing new about the cause. */
export const MAX_FINGERPRINTS = 50;

/** A cluster while it grows. Maps, because operation ids are names from outside, `__proto__` included. */
export interface ClusterTally {
  readonly first: Finding;
  class: Finding['class'];
  exchanges: number;
  findings: number;
  firstSeenMs: number;
  lastSeenMs: number;
  /** Number of the exchange counted last: one exchange counts once, however many of its findings are the same. */
  lastExchange: number;
  transforms: readonly string[];
  exchangeSet: number;
  readonly outcomes: Map<Outcome, number>;
  readonly operations: Map<string, number>;
  readonly fingerprints: Set<string>;
  readonly exemplars: Exemplar[];
  readonly features: FeatureTally;
}

export function createClusterTally(finding: Finding, atMs: number): ClusterTally {
  return {
    first: finding,
    class: finding.class,
    exchanges: 0,
    findings: 0,
    firstSeenMs: atMs,
    lastSeenMs: atMs,
    lastExchange: -1,
    transforms: finding.transforms ?? [],
    exchangeSet: 0,
    outcomes: new Map(),
    operations: new Map(),
    fingerprints: new Set(),
    exemplars: [],
    features: createFeatureTally(),
  };
}

/** Causes of one exchange that its features are counted for: an answer that differs in a hundred ways is another answer. */
const MAX_FEATURED = 16;

export interface CountedExchange {
  readonly number: number;
  /** Its own random number of 32 bits. */
  readonly lot: number;
  readonly observation: Observation;
  /** Causes of it that were counted. */
  causes: number;
}

export function countFinding(tally: ClusterTally, finding: Finding, exchange: CountedExchange): void {
  tally.findings += finding.count;
  tally.transforms = common(tally.transforms, finding.transforms);
  if (tally.fingerprints.size < MAX_FINGERPRINTS) tally.fingerprints.add(finding.fingerprint);
  tally.class = worstClass([tally, finding]) ?? finding.class;
  if (tally.lastExchange === exchange.number) return;
  tally.lastExchange = exchange.number;
  exchange.causes += 1;
  tally.exchangeSet = (tally.exchangeSet + exchange.lot) >>> 0;
  const { features } = exchange.observation;
  if (features && exchange.causes <= MAX_FEATURED) tally.features.add(features);
  countExchange(tally, finding, exchange.observation);
}

function countExchange(tally: ClusterTally, finding: Finding, observation: Observation): void {
  tally.exchanges += 1;
  tally.firstSeenMs = Math.min(tally.firstSeenMs, observation.at);
  tally.lastSeenMs = Math.max(tally.lastSeenMs, observation.at);
  increment(tally.outcomes, observation.outcome, 1);
  increment(tally.operations, observation.operationId, 1);
  const place = finding.isBare ? undefined : placeForExemplar(tally.exemplars, observation);
  if (place !== undefined) tally.exemplars[place] = createExemplar(observation, finding);
}

export function closeCluster(tally: ClusterTally): Cluster {
  const { cluster: id, rule, place, types } = tally.first;
  return {
    id,
    rule,
    class: tally.class,
    place,
    types,
    outcomes: Object.fromEntries(tally.outcomes),
    exchanges: tally.exchanges,
    findings: tally.findings,
    operations: Object.fromEntries(tally.operations),
    fingerprints: [...tally.fingerprints],
    transforms: tally.transforms,
    exchangeSet: tally.exchangeSet,
    features: tally.features.close(),
    firstSeenMs: tally.firstSeenMs,
    lastSeenMs: tally.lastSeenMs,
    exemplars: tally.exemplars,
  };
}

/** The same cluster of two spans of time as one. */
export function mergeClusters(earlier: Cluster, later: Cluster): Cluster {
  const { exchangeSet: _, features: __, ...known } = earlier;
  return {
    ...known,
    class: worstClass([earlier, later]) ?? later.class,
    outcomes: mergeCounts(earlier.outcomes, later.outcomes),
    exchanges: earlier.exchanges + later.exchanges,
    findings: earlier.findings + later.findings,
    operations: mergeCounts(earlier.operations, later.operations),
    fingerprints: [...new Set([...earlier.fingerprints, ...later.fingerprints])].slice(0, MAX_FINGERPRINTS),
    transforms: common(earlier.transforms, later.transforms),
    ...setOfBoth(earlier, later),
    ...featuresOfBoth(earlier, later),
    firstSeenMs: Math.min(earlier.firstSeenMs, later.firstSeenMs),
    lastSeenMs: Math.max(earlier.lastSeenMs, later.lastSeenMs),
    exemplars: mergeExemplars(earlier.exemplars, later.exemplars),
  };
}

/** Of a cluster that an earlier version stored nobody knows which exchanges they were. */
function setOfBoth(earlier: Cluster, later: Cluster): Pick<Cluster, 'exchangeSet'> {
  const isKnown = earlier.exchangeSet !== undefined && later.exchangeSet !== undefined;
  return isKnown ? { exchangeSet: (earlier.exchangeSet + later.exchangeSet) >>> 0 } : {};
}

function featuresOfBoth({ features: one }: Cluster, { features: other }: Cluster): Pick<Cluster, 'features'> {
  const features = one && other ? mergeFeatures(one, other) : (one ?? other);
  return features ? { features } : {};
}

function common(earlier: readonly string[] = [], later: readonly string[] = []): readonly string[] {
  return earlier.length === 0 ? earlier : earlier.filter((name) => later.includes(name));
}

type CountsByName = Readonly<Record<string, number>>;

function mergeCounts(earlier: CountsByName, later: CountsByName): CountsByName {
  const counts = new Map(Object.entries(earlier));
  for (const [key, count] of Object.entries(later)) increment(counts, key, count);
  return Object.fromEntries(counts);
}

function increment<Key>(counts: Map<Key, number>, key: Key, by: number): void {
  counts.set(key, (counts.get(key) ?? 0) + by);
}
