import type { DatabaseSync } from 'node:sqlite';
import { storeError } from './store-errors.ts';

/** `Prty`: marks the file as ours, so that somebody else's database is never written into. */
const APPLICATION_ID = 0x50727479;

/** Migration n takes a store from schema version n to n + 1. What has been released is never edited. */
const MIGRATIONS: readonly string[] = [
  `CREATE TABLE bindings (
     id INTEGER PRIMARY KEY,
     contract TEXT NOT NULL,
     rules TEXT NOT NULL,
     build TEXT NOT NULL,
     begun INTEGER NOT NULL,
     UNIQUE (contract, rules, build)
   ) STRICT;
   CREATE TABLE windows (
     id INTEGER PRIMARY KEY,
     record_id TEXT NOT NULL UNIQUE,
     binding_id INTEGER NOT NULL REFERENCES bindings (id),
     from_ms REAL NOT NULL,
     to_ms REAL NOT NULL,
     unclustered_findings INTEGER NOT NULL
   ) STRICT;
   CREATE INDEX windows_by_time ON windows (binding_id, from_ms, id);
   CREATE TABLE window_operations (
     window_id INTEGER NOT NULL REFERENCES windows (id),
     operation_id TEXT NOT NULL,
     operation_group TEXT,
     counts TEXT NOT NULL,
     legacy_latency BLOB NOT NULL,
     candidate_latency BLOB NOT NULL,
     PRIMARY KEY (window_id, operation_id)
   ) STRICT, WITHOUT ROWID;
   CREATE TABLE clusters (
     binding_id INTEGER NOT NULL REFERENCES bindings (id),
     cluster_id TEXT NOT NULL,
     exchanges INTEGER NOT NULL,
     cluster TEXT NOT NULL,
     PRIMARY KEY (binding_id, cluster_id)
   ) STRICT;
   CREATE TABLE marks (
     at_ms REAL NOT NULL,
     flag_group TEXT NOT NULL,
     from_percent REAL,
     to_percent REAL NOT NULL,
     who TEXT NOT NULL,
     reason TEXT,
     UNIQUE (at_ms, flag_group, from_percent, to_percent, who)
   ) STRICT;`,
  `ALTER TABLE bindings ADD COLUMN merged_until_ms REAL NOT NULL DEFAULT 0;
   CREATE TABLE merged_operations (
     binding_id INTEGER NOT NULL REFERENCES bindings (id),
     operation_id TEXT NOT NULL,
     legacy_requests INTEGER NOT NULL,
     PRIMARY KEY (binding_id, operation_id)
   ) STRICT, WITHOUT ROWID;
   CREATE TABLE covered (
     binding_id INTEGER NOT NULL REFERENCES bindings (id),
     operation_id TEXT NOT NULL,
     point TEXT NOT NULL,
     PRIMARY KEY (binding_id, operation_id, point)
   ) STRICT, WITHOUT ROWID;
   CREATE TABLE breaches (
     binding_id INTEGER NOT NULL REFERENCES bindings (id),
     breach_key TEXT NOT NULL,
     breach TEXT NOT NULL,
     PRIMARY KEY (binding_id, breach_key)
   ) STRICT;`,
];

export const SCHEMA_VERSION = MIGRATIONS.length;

/** Throws when the file is not ours or from a newer version, before anything is written to it. */
export function validateSchema(database: DatabaseSync, path: string): void {
  const version = readPragma(database, 'user_version');
  const application = readPragma(database, 'application_id');
  if (application !== APPLICATION_ID && isForeign(database, application, version)) {
    throw storeError('PG_STORE_UNUSABLE', `${path} is the database of another program`);
  }
  if (version > SCHEMA_VERSION) {
    const reach = `its schema is ${version}, and this version knows up to ${SCHEMA_VERSION}`;
    throw storeError('PG_STORE_NEWER', `the store ${path} was written by a newer version: ${reach}`);
  }
}

function isForeign(database: DatabaseSync, application: number, version: number): boolean {
  if (application !== 0) return true;
  const { tables } = asRow<{ tables: number }>(database.prepare('SELECT count(*) AS tables FROM sqlite_schema').get());
  return tables > 0 && version <= SCHEMA_VERSION;
}

export function isEmptyStore(database: DatabaseSync): boolean {
  return readPragma(database, 'user_version') === 0;
}

/** Brings the schema up to date, and finds out now, not at the first window, whether the file can be written. */
export function migrate(database: DatabaseSync): void {
  inTransaction(database, () => {
    const version = readPragma(database, 'user_version');
    // Changes nothing, and fails on a read-only file, where BEGIN IMMEDIATE quietly begins to read instead.
    if (version >= SCHEMA_VERSION) return database.exec('UPDATE bindings SET begun = begun WHERE false');
    for (const migration of MIGRATIONS.slice(version)) database.exec(migration);
    database.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${SCHEMA_VERSION}`);
  });
}

export function inTransaction(database: DatabaseSync, work: () => void): void {
  database.exec('BEGIN IMMEDIATE');
  try {
    work();
    database.exec('COMMIT');
  } catch (error) {
    // SQLite has already rolled back by itself on some errors, SQLITE_FULL among them.
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
}

function readPragma(database: DatabaseSync, name: 'user_version' | 'application_id'): number {
  return asRow<Record<typeof name, number>>(database.prepare(`PRAGMA ${name}`).get())[name];
}

/** A row as the type of the columns that its query names. */
export function asRow<Row>(row: unknown): Row {
  // The tables are STRICT, so the columns have the types of the schema above.
  return row as Row;
}
