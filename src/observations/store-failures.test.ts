import assert from 'node:assert/strict';
import {
  chmodSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, type TestContext, test } from 'node:test';
import { type ErrorCode, ParitygateError } from '../core/index.ts';
import { BINDING, recordOf, sampleFinding, sampleObservation, storePath } from '../testing/observations.ts';
import { openStore } from './store.ts';

/** The error names its file and says what to do. */
function failsWith(code: ErrorCode, path: string) {
  return (error: unknown): boolean => {
    assert.ok(error instanceof ParitygateError, String(error));
    assert.equal(error.code, code);
    assert.ok(error.message.includes(path), error.message);
    assert.ok(error.fix);
    return true;
  };
}

function sampleRecord(target = '/trades/1') {
  return recordOf([sampleObservation({ target, outcome: 'different', findings: [sampleFinding()] })]);
}

function writtenStore(): string {
  const path = storePath();
  const store = openStore({ path });
  store.recordWindow(BINDING, sampleRecord());
  store.close();
  return path;
}

function countStored(path: string): number | undefined {
  const store = openStore({ path, readOnly: true });
  const eligible = store.readEvidence().operations[0]?.eligible;
  store.close();
  return eligible;
}

function openRaw(context: TestContext, path: string): DatabaseSync {
  const database = new DatabaseSync(path);
  context.after(() => database.isOpen && database.close());
  return database;
}

/** Permissions do not bind root, so the work is done as nobody where the tests run as root. */
function withoutPrivileges(work: () => void): void {
  const isRoot = process.geteuid?.() === 0;
  if (isRoot) process.seteuid?.(65_534);
  try {
    work();
  } finally {
    if (isRoot) process.seteuid?.(0);
  }
}

function withModes(modes: Readonly<Record<string, number>>, work: () => void): void {
  for (const [path, mode] of Object.entries(modes)) chmodSync(path, mode);
  try {
    withoutPrivileges(work);
  } finally {
    for (const path of Object.keys(modes)) chmodSync(path, 0o777);
  }
}

describe('a missing store', () => {
  test('is told to whoever reads, and not made', () => {
    const path = storePath();
    assert.throws(() => openStore({ path, readOnly: true }), failsWith('PG_STORE_MISSING', path));
    assert.deepEqual(readdirSync(dirname(path)), []);
  });

  test('is also one that nothing was ever written to', () => {
    const path = storePath();
    writeFileSync(path, '');
    assert.throws(() => openStore({ path, readOnly: true }), failsWith('PG_STORE_MISSING', path));
  });

  test('is noticed when the file is deleted or replaced under an open store', (context) => {
    const path = writtenStore();
    const store = openStore({ path });
    context.after(() => store.close());
    renameSync(path, `${path}.moved`);
    assert.throws(() => store.recordWindow(BINDING, sampleRecord()), failsWith('PG_STORE_MISSING', path));
    writeFileSync(path, '');
    assert.throws(() => store.recordWindow(BINDING, sampleRecord()), failsWith('PG_STORE_MISSING', path));
  });
});

describe('a locked store', () => {
  test('is given up after the busy timeout, and loses nothing it had', (context) => {
    const path = writtenStore();
    const store = openStore({ path, busyTimeoutMs: 10 });
    context.after(() => store.close());
    const other = openRaw(context, path);
    other.exec('BEGIN EXCLUSIVE');
    assert.throws(() => store.recordWindow(BINDING, sampleRecord()), failsWith('PG_STORE_LOCKED', path));
    assert.throws(() => openStore({ path, busyTimeoutMs: 10 }), failsWith('PG_STORE_LOCKED', path));
    assert.equal(countStored(path), 1, 'a writer does not lock readers out');
    other.exec('ROLLBACK');
    store.recordWindow(BINDING, sampleRecord());
    assert.equal(countStored(path), 2);
  });

  test('is told to readers too where they are locked out', (context) => {
    const path = writtenStore();
    const other = openRaw(context, path);
    other.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; COMMIT');
    assert.throws(() => openStore({ path, readOnly: true, busyTimeoutMs: 10 }), failsWith('PG_STORE_LOCKED', path));
  });
});

