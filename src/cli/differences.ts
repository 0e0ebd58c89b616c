// What `diff ls`, `diff show` and `diff accept` know of the differences: each cause with its kinds, and who accepted them.
import { type Cluster, formatCount, lastDayOf, ParitygateError } from '../core/index.ts';
import type { AcceptanceUse } from '../gate/index.ts';
import type { Dossier } from './evidence.ts';

/** A cause on one operation: what an acceptance is about. */
export interface Difference {
  readonly operation: string;
  readonly fingerprint: string;
  readonly cluster: string;
  /** Different exchanges that showed it, whatever else they showed. */
  readonly exchanges: number;
  /** The acceptance of it, if there is one. */
  readonly use: AcceptanceUse | undefined;
}

/** Most exchanges first. */
export function listDifferences({ recorded, uses }: Pick<Dossier, 'recorded' | 'uses'>): readonly Difference[] {
  return recorded.operations
    .flatMap(({ operationId: operation, differences, clusterOf }) =>
      Object.entries(clusterOf).map(([fingerprint, cluster]) => ({
        operation,
        fingerprint,
        cluster,
        exchanges: differences
          .filter(({ fingerprints }) => fingerprints.includes(fingerprint))
          .reduce((sum, { exchanges }) => sum + exchanges, 0),
        use: uses.find(
          ({ acceptance }) => acceptance.operation === operation && acceptance.fingerprint === fingerprint,
        ),
      })),
    )
    .toSorted((one, other) => other.exchanges - one.exchanges);
}

/** What a person means by the id of a cause, or by a fingerprint. Throws where nothing of it was different. */
export function findDifferences(dossier: Dossier, id: string): readonly Difference[] {
  const found = listDifferences(dossier).filter(({ fingerprint, cluster }) => fingerprint === id || cluster === id);
  if (found.length > 0) return found;
  const cluster = dossier.clusters.find((each) => each.id === id);
  const message = cluster
    ? `${id} made no exchange different: it was seen in ${describeOutcomes(cluster)} only`
    : `no difference has the id ${JSON.stringify(id)}`;
  const fix = '`paritygate diff ls` lists the causes, and `diff show` the fingerprints of one';
  throw new ParitygateError('PG_DIFFERENCE_UNKNOWN', message, { fix });
}

/** `12 equivalent, 3 noise` */
export function describeOutcomes({ outcomes }: Pick<Cluster, 'outcomes'>): string {
  return Object.entries(outcomes)
    .map(([outcome, count]) => `${formatCount(count)} ${outcome}`)
    .join(', ');
}

/** `open`, or who accepted it and until when, or why that does not hold. */
export function describeUse(use: AcceptanceUse | undefined): string {
  if (!use) return 'open';
  const { owner } = use.acceptance;
  if (use.state !== 'live') return `acceptance by ${owner}: ${use.state}`;
  return `accepted by ${owner} until ${lastDayOf(use.acceptance)}`;
}
