import { existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { isEmptyStore, migrate, validateSchema } from './schema.ts';
import { sqliteCode, storeError, withStoreErrors } from './store-errors.ts';

export interface StoreOptions {
  readonly path: string;
  /** Default false. */
  readonly readOnly?: boolean | undefined;
  /** How long to wait for another process's lock. Default 2,000. Blocks the calling thread. */
  readonly busyTimeoutMs?: number | undefined;
  /** Upper bound on the size of the file, in pages of 4 KiB. Default: the disk. */
  readonly maxPages?: number | undefined;
}

const BUSY_TIMEOUT_MS = 2000;

/** Opens the file, or throws an error of the catalogue and leaves the file as it was. */
export function openDatabase(options: StoreOptions): DatabaseSync {
  return withStoreErrors(options.path, () => (options.readOnly ? openForReading(options) : openForWriting(options)));
}

function openForWriting(options: StoreOptions): DatabaseSync {
  makeDirectory(options.path);
  return prepared(new DatabaseSync(options.path), (database) => {
    setLimits(database, options);
    validateSchema(database, options.path);
    // Kept in the file. Switching takes the lock, so it is not asked for again.
    const { journal_mode: mode } = { ...database.prepare('PRAGMA journal_mode').get() };
    if (mode !== 'wal') database.exec('PRAGMA journal_mode = WAL');
    migrate(database);
  });
}

function openForReading(options: StoreOptions): DatabaseSync {
  const { path } = options;
  if (!existsSync(path)) throw storeError('PG_STORE_MISSING', `there is no store at ${path}`);
  try {
    return prepared(new DatabaseSync(path, { readOnly: true }), (database) => prepareReading(database, options));
  } catch (error) {
    if (!isReadOnlyDirectory(path, error)) throw error;
    // Without its side files, which it cannot make there, a store is read by promising that nobody writes it.
    const url = new URL(`${pathToFileURL(path).href}?immutable=1`);
    return prepared(new DatabaseSync(url, { readOnly: true }), (database) => prepareReading(database, options));
  }
}

function prepareReading(database: DatabaseSync, options: StoreOptions): void {
  setLimits(database, options);
  validateSchema(database, options.path);
  if (isEmptyStore(database)) throw storeError('PG_STORE_MISSING', `the store ${options.path} holds nothing yet`);
}

function isReadOnlyDirectory(path: string, error: unknown): boolean {
  const code = sqliteCode(error);
  return (code === 8 || code === 14) && !existsSync(`${path}-wal`) && statSync(path).isFile();
}

function setLimits(database: DatabaseSync, options: StoreOptions): void {
  database.exec(`PRAGMA busy_timeout = ${Math.trunc(options.busyTimeoutMs ?? BUSY_TIMEOUT_MS)}`);
  if (options.maxPages !== undefined) database.exec(`PRAGMA max_page_count = ${Math.trunc(options.maxPages)}`);
}

function prepared(database: DatabaseSync, prepare: (database: DatabaseSync) => void): DatabaseSync {
  try {
    prepare(database);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function makeDirectory(path: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const code = /EACCES|EROFS|EPERM/.test(reason) ? 'PG_STORE_READ_ONLY' : 'PG_STORE_UNUSABLE';
    throw storeError(code, `the directory of the store ${path} cannot be made: ${reason}`, error);
  }
}
