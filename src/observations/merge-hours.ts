// Windows of ten seconds are for live views and for crashes: after a day the windows of an hour become one, or a store would
// grow by millions of rows a month.
import type { DatabaseSync } from 'node:sqlite';
import { addEncoded, createSketch, encodeSketch } from './latency-sketch.ts';
import { addCounts, createCounts, type OperationCounts } from './operation-counts.ts';
import { asRow } from './schema.ts';
import { withoutZeros } from './store-writes.ts';

const HOUR_MS = 3_600_000;
/** What is younger is left as it was written. */
const YOUNG_MS = 24 * HOUR_MS;

/**
 * Requests of legacy after which no policy can still be freezing its latency (those that bound p99.99 need 29,956). Before,
 * an operation keeps its windows: which of them the baseline ends with must not change by merging them.
 */
export const FROZEN_REQUESTS = 30_000;

interface Hour {
  readonly bindingId: number;
  readonly fromMs: number;
}

/** Merges the oldest hour of some binding that is not yet; false when there is none. Expects to run in a transaction. */
export function mergeOneHour(database: DatabaseSync, nowMs: number): boolean {
  const hour = findHour(database, nowMs - YOUNG_MS);
  if (!hour) return false;
  mergeHour(database, hour);
  return true;
}

function findHour(database: DatabaseSync, untilMs: number): Hour | undefined {
  const bindings = database.prepare('SELECT id, merged_until_ms AS mergedMs FROM bindings').all();
  const first = database.prepare(
    'SELECT from_ms AS fromMs FROM windows WHERE binding_id = ? AND from_ms >= ? ORDER BY from_ms LIMIT 1',
  );
  for (const row of bindings) {
    const { id, mergedMs } = asRow<{ id: number; mergedMs: number }>(row);
    const found = asRow<{ fromMs: number } | undefined>(first.get(id, mergedMs));
    const fromMs = found && Math.floor(found.fromMs / HOUR_MS) * HOUR_MS;
    if (fromMs !== undefined && fromMs + HOUR_MS <= untilMs) return { bindingId: id, fromMs };
  }
  return undefined;
}

interface Row {
  readonly windowId: number;
  readonly toMs: number;
  readonly operationId: string;
  readonly counts: string;
  readonly legacy: Uint8Array<ArrayBuffer>;
  readonly candidate: Uint8Array<ArrayBuffer>;
}

function mergeHour(database: DatabaseSync, { bindingId, fromMs }: Hour): void {
  const rows = database
    .prepare(
      `SELECT w.id AS windowId, w.to_ms AS toMs, o.operation_id AS operationId, o.counts,
              o.legacy_latency AS legacy, o.candidate_latency AS candidate
         FROM windows w JOIN window_operations o ON o.window_id = w.id
        WHERE w.binding_id = ? AND w.from_ms >= ? AND w.from_ms < ? ORDER BY w.from_ms, w.id`,
    )
    .all(bindingId, fromMs, fromMs + HOUR_MS)
    .map((row) => asRow<Row>(row));
  for (const [operationId, same] of Map.groupBy(rows, (row) => row.operationId))
    mergeOperation(database, { bindingId, operationId, rows: same });
  database.prepare('UPDATE bindings SET merged_until_ms = ? WHERE id = ?').run(fromMs + HOUR_MS, bindingId);
}

interface OperationHour {
  readonly bindingId: number;
  readonly operationId: string;
  /** In the order of their time. */
  readonly rows: readonly Row[];
}

function mergeOperation(database: DatabaseSync, { bindingId, operationId, rows }: OperationHour): void {
  const legacy = sumOf(rows.map((row) => row.legacy));
  const before = addSeen(database, { bindingId, operationId, requests: legacy.count });
  const [first, ...others] = rows;
  if (!first || others.length === 0 || before < FROZEN_REQUESTS) return;
  const counts = createCounts();
  for (const row of rows) addCounts(counts, asRow<OperationCounts>(JSON.parse(row.counts)));
  const candidate = sumOf(rows.map((row) => row.candidate));
  database
    .prepare(
      `UPDATE window_operations SET counts = ?, legacy_latency = ?, candidate_latency = ?
        WHERE window_id = ? AND operation_id = ?`,
    )
    .run(
      JSON.stringify(counts, withoutZeros),
      encodeSketch(legacy),
      encodeSketch(candidate),
      first.windowId,
      operationId,
    );
  const remove = database.prepare('DELETE FROM window_operations WHERE window_id = ? AND operation_id = ?');
  for (const { windowId } of others) remove.run(windowId, operationId);
  const toMs = Math.max(...rows.map((row) => row.toMs));
  database.prepare('UPDATE windows SET to_ms = max(to_ms, ?) WHERE id = ?').run(toMs, first.windowId);
}

function sumOf(encoded: readonly Uint8Array[]): ReturnType<typeof createSketch> {
  const sum = createSketch();
  for (const each of encoded) addEncoded(sum, each);
  return sum;
}

interface Seen {
  readonly bindingId: number;
  readonly operationId: string;
  readonly requests: number;
}

/** Adds to what legacy was seen to answer, and returns what that was before. */
function addSeen(database: DatabaseSync, { bindingId, operationId, requests }: Seen): number {
  const select = 'SELECT legacy_requests AS n FROM merged_operations WHERE binding_id = ? AND operation_id = ?';
  const known = asRow<{ n: number } | undefined>(database.prepare(select).get(bindingId, operationId))?.n ?? 0;
  database
    .prepare('INSERT OR REPLACE INTO merged_operations VALUES (?, ?, ?)')
    .run(bindingId, operationId, known + requests);
  return known;
}
