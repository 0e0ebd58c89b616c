// The store is locked, gone, replaced or full, the thread that writes to it is killed, or a report is made of it: live
// answers stay legacy's, and what was seen is written later or kept in a file.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Worker } from 'node:worker_threads';
import { openStore } from './observations/index.ts';
import { type AppUnderTest, startApp } from './testing/app.ts';
import { createWorkspace, filesOf, runCommand, startServe, until } from './testing/cli.ts';
import {
  assertAllCounted,
  countsOf,
  ORDERED_CONTRACT,
  ORDERED_OPERATIONS,
  orderedLegacy,
  sendLiveTraffic,
  startLiveTraffic,
} from './testing/live-order.ts';
import { startBackend } from './testing/servers.ts';

/** Both sides answer alike, so that all there is to do is to write it down. */
async function startAlike(t: TestContext): Promise<AppUnderTest> {
  const legacy = await startBackend(t, orderedLegacy);
  const candidate = await startBackend(t, orderedLegacy);
  return startApp(t, {
    contract: ORDERED_CONTRACT,
    legacy: legacy.origin,
    candidate: candidate.origin,
    operations: ORDERED_OPERATIONS,
    more: 'window: 100ms',
  });
}

interface Status {
  readonly shadow: { readonly inFlight: number; readonly queued: number };
  readonly store: { readonly ok: boolean };
}

async function readStatus(control: string): Promise<Status> {
  const answer = await fetch(`${control}/v1/status`);
  return (await answer.json()) as Status; // held to this by openapi/control.yaml
}

function settled(control: string): Promise<true> {
  return until(async () => {
    const { shadow } = await readStatus(control);
    return shadow.inFlight + shadow.queued === 0 || undefined;
  });
}

function failing(control: string): Promise<true> {
  return until(async () => !(await readStatus(control)).store.ok || undefined);
}

function writtenIn(path: string): number {
  const store = openStore({ path, readOnly: true });
  const { operations } = store.readEvidence();
  store.close();
  return operations.reduce((sum, { eligible }) => sum + eligible, 0);
}

test('a store that is locked, so that every write waits: nothing that was seen meanwhile is lost', async (t) => {
  const app = await startAlike(t);
  const { path } = app.config.store;
  const other = new DatabaseSync(path);
  t.after(() => other.isOpen && other.close());
  other.exec('BEGIN EXCLUSIVE');
  const sent = await sendLiveTraffic(app.port, 240);
  await settled(`http://127.0.0.1:${app.controlPort}`);
  assert.equal(writtenIn(path), 0, 'nobody could write');
  other.exec('ROLLBACK');
  const { evidence } = await app.finish();
  assertAllCounted(evidence, sent);
});

test('a writing thread that is killed again and again: nothing is lost and nothing is written twice', async (t) => {
  const threads: Worker[] = [];
  const onThread = (thread: Worker): void => void threads.push(thread);
  process.on('worker', onThread);
  t.after(() => process.off('worker', onThread));
  const app = await startAlike(t);
  const [writing] = threads;
  const traffic = startLiveTraffic(t, app.port);
  await writing?.terminate();
  for (const started of [3, 4]) {
    await until(() => threads.length === started || undefined);
    await threads.at(-1)?.terminate();
  }
  await until(() => threads.length === 5 || undefined);
  const sent = await traffic.stop();
  await settled(`http://127.0.0.1:${app.controlPort}`);
  const { evidence } = await app.finish();
  assertAllCounted(evidence, sent);
});

const LOSSES: Readonly<Record<string, (path: string) => void>> = {
  'is deleted': () => {},
  'is replaced by an empty file': (path) => writeFileSync(path, ''),
};

function lose({ path }: { readonly path: string }, replace: (path: string) => void): void {
  for (const suffix of ['', '-wal', '-shm']) rmSync(path + suffix, { force: true });
  replace(path);
}

for (const [loss, replace] of Object.entries(LOSSES)) {
  test(`a store that ${loss} while it is in use is made anew, with all that was seen since`, async (t) => {
    const app = await startAlike(t);
    lose(app.config.store, replace);
    const sent = await sendLiveTraffic(app.port, 240);
    await until(() => app.warnings.some((warning) => warning.includes('are written again')) || undefined);
    assert.ok(app.warnings.some((warning) => warning.startsWith('PG_STORE_MISSING')));
    await settled(`http://127.0.0.1:${app.controlPort}`);
    const { evidence } = await app.finish();
    assertAllCounted(evidence, sent);
  });
}

