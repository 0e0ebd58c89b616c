// What a store gives up, so that it neither grows without end nor keeps what people said for longer than it has to. What the
// verdict on the running build rests on is never among it.
import type { DatabaseSync } from 'node:sqlite';
import type { Cluster } from '../core/index.ts';
import { mergeOneHour } from './merge-hours.ts';
import { asRow, inTransaction } from './schema.ts';

export interface Retention {
  /** Of examples, and of all evidence about a build that is not the running one. */
  readonly ageMs: number;
  /** Of the store: beyond it the oldest builds are given up before their time. */
  readonly maxBytes: number;
}

/** One bounded step, in a transaction; false when there is nothing left to do. */
export function retainStep(database: DatabaseSync, { ageMs, maxBytes }: Retention, nowMs: number): boolean {
  let isBusy = false;
  // What is chosen must not change until it is done: another worker tidies the same store.
  inTransaction(database, () => {
    isBusy =
      mergeOneHour(database, nowMs) ||
      giveUpOldest(database, nowMs - ageMs, maxBytes) ||
      forgetExamples(database, nowMs - ageMs);
  });
  return isBusy;
}

function giveUpOldest(database: DatabaseSync, beforeMs: number, maxBytes: number): boolean {
  const old = oldestOther(database);
  if (!old || !(old.isGivenUp === 1 || old.lastMs < beforeMs || usedBytes(database) > maxBytes)) return false;
  giveUp(database, old);
  return true;
}

/** Pages that hold something; the file itself stays as large as it once was, and is filled again. */
export function usedBytes(database: DatabaseSync): number {
  const pragma = (name: string): number => Number(Object.values(database.prepare(`PRAGMA ${name}`).get() ?? {})[0]);
  return (pragma('page_count') - pragma('freelist_count')) * pragma('page_size');
}

interface Other {
  readonly id: number;
  /** When its last window began. */
  readonly lastMs: number;
  /** 1 where it was begun to be given up. */
  readonly isGivenUp: number;
}

/** What follows the build of a binding that is being given up: whoever goes back to that build begins anew. */
const GIVEN_UP = ' (given up)';

/** Of the bindings that are not the latest one that which was last written to first. One without windows has just begun. */
function oldestOther(database: DatabaseSync): Other | undefined {
  const row = database
    .prepare(
      `SELECT b.id, max(w.from_ms) AS lastMs, b.build LIKE '%${GIVEN_UP}' AS isGivenUp
         FROM bindings b JOIN windows w ON w.binding_id = b.id
        WHERE b.id <> (SELECT id FROM bindings ORDER BY begun DESC, id DESC LIMIT 1)
        GROUP BY b.id ORDER BY isGivenUp DESC, lastMs LIMIT 1`,
    )
    .get();
  return asRow<Other | undefined>(row);
}

/** So many windows at a time: whoever else writes waits for no longer than they take. */
const WINDOWS_AT_ONCE = 1_000;

function giveUp(database: DatabaseSync, { id, isGivenUp }: Other): void {
  // Evidence of which a part is gone must not be taken up again: its old mismatches would be missing.
  if (isGivenUp === 0)
    database.prepare(`UPDATE bindings SET build = build || ' ' || id || '${GIVEN_UP}', begun = 0 WHERE id = ?`).run(id);
  const some = `(SELECT id FROM windows WHERE binding_id = ${id} ORDER BY from_ms, id LIMIT ${WINDOWS_AT_ONCE})`;
  database.exec(`DELETE FROM window_operations WHERE window_id IN ${some}`);
  database.exec(`DELETE FROM windows WHERE id IN ${some}`);
  if (database.prepare('SELECT 1 FROM windows WHERE binding_id = ? LIMIT 1').get(id) !== undefined) return;
  for (const table of ['clusters', 'merged_operations', 'covered', 'breaches'])
    database.exec(`DELETE FROM ${table} WHERE binding_id = ${id}`);
  database.exec(`DELETE FROM bindings WHERE id = ${id}`);
}

const CLUSTERS_AT_ONCE = 200;

/** Takes the old examples out of some causes, which are counted on. */
function forgetExamples(database: DatabaseSync, beforeMs: number): boolean {
  const rows = database
    .prepare(
      `SELECT binding_id AS bindingId, cluster FROM clusters
        WHERE EXISTS (SELECT 1 FROM json_each(cluster, '$.exemplars') WHERE json_extract(value, '$.at') < ?)
        LIMIT ${CLUSTERS_AT_ONCE}`,
    )
    .all(beforeMs)
    .map((row) => asRow<{ bindingId: number; cluster: string }>(row));
  const write = database.prepare('UPDATE clusters SET cluster = ? WHERE binding_id = ? AND cluster_id = ?');
  for (const { bindingId, cluster } of rows) {
    const kept = withoutExamplesBefore(JSON.parse(cluster), beforeMs);
    write.run(JSON.stringify(kept), bindingId, kept.id);
  }
  return rows.length > 0;
}

function withoutExamplesBefore(cluster: Cluster, beforeMs: number): Cluster {
  return { ...cluster, exemplars: cluster.exemplars.filter(({ at }) => at >= beforeMs) };
}
