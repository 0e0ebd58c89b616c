// What sets the requests that show a cause apart from those that agree: a parameter, a header, a tenant.
import { type Cluster, type FeatureCounts, mergeFeatures, type OperationEvidence } from '../core/index.ts';
import type { ClusterEntry } from './document.ts';

/** Fewer requests on either side tell nothing of the others. */
const MIN_REQUESTS = 20;
/** By how much more of them have it, or have it not, than of the others. */
const MIN_DIFFERENCE = 0.5;

/** The feature whose share differs most; null where none differs much. */
export function separatorOf(
  { features, operations }: Pick<Cluster, 'features' | 'operations'>,
  evidence: readonly Pick<OperationEvidence, 'operationId' | 'features'>[],
): ClusterEntry['separator'] {
  const agreeing = evidence
    .filter(({ operationId }) => Object.hasOwn(operations, operationId))
    .map((operation) => operation.features)
    .reduce<FeatureCounts>(mergeFeatures, { n: 0, seen: {} });
  if (!features || features.n < MIN_REQUESTS || agreeing.n < MIN_REQUESTS) return null;
  const names = new Set([...Object.keys(features.seen), ...Object.keys(agreeing.seen)]);
  const found = [...names].map((name) => compare(name, features, agreeing)).toSorted((one, other) => other.by - one.by);
  const [best] = found;
  return best && best.by >= MIN_DIFFERENCE
    ? { feature: best.feature, shown: best.shown, agreeing: best.agreeing }
    : null;
}

interface Compared extends NonNullable<ClusterEntry['separator']> {
  readonly by: number;
}

function compare(feature: string, shown: FeatureCounts, agreeing: FeatureCounts): Compared {
  const [k, others] = [shown.seen[feature] ?? 0, agreeing.seen[feature] ?? 0];
  return {
    feature,
    shown: { k, n: shown.n },
    agreeing: { k: others, n: agreeing.n },
    by: Math.abs(k / shown.n - others / agreeing.n),
  };
}

/** `?detail=full: 40 of 40 that show it, 3 of 120 that agree` */
export function separatorText({ feature, shown, agreeing }: NonNullable<ClusterEntry['separator']>): string {
  return `${feature}: ${shown.k} of ${shown.n} that show it, ${agreeing.k} of ${agreeing.n} that agree`;
}