describe('a store that may not be written', { skip: process.platform === 'win32' }, () => {
  test('refuses to open for writing, and is read all the same, directory and all', () => {
    const path = writtenStore();
    withModes({ [path]: 0o444, [dirname(path)]: 0o555 }, () => {
      assert.throws(() => openStore({ path }), failsWith('PG_STORE_READ_ONLY', path));
      const within = `${dirname(path)}/new.db`;
      assert.throws(() => openStore({ path: within }), failsWith('PG_STORE_READ_ONLY', within));
      const deeper = `${dirname(path)}/deeper/new.db`;
      assert.throws(() => openStore({ path: deeper }), failsWith('PG_STORE_READ_ONLY', deeper));
      assert.equal(countStored(path), 1);
    });
    assert.deepEqual(readdirSync(dirname(path)), ['observations.db']);
  });

  test('refuses to open for writing when only the file is read-only', () => {
    const path = writtenStore();
    withModes({ [path]: 0o444, [dirname(path)]: 0o777 }, () => {
      assert.throws(() => openStore({ path }), failsWith('PG_STORE_READ_ONLY', path));
    });
  });

  test('refuses to write when it was opened for reading', (context) => {
    const path = writtenStore();
    const store = openStore({ path, readOnly: true });
    context.after(() => store.close());
    assert.throws(() => store.recordWindow(BINDING, sampleRecord()), failsWith('PG_STORE_READ_ONLY', path));
  });
});

describe('a full store', () => {
  test('takes a window whole or not at all, keeps what it had, and goes on when there is room again', (context) => {
    const path = writtenStore();
    const pages = statSync(path).size / 4096;
    const small = openStore({ path, maxPages: pages + 4 });
    const large = recordOf(
      Array.from({ length: 500 }, (_, n) =>
        sampleObservation({ outcome: 'different', findings: [sampleFinding({ place: `#/p/${n}` })] }),
      ),
    );
    assert.throws(() => small.recordWindow(BINDING, large), failsWith('PG_STORE_FULL', path));
    assert.equal(small.readEvidence().operations[0]?.eligible, 1);
    assert.equal(small.readClusters().length, 1);
    small.close();
    const roomy = openStore({ path, maxPages: pages + 10_000 });
    context.after(() => roomy.close());
    roomy.recordWindow(BINDING, large);
    assert.equal(roomy.readEvidence().operations[0]?.eligible, 501);
    assert.equal(roomy.readClusters().length, 501);
  });
});

describe('a store of a newer version', () => {
  test('is refused for reading and writing, and left as it is', (context) => {
    const path = writtenStore();
    const raw = openRaw(context, path);
    raw.exec('PRAGMA user_version = 99; DROP TABLE window_operations');
    raw.close();
    const before = readFileSync(path);
    for (const readOnly of [false, true]) {
      assert.throws(() => openStore({ path, readOnly }), failsWith('PG_STORE_NEWER', path));
    }
    assert.deepEqual(readFileSync(path), before);
  });
});

describe('a file that is no store', () => {
  test('is refused when it is a directory, text, or below a file', () => {
    const path = storePath();
    const text = `${path}.txt`;
    const below = `${text}/observations.db`;
    mkdirSync(path);
    writeFileSync(text, 'name,price\n'.repeat(1000));
    for (const place of [path, text, below]) {
      assert.throws(() => openStore({ path: place }), failsWith('PG_STORE_UNUSABLE', place));
    }
    assert.throws(() => openStore({ path, readOnly: true }), failsWith('PG_STORE_UNUSABLE', path));
    assert.equal(readFileSync(text, 'utf8'), 'name,price\n'.repeat(1000));
  });

  test('is refused when it is the database of another program, and left as it is', (context) => {
    const path = storePath();
    for (const pragma of ['user_version = 0', 'user_version = 1', 'application_id = 7; PRAGMA user_version = 99']) {
      rmSync(path, { force: true });
      const raw = openRaw(context, path);
      raw.exec(`PRAGMA ${pragma}; CREATE TABLE customers (name TEXT)`);
      raw.close();
      const before = readFileSync(path);
      assert.throws(() => openStore({ path }), failsWith('PG_STORE_UNUSABLE', path));
      assert.deepEqual(readFileSync(path), before);
    }
  });

  test('is refused when it was overwritten in the middle', () => {
    const path = writtenStore();
    const file = openSync(path, 'r+');
    writeSync(file, Buffer.alloc(statSync(path).size - 4096, 0xa5), 0, undefined, 4096);
    const read = () => {
      const store = openStore({ path, readOnly: true });
      try {
        return store.readEvidence();
      } finally {
        store.close();
      }
    };
    assert.throws(read, failsWith('PG_STORE_UNUSABLE', path));
  });

  test('is refused when a row does not hold what it should', (context) => {
    const path = writtenStore();
    const raw = openRaw(context, path);
    raw.exec(`UPDATE window_operations SET counts = '{"eligible":'; UPDATE clusters SET cluster = 'no'`);
    raw.close();
    const store = openStore({ path, readOnly: true });
    context.after(() => store.close());
    assert.throws(() => store.readEvidence(), failsWith('PG_STORE_UNUSABLE', path));
    assert.throws(() => store.readClusters(), failsWith('PG_STORE_UNUSABLE', path));
  });
});
