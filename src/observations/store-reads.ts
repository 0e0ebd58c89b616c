import type { DatabaseSync } from 'node:sqlite';
import type { BreachCount, Cluster, Evidence, EvidenceBinding } from '../core/index.ts';
import { createEvidenceFold } from './evidence-fold.ts';
import type { Mark } from './mark.ts';
import { asRow } from './schema.ts';

/** Selects the id of a binding by its three parts. */
const BINDING_ID = '(SELECT id FROM bindings WHERE contract = ? AND rules = ? AND build = ?)';

interface OperationRow {
  readonly from_ms: number;
  readonly to_ms: number;
  readonly operation_id: string;
  readonly operation_group: string | null;
  readonly counts: string;
  readonly legacy_latency: Uint8Array<ArrayBuffer>;
  readonly candidate_latency: Uint8Array<ArrayBuffer>;
}

export function readLatestBinding(database: DatabaseSync): EvidenceBinding | undefined {
  const row = database
    .prepare('SELECT contract, rules, build FROM bindings ORDER BY begun DESC, id DESC LIMIT 1')
    .get();
  return row === undefined ? undefined : { ...asRow<EvidenceBinding>(row) };
}

export function readEvidence(database: DatabaseSync, binding: EvidenceBinding, baselineRequests?: number): Evidence {
  const rows = database
    .prepare(
      `SELECT w.from_ms, w.to_ms, o.operation_id, o.operation_group, o.counts, o.legacy_latency, o.candidate_latency
         FROM windows w JOIN window_operations o ON o.window_id = w.id
        WHERE w.binding_id = ${BINDING_ID} ORDER BY w.from_ms, w.id`,
    )
    .iterate(binding.contract, binding.rules, binding.build);
  const fold = createEvidenceFold(baselineRequests);
  let fromMs = Number.POSITIVE_INFINITY;
  let toMs = 0;
  for (const each of rows) {
    const row = asRow<OperationRow>(each);
    fromMs = Math.min(fromMs, row.from_ms);
    toMs = Math.max(toMs, row.to_ms);
    fold.add({
      operationId: row.operation_id,
      group: row.operation_group ?? undefined,
      counts: JSON.parse(row.counts),
      legacyLatency: row.legacy_latency,
      candidateLatency: row.candidate_latency,
    });
  }
  return fold.finish(binding, { fromMs: Math.min(fromMs, toMs), toMs });
}

export function readClusters(database: DatabaseSync, binding: EvidenceBinding): readonly Cluster[] {
  return database
    .prepare(`SELECT cluster FROM clusters WHERE binding_id = ${BINDING_ID} ORDER BY exchanges DESC, cluster_id`)
    .all(binding.contract, binding.rules, binding.build)
    .map((row) => JSON.parse(asRow<{ cluster: string }>(row).cluster));
}

/** Most pairs first. */
export function readBreaches(database: DatabaseSync, binding: EvidenceBinding): readonly BreachCount[] {
  if (!hasTable(database, 'breaches')) return [];
  const pairs = (breach: BreachCount): number => breach.legacy + breach.candidate + breach.both;
  return database
    .prepare(`SELECT breach FROM breaches WHERE binding_id = ${BINDING_ID} ORDER BY breach_key`)
    .all(binding.contract, binding.rules, binding.build)
    .map((row): BreachCount => JSON.parse(asRow<{ breach: string }>(row).breach))
    .toSorted((one, other) => pairs(other) - pairs(one));
}

/** A store that no newer version has written to yet has not all tables. */
function hasTable(database: DatabaseSync, name: string): boolean {
  return database.prepare('SELECT 1 FROM sqlite_schema WHERE name = ?').get(name) !== undefined;
}

/** Ids of the points of the contract that were covered, by operation. */
export function readCovered(
  database: DatabaseSync,
  binding: EvidenceBinding,
): ReadonlyMap<string, ReadonlySet<string>> {
  if (!hasTable(database, 'covered')) return new Map();
  const rows = database
    .prepare(`SELECT operation_id AS operationId, point FROM covered WHERE binding_id = ${BINDING_ID}`)
    .all(binding.contract, binding.rules, binding.build)
    .map((row) => asRow<{ operationId: string; point: string }>(row));
  const byOperation = Map.groupBy(rows, ({ operationId }) => operationId);
  return new Map([...byOperation].map(([id, same]) => [id, new Set(same.map(({ point }) => point))]));
}

export function readUnclustered(database: DatabaseSync, binding: EvidenceBinding): number {
  const row = database
    .prepare(`SELECT coalesce(sum(unclustered_findings), 0) AS n FROM windows WHERE binding_id = ${BINDING_ID}`)
    .get(binding.contract, binding.rules, binding.build);
  return asRow<{ n: number }>(row).n;
}

export function readMarks(database: DatabaseSync): readonly Mark[] {
  const rows = database
    .prepare(
      `SELECT at_ms AS at, flag_group AS "group", from_percent AS "from", to_percent AS "to", who, reason
         FROM marks ORDER BY at_ms, rowid`,
    )
    .all();
  return rows.map((row) => {
    const { reason, ...mark } = asRow<Mark & { readonly reason: string | null }>(row);
    return { ...mark, reason: reason ?? undefined };
  });
}
