import { randomInt, randomUUID } from 'node:crypto';
import {
  type BreachCount,
  type Cluster,
  createFeatureTally,
  type FeatureTally,
  type Finding,
  type Observation,
} from '../core/index.ts';
import { createBreachTally } from './breach-tally.ts';
import { type ClusterTally, closeCluster, countFinding, createClusterTally } from './cluster-tally.ts';
import { addLatency, createSketch, encodeSketch, type LatencySketch } from './latency-sketch.ts';
import { countObservation, createCounts, isAgreement, type OperationCounts } from './operation-counts.ts';

/** Causes told apart in one window; findings beyond are counted in `unclusteredFindings`. */
export const MAX_CLUSTERS_PER_WINDOW = 2000;

/** Points of one operation in one window. */
const MAX_COVERED = 10_000;

/** What was seen of one operation in one window; plain data that may cross a thread. */
export interface OperationRecord {
  readonly operationId: string;
  readonly group: string | undefined;
  readonly counts: OperationCounts;
  /** Encoded latency sketches. */
  readonly legacyLatency: Uint8Array<ArrayBuffer>;
  readonly candidateLatency: Uint8Array<ArrayBuffer>;
  /** Ids of the points of the contract that were covered; absent in what an earlier version wrote. */
  readonly covered?: readonly string[];
}

/** One closed window. */
export interface WindowRecord {
  /** Unique: a store takes a record once, however often it is offered. */
  readonly id: string;
  readonly fromMs: number;
  readonly toMs: number;
  readonly operations: readonly OperationRecord[];
  readonly clusters: readonly Cluster[];
  /** Absent in what an earlier version wrote. */
  readonly breaches?: readonly BreachCount[];
  /** Findings that found no room among the clusters. */
  readonly unclusteredFindings: number;
}

/** Counters, sketches and clusters of the time since `fromMs`. Its size is bound by the contract, not by the traffic. */
export interface ObservationWindow {
  /** Counts a request that must end in exactly one outcome. */
  arrived(operationId: string, group: string | undefined): void;
  add(observation: Observation): void;
  isEmpty(): boolean;
  /** The window as data. It takes nothing more. */
  close(toMs: number): WindowRecord;
}

interface OperationTally {
  group: string | undefined;
  readonly counts: OperationCounts;
  readonly legacy: LatencySketch;
  readonly candidate: LatencySketch;
  readonly covered: Set<string>;
  /** Of pairs that agreed. */
  readonly features: FeatureTally;
}

export function createWindow(fromMs: number): ObservationWindow {
  const operations = new Map<string, OperationTally>();
  const clusters = new Map<string, ClusterTally>();
  const breaches = createBreachTally();
  let exchangeNumber = 0;
  let unclusteredFindings = 0;

  function tallyOf(operationId: string, group: string | undefined): OperationTally {
    let tally = operations.get(operationId);
    if (tally === undefined) {
      tally = {
        group,
        counts: createCounts(),
        legacy: createSketch(),
        candidate: createSketch(),
        covered: new Set(),
        features: createFeatureTally(),
      };
      operations.set(operationId, tally);
    }
    tally.group = group ?? tally.group;
    return tally;
  }

  function clusterOf(finding: Finding, atMs: number): ClusterTally | undefined {
    const known = clusters.get(finding.cluster);
    if (known !== undefined || clusters.size >= MAX_CLUSTERS_PER_WINDOW) return known;
    const created = createClusterTally(finding, atMs);
    clusters.set(finding.cluster, created);
    return created;
  }

  function addFindings(observation: Observation): void {
    const exchange = { number: exchangeNumber++, lot: randomInt(2 ** 32), observation, causes: 0 };
    for (const finding of observation.findings) {
      const cluster = clusterOf(finding, observation.at);
      if (cluster === undefined) unclusteredFindings += finding.count;
      else countFinding(cluster, finding, exchange);
    }
  }

  return {
    arrived(operationId, group) {
      tallyOf(operationId, group).counts.eligible += 1;
    },
    add(observation) {
      const tally = tallyOf(observation.operationId, observation.group);
      countObservation(tally.counts, observation);
      const { legacy, candidate } = observation;
      if (legacy?.totalMs !== undefined) addLatency(tally.legacy, legacy.totalMs);
      if (candidate?.totalMs !== undefined) addLatency(tally.candidate, candidate.totalMs);
      if (observation.breaches) breaches.add(observation.operationId, observation.breaches);
      if (observation.features && isAgreement(observation)) tally.features.add(observation.features);
      for (const id of observation.covered ?? []) if (tally.covered.size < MAX_COVERED) tally.covered.add(id);
      if (observation.findings.length > 0) addFindings(observation);
    },
    isEmpty: () => operations.size === 0,
    close: (toMs) => ({
      id: randomUUID(),
      fromMs,
      // The clock may have been set back meanwhile.
      toMs: Math.max(fromMs, toMs),
      operations: [...operations].map(([operationId, tally]) => closeOperation(operationId, tally)),
      clusters: [...clusters.values()].map(closeCluster),
      breaches: breaches.close(),
      unclusteredFindings,
    }),
  };
}

function closeOperation(operationId: string, tally: OperationTally): OperationRecord {
  return {
    operationId,
    group: tally.group,
    counts: { ...tally.counts, features: tally.features.close() },
    legacyLatency: encodeSketch(tally.legacy),
    candidateLatency: encodeSketch(tally.candidate),
    covered: [...tally.covered],
  };
}
