import { relative } from 'node:path';
import { type Cluster, EXIT, type Exemplar, type ExitCode, ParitygateError } from '../core/index.ts';
import { titleOf } from '../report/index.ts';
import { type Difference, describeOutcomes, describeState, listDifferences } from './differences.ts';
import { type Dossier, readDossier } from './evidence.ts';
import { formatTable } from './terminal.ts';

interface DiffShowOptions {
  readonly config: string;
  readonly json?: boolean;
}

/** One cause, by its id or by one of its fingerprints: where it is declared, on which operations it stands, and examples. */
export async function runDiffShow(options: Partial<DiffShowOptions>, id = ''): Promise<ExitCode> {
  const dossier = await readDossier(options.config ?? 'paritygate.yaml');
  const all = listDifferences(dossier);
  const clusterId = all.find(({ fingerprint }) => fingerprint === id)?.cluster ?? id;
  const cluster = dossier.clusters.find((each) => each.id === clusterId);
  if (!cluster) throw unknown(id);
  const differences = all.filter((difference) => difference.cluster === clusterId);
  if (options.json) console.log(JSON.stringify({ formatVersion: '1.0', ...cluster, differences }, null, 2));
  else console.log(describe(dossier, cluster, differences));
  return EXIT.pass;
}

function unknown(id: string): ParitygateError {
  return new ParitygateError('PG_DIFFERENCE_UNKNOWN', `no difference has the id ${JSON.stringify(id)}`, {
    fix: '`paritygate diff ls` lists them',
  });
}

function describe({ contract }: Dossier, cluster: Cluster, differences: readonly Difference[]): string {
  const line = contract.lineOf(cluster.place);
  const place = `${relative('', contract.file)}${line === undefined ? '' : `:${line}`}`;
  const table = formatTable([
    ['FINGERPRINT', 'OPERATION', 'POINTER', 'DIFFERENT', 'STATE'],
    ...differences.map((difference) => [
      difference.fingerprint,
      difference.operation,
      difference.pointer || '-',
      String(difference.exchanges),
      describeState(difference),
    ]),
  ]);
  return [
    `${cluster.id}  ${titleOf(cluster)}`,
    `  ${cluster.class}, ${cluster.rule}, declared at ${cluster.place} (${place})`,
    `  seen in ${describeOutcomes(cluster)}, from ${isoTime(cluster.firstSeenMs)} to ${isoTime(cluster.lastSeenMs)}`,
    '',
    ...(differences.length > 0 ? [table, ''] : []),
    ...cluster.exemplars.map(describeExemplar),
  ]
    .join('\n')
    .trimEnd();
}

function describeExemplar({ method, target, pointer, legacy, candidate }: Exemplar): string {
  return [
    `${method} ${target}  ${pointer}`,
    `  - legacy     ${JSON.stringify(legacy) ?? '(absent)'}`,
    `  + candidate  ${JSON.stringify(candidate) ?? '(absent)'}`,
  ].join('\n');
}

function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}
