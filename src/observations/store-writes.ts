import type { DatabaseSync } from 'node:sqlite';
import { type BreachCount, breachKey, type Cluster, type EvidenceBinding } from '../core/index.ts';
import { MAX_BREACHES, mergeBreaches } from './breach-tally.ts';
import { mergeClusters } from './cluster-tally.ts';
import type { Mark } from './mark.ts';
import { asRow } from './schema.ts';
import type { OperationRecord, WindowRecord } from './window.ts';

/** Causes kept for one binding; findings of further ones are counted beside their window. */
export const MAX_STORED_CLUSTERS = 10_000;

export function beginBinding(database: DatabaseSync, binding: EvidenceBinding): void {
  const id = bindingIdOf(database, binding);
  database.prepare(`UPDATE bindings SET begun = ${NEXT_BEGUN} WHERE id = ?`).run(id);
}

/** Expects to run in a transaction. */
export function writeWindow(database: DatabaseSync, binding: EvidenceBinding, record: WindowRecord): void {
  if (database.prepare('SELECT 1 FROM windows WHERE record_id = ?').get(record.id) !== undefined) return;
  const bindingId = bindingIdOf(database, binding);
  const unstored = writeClusters(database, bindingId, record.clusters);
  writeBreaches(database, bindingId, record.breaches ?? []);
  const { lastInsertRowid: windowId } = database
    .prepare('INSERT INTO windows (record_id, binding_id, from_ms, to_ms, unclustered_findings) VALUES (?, ?, ?, ?, ?)')
    .run(record.id, bindingId, record.fromMs, record.toMs, record.unclusteredFindings + unstored);
  for (const operation of record.operations) {
    writeOperation(database, windowId, operation);
    writeCovered(database, bindingId, operation);
  }
}

export function writeMark(database: DatabaseSync, mark: Mark): void {
  database
    .prepare('INSERT INTO marks VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING')
    .run(mark.at, mark.group, mark.from, mark.to, mark.who, mark.reason ?? null);
}

/** A sequence and not a time, because clocks are set back. */
const NEXT_BEGUN = '(SELECT coalesce(max(begun), 0) + 1 FROM bindings)';

/** A binding that is only written to, not begun, comes after every one that was: late evidence is no new build. */
function bindingIdOf(database: DatabaseSync, { contract, rules, build }: EvidenceBinding): number {
  database
    .prepare('INSERT INTO bindings (contract, rules, build, begun) VALUES (?, ?, ?, 0) ON CONFLICT DO NOTHING')
    .run(contract, rules, build);
  const select = database.prepare('SELECT id FROM bindings WHERE contract = ? AND rules = ? AND build = ?');
  return asRow<{ id: number }>(select.get(contract, rules, build)).id;
}

function writeOperation(database: DatabaseSync, windowId: number | bigint, operation: OperationRecord): void {
  database
    .prepare('INSERT INTO window_operations VALUES (?, ?, ?, ?, ?, ?)')
    .run(
      windowId,
      operation.operationId,
      operation.group ?? null,
      JSON.stringify(operation.counts, withoutZeros),
      operation.legacyLatency,
      operation.candidateLatency,
    );
}

function writeCovered(database: DatabaseSync, bindingId: number, { operationId, covered = [] }: OperationRecord): void {
  const insert = database.prepare('INSERT INTO covered VALUES (?, ?, ?) ON CONFLICT DO NOTHING');
  for (const point of covered) insert.run(bindingId, operationId, point);
}

/** Most counters of a window are zero, and one that is not there counts as zero. */
export function withoutZeros(_key: string, value: unknown): unknown {
  return value === 0 ? undefined : value;
}

/** Returns how many findings there was no room for. */
function writeClusters(database: DatabaseSync, bindingId: number, clusters: readonly Cluster[]): number {
  const count = database.prepare('SELECT count(*) AS n FROM clusters WHERE binding_id = ?').get(bindingId);
  let room = MAX_STORED_CLUSTERS - asRow<{ n: number }>(count).n;
  let unstored = 0;
  for (const cluster of clusters) {
    const stored = readCluster(database, bindingId, cluster.id);
    if (stored === undefined && room <= 0) {
      unstored += cluster.findings;
      continue;
    }
    if (stored === undefined) room -= 1;
    writeCluster(database, bindingId, stored === undefined ? cluster : mergeClusters(stored, cluster));
  }
  return unstored;
}

function writeBreaches(database: DatabaseSync, bindingId: number, breaches: readonly BreachCount[]): void {
  const count = database.prepare('SELECT count(*) AS n FROM breaches WHERE binding_id = ?').get(bindingId);
  let room = MAX_BREACHES.store - asRow<{ n: number }>(count).n;
  const read = database.prepare('SELECT breach FROM breaches WHERE binding_id = ? AND breach_key = ?');
  const write = database.prepare('INSERT OR REPLACE INTO breaches VALUES (?, ?, ?)');
  for (const breach of breaches) {
    const key = breachKey(breach);
    const known = asRow<{ breach: string } | undefined>(read.get(bindingId, key));
    if (!known && room <= 0) continue;
    if (!known) room -= 1;
    write.run(bindingId, key, JSON.stringify(known ? mergeBreaches(JSON.parse(known.breach), breach) : breach));
  }
}

function readCluster(database: DatabaseSync, bindingId: number, clusterId: string): Cluster | undefined {
  const select = database.prepare('SELECT cluster FROM clusters WHERE binding_id = ? AND cluster_id = ?');
  const row = asRow<{ cluster: string } | undefined>(select.get(bindingId, clusterId));
  return row === undefined ? undefined : JSON.parse(row.cluster);
}

function writeCluster(database: DatabaseSync, bindingId: number, cluster: Cluster): void {
  database
    .prepare('INSERT OR REPLACE INTO clusters (binding_id, cluster_id, exchanges, cluster) VALUES (?, ?, ?, ?)')
    .run(bindingId, cluster.id, cluster.exchanges, JSON.stringify(cluster));
}
