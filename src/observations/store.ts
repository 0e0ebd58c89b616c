import { statSync } from 'node:fs';
import type { BreachCount, Cluster, Evidence, EvidenceBinding } from '../core/index.ts';
import { openDatabase, type StoreOptions } from './database.ts';
import type { Mark } from './mark.ts';
import { type Retention, retainStep, usedBytes } from './retention.ts';
import { inTransaction } from './schema.ts';
import { storeError, withStoreErrors } from './store-errors.ts';
import {
  readBreaches,
  readClusters,
  readCovered,
  readEvidence,
  readLatestBinding,
  readMarks,
  readUnclustered,
} from './store-reads.ts';
import { beginBinding, writeMark, writeWindow } from './store-writes.ts';
import type { WindowRecord } from './window.ts';

/** Evidence on disk. Every method blocks its thread for as long as the disk or another process's lock takes. */
export interface Store {
  /** Makes a binding the latest: from now on, evidence is what was recorded under it. */
  beginBinding(binding: EvidenceBinding): void;
  /** Takes a window whole or not at all; one whose id it has is ignored. */
  recordWindow(binding: EvidenceBinding, record: WindowRecord): void;
  /** A mark that it has is ignored. */
  recordMark(mark: Mark): void;
  latestBinding(): EvidenceBinding | undefined;
  /** Of the latest binding unless one is given. `baselineRequests`: how many of legacy's requests freeze its latency. */
  readEvidence(binding?: EvidenceBinding, baselineRequests?: number): Evidence;
  /** Most exchanges first. Of the latest binding unless one is given. */
  readClusters(binding?: EvidenceBinding): readonly Cluster[];
  /** Ids of the points of the contract that were covered, by operation. Of the latest binding unless one is given. */
  readCovered(binding?: EvidenceBinding): ReadonlyMap<string, ReadonlySet<string>>;
  /** How the sides break the contract, most pairs first. Of the latest binding unless one is given. */
  readBreaches(binding?: EvidenceBinding): readonly BreachCount[];
  /** How many findings belong to no stored cluster because there were too many causes. */
  readUnclustered(binding?: EvidenceBinding): number;
  /** Gives up what is no longer to be kept, for about so long; true when some of it is left. */
  retain(retention: Retention, nowMs: number, budgetMs?: number): boolean;
  usedBytes(): number;
  /** In the order of their time. */
  readMarks(): readonly Mark[];
  close(): void;
}

const NO_BINDING: EvidenceBinding = { contract: 'unknown', rules: 'unknown', build: 'unknown' };

/** Opens the store, and makes it unless `readOnly`. Throws a ParitygateError with code `PG_STORE_*`. */
export function openStore(options: StoreOptions): Store {
  const { path } = options;
  const database = openDatabase(options);
  const inode = statSync(path).ino;

  const read = <Result>(work: () => Result): Result => withStoreErrors(path, work);
  const write = (work: () => void): void => {
    validateInPlace(path, inode);
    withStoreErrors(path, () => inTransaction(database, work));
  };
  const latest = (): EvidenceBinding => readLatestBinding(database) ?? NO_BINDING;

  return {
    beginBinding: (binding) => write(() => beginBinding(database, binding)),
    recordWindow: (binding, record) => write(() => writeWindow(database, binding, record)),
    recordMark: (mark) => write(() => writeMark(database, mark)),
    latestBinding: () => read(() => readLatestBinding(database)),
    readEvidence: (binding, baselineRequests) =>
      read(() => readEvidence(database, binding ?? latest(), baselineRequests)),
    readClusters: (binding) => read(() => readClusters(database, binding ?? latest())),
    readBreaches: (binding) => read(() => readBreaches(database, binding ?? latest())),
    readCovered: (binding) => read(() => readCovered(database, binding ?? latest())),
    readUnclustered: (binding) => read(() => readUnclustered(database, binding ?? latest())),
    retain: (retention, nowMs, budgetMs = RETAIN_MS) => {
      validateInPlace(path, inode);
      return withStoreErrors(path, () => retainFor(budgetMs, () => retainStep(database, retention, nowMs)));
    },
    usedBytes: () => read(() => usedBytes(database)),
    readMarks: () => read(() => readMarks(database)),
    close: () => database.close(),
  };
}

const RETAIN_MS = 50;

function retainFor(budgetMs: number, step: () => boolean): boolean {
  const endMs = performance.now() + budgetMs;
  while (step()) if (performance.now() >= endMs) return true;
  return false;
}

/** SQLite goes on writing into a file that was deleted under it, where nobody will ever read it. */
function validateInPlace(path: string, inode: number): void {
  if (statSync(path, { throwIfNoEntry: false })?.ino === inode) return;
  throw storeError('PG_STORE_MISSING', `the store ${path} was moved or deleted while it was open`);
}
