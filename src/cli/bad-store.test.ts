import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, chmodSync, constants } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { describe, type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { ErrorCode } from '../core/index.ts';
import { openStore } from '../observations/index.ts';
import { assertOneError, createWorkspace, filesOf, runCommand, type Workspace } from '../testing/cli.ts';

const FILES = filesOf({ legacy: 'http://127.0.0.1:3000', candidate: 'http://127.0.0.1:4000' });
const MARK = { at: 1, group: 'things', from: 0, to: 10, who: 'ada', reason: undefined };

/** A workspace whose store holds something that must not be lost. */
function recordedWorkspace(t: TestContext): Workspace {
  const workspace = createWorkspace(t, FILES);
  const store = openStore({ path: workspace.path('observations.db') });
  store.recordMark(MARK);
  store.close();
  return workspace;
}

function openRaw(t: TestContext, { path }: Workspace): DatabaseSync {
  const database = new DatabaseSync(path('observations.db'));
  t.after(() => database.isOpen && database.close());
  return database;
}

const HOLDER = `
  import { DatabaseSync } from 'node:sqlite';
  globalThis.database = new DatabaseSync('observations.db');
  database.exec('BEGIN EXCLUSIVE');
  console.log('locked');
  process.stdin.resume();
`;

/** Locks the store from another process: POSIX drops the locks of one that opens and closes the file a second time. */
async function lock(t: TestContext, { directory }: Workspace): Promise<() => Promise<unknown>> {
  const args = ['--input-type=module', '--eval', HOLDER];
  const holder = spawn(process.execPath, args, { cwd: directory, stdio: ['pipe', 'pipe', 'inherit'], timeout: 30_000 });
  t.after(() => holder.kill('SIGKILL'));
  const exited = once(holder, 'exit');
  await once(holder.stdout, 'data');
  return () => {
    holder.stdin.end();
    return exited;
  };
}

interface Refusal {
  readonly code: ErrorCode;
  readonly says: RegExp;
  readonly fix: RegExp;
  readonly uid?: number | undefined;
}

/** `serve`, which writes, and where `readers` too the commands that read refuse the store and leave it as it was. */
async function refuses(workspace: Workspace, refusal: Refusal, commands: readonly string[]): Promise<void> {
  const { uid, ...expected } = refusal;
  const before = workspace.snapshot();
  for (const command of commands) {
    const run = await runCommand(workspace, [command], { uid });
    assertOneError(run, { exitCode: 4, ...expected });
    assert.ok(run.stderr.includes(workspace.path('observations.db')), 'the store is named');
  }
  assert.deepEqual({ ...workspace.snapshot(), ...before }, workspace.snapshot(), 'the files are as they were');
}

function assertKept({ path }: Workspace): void {
  const store = openStore({ path: path('observations.db'), readOnly: true });
  assert.deepEqual(store.readMarks(), [MARK]);
  store.close();
}

describe('a store that cannot be used', { concurrency: 2 }, () => {
  test('because it is locked, is refused once the wait is over, and usable when the lock is gone', async (t) => {
    const workspace = recordedWorkspace(t);
    const release = await lock(t, workspace);
    const [says, fix] = [/is locked by another process/, /stop the other process that holds it/];
    await refuses(workspace, { code: 'PG_STORE_LOCKED', says, fix }, ['serve']);
    await release();
    assertKept(workspace);
  });

  test('because a newer version wrote it, is refused', async (t) => {
    const workspace = recordedWorkspace(t);
    const database = openRaw(t, workspace);
    database.exec('PRAGMA user_version = 999');
    database.close();
    const [says, fix] = [
      /was written by a newer version: its schema is 999/,
      /use the version of Paritygate that wrote it/,
    ];
    await refuses(workspace, { code: 'PG_STORE_NEWER', says, fix }, ['serve', 'gate', 'report']);
  });

  test('because it is no database, is refused', async (t) => {
    const workspace = createWorkspace(t, { ...FILES, 'observations.db': 'a letter, not a database\n'.repeat(100) });
    const [says, fix] = [/cannot be used: file is not a database/, /move the file away, so that a new one is made/];
    await refuses(workspace, { code: 'PG_STORE_UNUSABLE', says, fix }, ['serve', 'gate', 'report']);
  });

  test("because it is another program's, is refused", async (t) => {
    const workspace = createWorkspace(t, FILES);
    const database = openRaw(t, workspace);
    database.exec('CREATE TABLE letters (body TEXT)');
    database.close();
    const [says, fix] = [/is the database of another program/, /move the file away/];
    await refuses(workspace, { code: 'PG_STORE_UNUSABLE', says, fix }, ['serve', 'gate']);
  });

  test('because it may not be written, is refused by what writes, and read by what reads', async (t) => {
    const uid = unprivileged();
    if (uid === 'none') return t.skip('root reads and writes everything, and nobody else may read this checkout');
    const workspace = recordedWorkspace(t);
    const store = workspace.path('observations.db');
    workspace.write('observations.db.key', 'f'.repeat(64));
    chmodSync(store, 0o444);
    const [says, fix] = [/cannot be written/, /make the file and its directory writable for this user/];
    await refuses(workspace, { code: 'PG_STORE_READ_ONLY', says, fix, uid }, ['serve']);
    const gate = await runCommand(workspace, ['gate', '--json'], { uid });
    assert.equal(JSON.parse(gate.stdout).verdict, 'inconclusive', gate.stderr);
    assert.equal(gate.exitCode, 3);
    assertKept(workspace);
  });

  test('because nothing may be made in its directory, is refused before anything listens', async (t) => {
    const uid = unprivileged();
    if (uid === 'none') return t.skip('root writes everywhere, and nobody else may read this checkout');
    const workspace = createWorkspace(t, FILES);
    chmodSync(workspace.directory, 0o555);
    const [says, fix] = [
      /cannot be written: unable to open database file/,
      /make the file and its directory writable for this user/,
    ];
    const run = await runCommand(workspace, ['serve'], { uid });
    chmodSync(workspace.directory, 0o755);
    assertOneError(run, { exitCode: 4, code: 'PG_STORE_READ_ONLY', says, fix });
  });
});

const NOBODY = 65_534;

/** Permissions do not bind root: the user to run as instead, undefined for the present one. */
function unprivileged(): number | undefined | 'none' {
  if (process.platform === 'win32') return 'none';
  if (process.geteuid?.() !== 0) return undefined;
  process.seteuid?.(NOBODY);
  try {
    for (const needed of [process.execPath, fileURLToPath(import.meta.url)]) accessSync(needed, constants.R_OK);
    return NOBODY;
  } catch {
    return 'none';
  } finally {
    process.seteuid?.(0);
  }
}
