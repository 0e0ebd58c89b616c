import { createHmac, randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { ParitygateError } from './core/index.ts';

/** The key that marks of redacted values are made with: one for each store, so that equality survives restarts. */
function loadRedactionKey(storePath: string): string {
  const path = `${storePath}.key`;
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, randomBytes(32).toString('hex'), { mode: 0o600, flag: 'wx' });
  } catch (cause) {
    if (!isExisting(cause)) throw unwritable(path, cause);
  }
  return readKey(path);
}

function readKey(path: string): string {
  try {
    const key = readFileSync(path, 'utf8').trim();
    if (key.length >= 64) return key;
  } catch (cause) {
    throw unwritable(path, cause);
  }
  // An empty key would make the marks of short secrets guessable; it is what a crash between opening and writing leaves.
  throw unwritable(path, new Error('the key is cut short; delete it and a new one is made'));
}

/** The marks of redacted values: equal texts alike, and telling nothing of them to whoever lacks the key. */
export interface Redaction {
  /** Reads the key, or makes one. */
  start(): void;
  key(): string;
  hash(text: string): string;
}

export function createRedaction(storePath: string): Redaction {
  let key = '';
  return {
    start: () => {
      key = loadRedactionKey(storePath);
    },
    key: () => key,
    hash: (text) => createHmac('sha256', key).update(text).digest('hex'),
  };
}

function isExisting(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EEXIST';
}

function unwritable(path: string, cause: unknown): ParitygateError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new ParitygateError('PG_STORE_READ_ONLY', `cannot write beside the store: ${why}`, {
    at: { file: path },
    cause,
    fix: 'point `store` to a directory that this user may write to',
  });
}