test('a store that can no longer be opened: the status says so, and a stop keeps all in a file', async (t) => {
  const app = await startAlike(t);
  lose(app.config.store, (path) => mkdirSync(path));
  const sent = await sendLiveTraffic(app.port, 120);
  const control = `http://127.0.0.1:${app.controlPort}`;
  await failing(control);
  const more = await sendLiveTraffic(app.port, 120);
  await settled(control);
  await assert.rejects(app.finish());
  const kept = app.warnings.find((warning) => warning.includes('they are kept in'));
  assert.match(kept ?? app.warnings.join('\n'), new RegExp(`observations of ${sent + more} requests `));
});

const MAIN = fileURLToPath(new URL('./cli/main.ts', import.meta.url));

/** The largest file that a store is made with, and two pages more, in the blocks of `ulimit`. */
function tightLimit(path: string): number {
  const store = openStore({ path });
  store.beginBinding({ contract: 'c', rules: '1', build: 'b' });
  const bytes = Math.max(statSync(path).size, statSync(`${path}-wal`).size);
  store.close();
  rmSync(path);
  return Math.ceil((bytes + 2 * 4096) / 512);
}

async function startPair(t: TestContext): Promise<{ readonly legacy: string; readonly candidate: string }> {
  const [legacy, candidate] = [await startBackend(t, orderedLegacy), await startBackend(t, orderedLegacy)];
  return { legacy: legacy.origin.origin, candidate: candidate.origin.origin };
}

test('a store that has no room left: the status says so, and a stop keeps the rest in a file', {
  skip: process.platform === 'win32',
}, async (t) => {
  const { directory, path } = createWorkspace(t, filesOf(await startPair(t)));
  const script = `ulimit -f ${tightLimit(path('observations.db'))} && exec "$@"`;
  const child = spawn('/bin/sh', ['-c', script, 'sh', process.execPath, MAIN, 'serve', '--json'], {
    cwd: directory,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  t.after(() => child.kill('SIGKILL'));
  let told = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    told += text;
  });
  const [line] = (await once(child.stdout.setEncoding('utf8'), 'data')) as [string]; // the argument of a data event
  const { url, control } = JSON.parse(line) as { url: string; control: string }; // serve.ts prints this
  const traffic = startLiveTraffic(t, Number(new URL(url).port));
  // A write that failed is tried again with a new journal, and finds room once or twice more.
  let times = 0;
  await until(async () => {
    times = (await readStatus(control)).store.ok ? 0 : times + 1;
    return times === 30 || undefined;
  });
  await traffic.stop();
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  assert.deepEqual(await ended, [0, null]);
  assert.match(told, /they are kept in .*observations\.db\.unwritten-/);
});

test('reports that are made while traffic flows do not touch it, and tell of what was written by then', async (t) => {
  const workspace = createWorkspace(t, filesOf(await startPair(t)));
  const { url, control, stop } = await startServe(t, workspace);
  const port = Number(new URL(url).port);
  const first = await sendLiveTraffic(port, 120);
  await settled(control);
  await until(() => writtenIn(workspace.path('observations.db')) === first || undefined);
  const traffic = startLiveTraffic(t, port);
  const { exitCode, stdout, stderr } = await runCommand(workspace, ['report', '--json']);
  const sent = first + (await traffic.stop());
  assert.equal(exitCode, 0, stderr);
  const { directory } = JSON.parse(stdout) as { directory: string }; // report.ts prints this
  assert.match(readFileSync(`${directory}/report.json`, 'utf8'), /"getThing"/);
  await settled(control);
  assert.equal((await stop()).exitCode, 0);
  const store = openStore({ path: workspace.path('observations.db'), readOnly: true });
  t.after(() => store.close());
  const evidence = store.readEvidence();
  assertAllCounted(evidence, sent);
  assert.deepEqual(Object.keys(countsOf(evidence)).toSorted(), ['equal', 'not-in-contract']);
});
