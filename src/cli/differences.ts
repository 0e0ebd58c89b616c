// What `diff ls`, `diff show` and `diff accept` know of the differences: each cause with its kinds, and who accepted them.
import {
  type Cluster,
  type DifferenceKind,
  formatCount,
  lastDayOf,
  type OperationEvidence,
  ParitygateError,
} from '../core/index.ts';
import { type AcceptanceUse, isAbout, type NoisePlace } from '../gate/index.ts';
import { type Dossier, rulesOf } from './evidence.ts';

/** A cause at one place of one operation: what an acceptance is about. */
export interface Difference {
  readonly operation: string;
  readonly fingerprint: string;
  /** A pointer template; null in what an earlier version stored. */
  readonly pointer: string | null;
  readonly cluster: string;
  /** Different exchanges that showed it, whatever else they showed. */
  readonly exchanges: number;
  /** The acceptance of it, if there is one. */
  readonly use: AcceptanceUse | undefined;
  /** Legacy disagrees with itself there as well, and it is forgiven for that. */
  readonly isNoise: boolean;
}

/** Most exchanges first. */
export function listDifferences(
  dossier: Pick<Dossier, 'recorded' | 'uses' | 'clusters' | 'noise'>,
): readonly Difference[] {
  const ruleOf = rulesOf(dossier.clusters);
  return dossier.recorded.operations
    .flatMap((operation) =>
      countKinds(operation).map(({ kind: { fingerprint, pointer = null }, kind, exchanges }) => ({
        operation: operation.operationId,
        fingerprint,
        pointer,
        cluster: operation.clusterOf[fingerprint] ?? '',
        exchanges,
        isNoise: dossier.noise.some((place) => isForgivenAt(place, operation.operationId, kind)),
        use: preferLive(
          dossier.uses.filter(
            ({ acceptance }) =>
              acceptance.operation === operation.operationId && isAbout(acceptance, kind, operation, { ruleOf }),
          ),
        ),
      })),
    )
    .toSorted((one, other) => other.exchanges - one.exchanges);
}

function isForgivenAt(place: NoisePlace, operationId: string, { fingerprint, pointer }: DifferenceKind): boolean {
  const isThere = place.operationId === operationId && place.fingerprint === fingerprint && place.pointer === pointer;
  return isThere && place.state === 'forgiven';
}

interface KindCount {
  readonly kind: DifferenceKind;
  exchanges: number;
}

function countKinds({ differences }: OperationEvidence): readonly KindCount[] {
  const counts = new Map<string, KindCount>();
  for (const { kinds, exchanges } of differences)
    for (const kind of kinds) {
      const key = JSON.stringify([kind.fingerprint, kind.pointer]);
      const known = counts.get(key);
      if (known) known.exchanges += exchanges;
      else counts.set(key, { kind, exchanges });
    }
  return [...counts.values()];
}

/** Of several acceptances one that holds. */
function preferLive(uses: readonly AcceptanceUse[]): AcceptanceUse | undefined {
  return uses.find(({ state }) => state === 'live') ?? uses[0];
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

/** `open`, or who accepted it and until when, or why that does not hold, or `noise`. */
export function describeState({ use, isNoise }: Pick<Difference, 'use' | 'isNoise'>): string {
  if (isNoise) return 'noise: legacy disagrees with itself';
  if (!use) return 'open';
  const { owner } = use.acceptance;
  if (use.state !== 'live') return `acceptance by ${owner}: ${use.state}`;
  return `accepted by ${owner} until ${lastDayOf(use.acceptance)}`;
}
