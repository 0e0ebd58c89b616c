import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { describe, test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { type Evidence, OUTCOMES, ParitygateError } from '../core/index.ts';
import {
  BINDING,
  readStore,
  recordExchanges,
  sampleFinding,
  sampleObservation,
  setUpRecorder,
  storePath,
} from '../testing/observations.ts';
import { openStore } from './store.ts';
import type { SpawnWriter } from './writer.ts';
import type { WriterSetup } from './writer-protocol.ts';

const ENTRY = new URL('../recorder-worker.ts', import.meta.url);
const STORE_MODULE = new URL('./store.ts', import.meta.url).href;
const MARK = { at: 5, group: 'trades', from: 0, to: 10, who: 'ada', reason: 'first step' };

const spawnReal: SpawnWriter = (setup) => new Worker(ENTRY, { workerData: setup });

/** Dies at the first write: after it was committed, or before anything was done. */
const spawnDying =
  (when: 'after-commit' | 'before-commit'): SpawnWriter =>
  (setup) =>
    new Worker(
      `import { parentPort, workerData } from 'node:worker_threads';
       import { openStore } from '${STORE_MODULE}';
       parentPort.on('message', ({ kind, number, binding, batch }) => {
         if (kind !== 'write') return parentPort.postMessage({ kind: 'done', number });
         const store = openStore(workerData.store);
         if ('${when}' === 'after-commit') {
           store.recordWindow(binding, batch.record);
           for (const mark of batch.marks) store.recordMark(mark);
         }
         process.exit(7);
       });`,
      { eval: true, workerData: setup, execArgv: ['--input-type=module'] },
    );

/** Takes every message and never answers. */
const spawnSilent: SpawnWriter = () =>
  new Worker(`require('node:worker_threads').parentPort.on('message', () => {})`, { eval: true });

/** The first threads as given, the later ones real. */
function spawnFirst(...first: readonly SpawnWriter[]): SpawnWriter {
  let spawned = 0;
  return (setup: WriterSetup) => (first[spawned++] ?? spawnReal)(setup);
}

/** Requests, ended exchanges, latencies and the exchanges of the one cluster. */
function countsOf(path: string) {
  const { evidence, clusters } = readStore(path);
  const operation = evidence.operations[0];
  return {
    eligible: operation?.eligible,
    ended: sumOfOutcomes(evidence),
    latencies: operation?.legacy.latency.n,
    inCluster: clusters[0]?.exchanges,
  };
}

function sumOfOutcomes({ operations }: Evidence): number {
  return operations.flatMap(({ outcomes }) => OUTCOMES.map((outcome) => outcomes[outcome])).reduce((a, b) => a + b, 0);
}

function expected(exchanges: number) {
  return { eligible: exchanges, ended: exchanges, latencies: exchanges, inCluster: exchanges / 2 };
}

describe('a recorder', () => {
  test('writes what it was told, by another thread, and the outcomes sum to the arrivals', async (context) => {
    const { recorder, path, time, warnings } = setUpRecorder(context);
    await recorder.start();
    recordExchanges(recorder, 10);
    recorder.recordMark(MARK);
    time.nowMs = 3000;
    await recorder.flush();
    assert.deepEqual(countsOf(path), expected(10));
    assert.deepEqual([readStore(path).evidence.fromMs, readStore(path).evidence.toMs], [1000, 3000]);
    assert.deepEqual(readStore(path).marks, [MARK]);
    const status = { ok: true, lastFlushMs: 3000, failingSince: undefined, error: undefined, pendingWindows: 0 };
    assert.deepEqual(recorder.status(), status);
    assert.deepEqual(warnings, []);
  });

  test('makes its binding the latest at the start, so that old evidence does not speak for a new build', async (context) => {
    const first = setUpRecorder(context);
    await first.recorder.start();
    recordExchanges(first.recorder, 2);
    await first.recorder.stop();
    const second = setUpRecorder(context, { path: first.path, binding: { ...BINDING, build: 'b2' } });
    await second.recorder.start();
    assert.equal(readStore(first.path).evidence.binding.build, 'b2');
    assert.deepEqual(readStore(first.path).evidence.operations, []);
  });

  test('writes nothing when there is nothing', async (context) => {
    const { recorder, path } = setUpRecorder(context);
    await recorder.start();
    await recorder.flush();
    assert.equal(readStore(path).evidence.toMs, 0);
    assert.equal(recorder.status().lastFlushMs, undefined);
  });

  test('flushes by itself every window', async (context) => {
    context.mock.timers.enable({ apis: ['setInterval'] });
    const spawned: Worker[] = [];
    const spawn: SpawnWriter = (setup) => {
      const worker = spawnReal(setup);
      spawned.push(worker);
      return worker;
    };
    const { recorder, path } = setUpRecorder(context, { spawn, windowMs: 500 });
    await recorder.start();
    recordExchanges(recorder, 4);
    const answered = once(spawned[0] ?? assert.fail(), 'message');
    context.mock.timers.tick(500);
    await answered;
    assert.deepEqual(countsOf(path), expected(4));
  });

  test('writes what is left when it stops, and leaves no side files', async (context) => {
    const { recorder, path, warnings } = setUpRecorder(context);
    await recorder.start();
    recordExchanges(recorder, 6);
    await recorder.stop();
    assert.equal(existsSync(`${path}-wal`), false);
    assert.deepEqual(countsOf(path), expected(6));
    assert.deepEqual(warnings, []);
  });

  test('survives an observation that is none, and says so once', async (context) => {
    const { recorder, path, warnings } = setUpRecorder(context);
    await recorder.start();
    recordExchanges(recorder, 2);
    // What the types forbid, as a faulty caller would hand it over.
    const faulty = { operationId: 'getTrade' } as ReturnType<typeof sampleObservation>;
    recorder.record(faulty);
    recorder.record(faulty);
    await recorder.flush();
    assert.equal(countsOf(path).eligible, 2);
    assert.equal(warnings.length, 1);
    assert.match(warnings[0] ?? '', /could not be recorded/);
  });
});

describe('a recorder whose store cannot be opened', () => {
  test('rejects the start with the error that says what to do', async (context) => {
    const path = storePath();
    writeFileSync(path, 'this is no database, and long enough to be sure of it'.repeat(50));
    const { recorder } = setUpRecorder(context, { path });
    await assert.rejects(recorder.start(), (error) => {
      assert.ok(error instanceof ParitygateError);
      assert.equal(error.code, 'PG_STORE_UNUSABLE');
      assert.equal(error.exitCode, 4);
      assert.ok(error.message.includes(path));
      assert.ok(error.fix);
      return true;
    });
  });

  test('rejects it when another process holds the store', async (context) => {
    const path = storePath();
    openStore({ path }).close();
    const other = new DatabaseSync(path);
    other.exec('BEGIN EXCLUSIVE');
    const { recorder } = setUpRecorder(context, { path });
    await assert.rejects(recorder.start(), { code: 'PG_STORE_LOCKED' });
    other.close();
  });
});

describe('a recorder whose store fails for a while', () => {
  test('loses nothing to a lock, holds two windows at most, and tells each change once', async (context) => {
    const { recorder, path, warnings, time } = setUpRecorder(context);
    await recorder.start();
    const other = new DatabaseSync(path);
    other.exec('BEGIN EXCLUSIVE');
    for (let window = 1; window <= 5; window += 1) {
      recordExchanges(recorder, 10);
      time.nowMs = 1000 + window;
      await recorder.flush();
    }
    recorder.recordMark(MARK);
    const { ok, failingSince, error, pendingWindows, lastFlushMs } = recorder.status();
    assert.deepEqual([ok, failingSince, error?.code, lastFlushMs], [false, 1001, 'PG_STORE_LOCKED', undefined]);
    assert.equal(pendingWindows, 2);
    assert.equal(warnings.length, 1);
    assert.match(warnings[0] ?? '', /^PG_STORE_LOCKED: .*kept in memory/);

    other.exec('ROLLBACK');
    other.close();
    await recorder.flush();
    assert.deepEqual(countsOf(path), expected(50));
    assert.deepEqual(readStore(path).marks, [MARK]);
    assert.equal(recorder.status().ok, true);
    assert.equal(recorder.status().pendingWindows, 0);
    assert.equal(warnings.length, 2);
    assert.match(warnings[1] ?? '', /written again/);
  });

  test('says it again when the reason changes, and writes into a new file when the old one is gone', async (context) => {
    const { recorder, path, warnings } = setUpRecorder(context);
    await recorder.start();
    const other = new DatabaseSync(path);
    other.exec('BEGIN EXCLUSIVE');
    recordExchanges(recorder, 4);
    await recorder.flush();
    other.close();
    for (const file of [path, `${path}-wal`, `${path}-shm`]) rmSync(file, { force: true });
    writeFileSync(path, 'not a database any more, whatever it was before'.repeat(50));
    await recorder.flush();
    assert.deepEqual(
      warnings.map((warning) => warning.split(':')[0]),
      ['PG_STORE_LOCKED', 'PG_STORE_UNUSABLE'],
    );
    rmSync(path);
    await recorder.flush();
    assert.deepEqual(countsOf(path), expected(4));
  });

  test('notices that the file was deleted and goes on in a new one', async (context) => {
    const { recorder, path, warnings } = setUpRecorder(context);
    await recorder.start();
    for (const file of [path, `${path}-wal`, `${path}-shm`]) rmSync(file, { force: true });
    recordExchanges(recorder, 4);
    await recorder.flush();
    assert.match(warnings[0] ?? '', /^PG_STORE_MISSING/);
    await recorder.flush();
    assert.deepEqual(countsOf(path), expected(4));
  });

  test('keeps what a full store does not take, and what it had', async (context) => {
    const path = storePath();
    openStore({ path }).close();
    const full = setUpRecorder(context, { path, store: { path, maxPages: 14 } });
    await full.recorder.start();
    const findings = Array.from({ length: 300 }, (_, n) => sampleFinding({ place: `#/p/${n}` }));
    full.recorder.arrived('getTrade', 'trades');
    full.recorder.record(sampleObservation({ outcome: 'different', findings }));
    await full.recorder.flush();
    assert.equal(full.recorder.status().error?.code, 'PG_STORE_FULL');
    assert.equal(full.recorder.status().pendingWindows, 1);
    assert.equal(readStore(path).evidence.operations.length, 0);
  });
});

describe('a recorder whose writing thread dies', () => {
  for (const when of ['before-commit', 'after-commit'] as const) {
    test(`${when} writes each window exactly once`, async (context) => {
      const { recorder, path, warnings } = setUpRecorder(context, { spawn: spawnFirst(spawnDying(when)) });
      await recorder.start();
      recordExchanges(recorder, 10);
      recorder.recordMark(MARK);
      await recorder.flush();
      assert.deepEqual(countsOf(path), expected(10));
      assert.deepEqual(readStore(path).marks, [MARK]);
      assert.deepEqual(warnings, []);
    });
  }

  test('between two flushes starts another', async (context) => {
    const spawned: Worker[] = [];
    const spawn: SpawnWriter = (setup) => spawned[spawned.push(spawnReal(setup)) - 1] ?? assert.fail();
    const { recorder, path } = setUpRecorder(context, { spawn });
    await recorder.start();
    recordExchanges(recorder, 10);
    await recorder.flush();
    await spawned[0]?.terminate();
    recordExchanges(recorder, 10);
    await recorder.flush();
    assert.equal(spawned.length, 2);
    assert.deepEqual(countsOf(path), expected(20));
  });

  test('while it writes loses nothing and counts nothing twice', async (context) => {
    const spawned: Worker[] = [];
    const spawn: SpawnWriter = (setup) => spawned[spawned.push(spawnReal(setup)) - 1] ?? assert.fail();
    const { recorder, path } = setUpRecorder(context, { spawn });
    await recorder.start();
    for (let round = 1; round <= 3; round += 1) {
      recordExchanges(recorder, 10);
      const flushed = recorder.flush();
      await Promise.all([flushed, spawned.at(-1)?.terminate()]);
    }
    await recorder.flush();
    assert.deepEqual(countsOf(path), expected(30));
  });

  test('again and again reports it, keeps all, and writes it once a thread lives', async (context) => {
    const dying = spawnDying('after-commit');
    const { recorder, path, warnings } = setUpRecorder(context, { spawn: spawnFirst(dying, dying, dying, dying) });
    await recorder.start();
    recordExchanges(recorder, 10);
    await recorder.flush();
    assert.equal(recorder.status().ok, false);
    assert.match(warnings[0] ?? '', /the writing thread stopped.*exit code 7/);
    recordExchanges(recorder, 10);
    await recorder.flush();
    await recorder.flush();
    assert.deepEqual(countsOf(path), expected(20));
    assert.equal(recorder.status().ok, true);
  });

  test('and cannot be started does not throw at the caller', async (context) => {
    const spawn: SpawnWriter = () => {
      throw new Error('no more threads');
    };
    const { recorder, warnings } = setUpRecorder(context, { spawn });
    recordExchanges(recorder, 2);
    await recorder.flush();
    assert.match(warnings[0] ?? '', /no more threads/);
    assert.equal(recorder.status().pendingWindows, 1);
  });
});

test('a stop does not wait for ever for a thread that is silent, and tells what it left behind', async (context) => {
  context.mock.timers.enable({ apis: ['setTimeout'] });
  const { recorder, warnings } = setUpRecorder(context, { spawn: spawnSilent, stopTimeoutMs: 5000 });
  recordExchanges(recorder, 8);
  const stopped = recorder.stop();
  context.mock.timers.tick(5000);
  await stopped;
  await recorder.flush();
  assert.equal(warnings.length, 1);
  assert.match(warnings[0] ?? '', /the observations of 8 requests/);
});
