import { statSync } from 'node:fs';
import { type ErrorCode, ParitygateError } from '../core/index.ts';

// Primary result codes: https://www.sqlite.org/rescode.html
const SQLITE = { perm: 3, busy: 5, locked: 6, readOnly: 8, full: 13, cannotOpen: 14 } as const;

type StoreErrorCode = Extract<ErrorCode, `PG_STORE_${string}`>;

const FIXES: Readonly<Record<StoreErrorCode, string>> = {
  PG_STORE_MISSING: 'run `paritygate serve` or `paritygate demo` with this store first, or check the path',
  PG_STORE_READ_ONLY: 'make the file and its directory writable for this user, or set `store` to another path',
  PG_STORE_LOCKED: 'stop the other process that holds it, such as a backup or a database browser',
  PG_STORE_FULL: 'free space on the disk that holds it; writing then goes on by itself',
  PG_STORE_NEWER: 'use the version of Paritygate that wrote it, or set `store` to another path',
  PG_STORE_UNUSABLE: 'move the file away, so that a new one is made, or set `store` to another path',
};

export function storeError(code: StoreErrorCode, message: string, cause?: unknown): ParitygateError {
  return new ParitygateError(code, message, { fix: FIXES[code], cause });
}

/** Runs a piece of work on the store at `path`; what SQLite throws comes out as an error that the user can act on. */
export function withStoreErrors<Result>(path: string, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    throw translate(path, error);
  }
}

function translate(path: string, error: unknown): unknown {
  if (error instanceof ParitygateError) return error;
  const code = sqliteCode(error);
  // What a row holds is JSON or a sketch; both say SyntaxError when the bytes are not theirs.
  if (code === undefined && !(error instanceof SyntaxError)) return error;
  const reason = error instanceof Error ? error.message : String(error);
  if (code === SQLITE.busy || code === SQLITE.locked) {
    return storeError('PG_STORE_LOCKED', `the store ${path} is locked by another process`, error);
  }
  if (code === SQLITE.full) return storeError('PG_STORE_FULL', `the store ${path} is full: ${reason}`, error);
  if (code === SQLITE.readOnly || code === SQLITE.perm || (code === SQLITE.cannotOpen && !isDirectory(path))) {
    return storeError('PG_STORE_READ_ONLY', `the store ${path} cannot be written: ${reason}`, error);
  }
  return storeError('PG_STORE_UNUSABLE', `the store ${path} cannot be used: ${reason}`, error);
}

export function sqliteCode(error: unknown): number | undefined {
  if (!(error instanceof Error && 'errcode' in error && typeof error.errcode === 'number')) return undefined;
  return error.errcode & 0xff;
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
