import { type Cluster, EXIT, type ExitCode } from '../core/index.ts';
import { titleOf } from '../report/index.ts';
import { type Difference, describeOutcomes, describeState, listDifferences } from './differences.ts';
import { readDossier } from './evidence.ts';
import { formatTable } from './terminal.ts';

interface DiffLsOptions {
  readonly config: string;
  readonly json?: boolean;
}

/** Every cause that made an exchange different, and whether it is accepted; then what was seen and made none different. */
export async function runDiffLs(options: Partial<DiffLsOptions>): Promise<ExitCode> {
  const dossier = await readDossier(options.config ?? 'paritygate.yaml');
  const byCluster = Map.groupBy(listDifferences(dossier), ({ cluster }) => cluster);
  const rows = dossier.clusters.map((cluster) => rowOf(cluster, byCluster.get(cluster.id) ?? []));
  if (options.json) console.log(JSON.stringify({ formatVersion: '1.0', differences: rows }, null, 2));
  else {
    for (const warning of dossier.warnings) console.error(`warning: ${warning}`);
    console.log(describeRows(rows));
  }
  return EXIT.pass;
}

interface Row {
  readonly id: string;
  readonly title: string;
  readonly class: string;
  readonly exchanges: number;
  readonly outcomes: Cluster['outcomes'];
  readonly state: string;
  readonly fingerprints: readonly Pick<Difference, 'operation' | 'fingerprint' | 'pointer'>[];
}

function rowOf(cluster: Cluster, differences: readonly Difference[]): Row {
  const { id, class: worst, exchanges, outcomes } = cluster;
  const fingerprints = differences.map(({ operation, fingerprint, pointer }) => ({ operation, fingerprint, pointer }));
  return {
    id,
    title: titleOf(cluster),
    class: worst,
    exchanges,
    outcomes,
    state: stateOf(differences, cluster),
    fingerprints,
  };
}

/** Of several operations one may be accepted and another not. */
function stateOf(differences: readonly Difference[], cluster: Cluster): string {
  if (differences.length === 0) return describeOutcomes(cluster);
  const states = new Set(differences.map(describeState));
  return [...states].join('; ');
}

function describeRows(rows: readonly Row[]): string {
  if (rows.length === 0) return 'no difference was seen';
  return formatTable([
    ['CAUSE', 'CLASS', 'EXCHANGES', 'STATE', 'WHAT'],
    ...rows.map(({ id, class: worst, exchanges, state, title }) => [id, worst, String(exchanges), state, title]),
  ]);
}
