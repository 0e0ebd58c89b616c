import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, type TestContext, test } from 'node:test';
import { Worker } from 'node:worker_threads';
import type { Cluster, Evidence } from '../core/index.ts';
import {
  BINDING,
  readStore,
  recordExchanges,
  sampleFinding,
  sampleObservation,
  setUpRecorder,
  storePath,
} from '../testing/observations.ts';
import type { Recorder, RecorderOptions } from './recorder.ts';
import { openStore } from './store.ts';
import type { SpawnWriter } from './writer.ts';

const STORE_MODULE = new URL('./store.ts', import.meta.url).href;
const MARK = { at: 5, group: 'trades', from: 0, to: 10, who: 'ada', reason: 'first step' };
const NEXT_BUILD = { ...BINDING, build: 'b2' };

/** Commits every window and never says so; instead it answers a question that nobody asked. */
const spawnUnheard: SpawnWriter = (setup) =>
  new Worker(
    `import { parentPort, workerData } from 'node:worker_threads';
     import { openStore } from '${STORE_MODULE}';
     parentPort.on('message', ({ kind, binding, number, batch }) => {
       if (kind !== 'write') return parentPort.postMessage({ kind: 'done', number });
       const store = openStore(workerData.store);
       store.recordWindow(binding, batch.record);
       store.close();
       parentPort.postMessage({ kind: 'done', number: 0 });
     });`,
    { eval: true, workerData: setup, execArgv: ['--input-type=module'] },
  );

function lock(context: TestContext, path: string): () => void {
  const other = new DatabaseSync(path);
  context.after(() => other.isOpen && other.close());
  other.exec('BEGIN EXCLUSIVE');
  return () => other.close();
}

function spillsOf(path: string): readonly string[] {
  const names = readdirSync(dirname(path)).filter((name) => name.startsWith(`${basename(path)}.unwritten-`));
  return names.map((name) => join(dirname(path), name));
}

function onlySpillOf(path: string): string {
  const [file, ...others] = spillsOf(path);
  assert.ok(file);
  assert.deepEqual(others, []);
  return file;
}

/** Leaves a spill of so many exchanges beside the store at `path`, which exists afterwards and holds none of them. */
async function spill(context: TestContext, exchanges: number, { path = storePath() } = {}) {
  const bench = setUpRecorder(context, { path });
  await bench.recorder.start();
  const unlock = lock(context, bench.path);
  recordExchanges(bench.recorder, exchanges);
  await bench.recorder.stop();
  unlock();
  return bench;
}

async function startOn(context: TestContext, path: string, options: Partial<RecorderOptions> = {}) {
  const bench = setUpRecorder(context, { path, ...options });
  await bench.recorder.start();
  return bench;
}

function eligibleUnder(path: string, build: string): number | undefined {
  const store = openStore({ path, readOnly: true });
  const { operations } = store.readEvidence({ ...BINDING, build });
  store.close();
  return operations[0]?.eligible;
}

/** What evidence says, without its functions. */
function spoken(evidence: Evidence): unknown {
  const quantiles = (value: { quantileMs(q: number): number }) => [0.01, 0.5, 0.99].map((q) => value.quantileMs(q));
  return JSON.parse(
    JSON.stringify(evidence, (_key, value) => (value?.quantileMs ? [value.n, ...quantiles(value)] : value)),
  );
}

/** Exchanges whose latencies, findings and outcomes depend on the round. */
function recordRound(recorder: Recorder, round: number): void {
  for (let n = 0; n < 200; n += 1) {
    const totalMs = round * 100 + n;
    recorder.arrived('getTrade', 'trades');
    recorder.record(
      sampleObservation({
        at: 1000 * round + n,
        target: `/trades/${round}`,
        outcome: n % round === 0 ? 'different' : 'equal',
        findings: n % round === 0 ? [sampleFinding({ place: `#/p/${n % 7}`, legacy: `ümläut ${round} \ud800` })] : [],
        legacy: { status: 200, totalMs, conformance: 'conforms' },
        candidate: { status: 200, totalMs: totalMs * 2, conformance: 'violates' },
      }),
    );
  }
  recorder.arrived('__proto__', undefined);
  recorder.record(sampleObservation({ operationId: '__proto__', group: undefined, findings: [sampleFinding()] }));
}

/** Four windows and a restart after the third, with a store that is locked from the second to the restart, or never. */
async function runFourWindows(context: TestContext, isLocked: boolean) {
  const first = setUpRecorder(context);
  const { path } = first;
  let unlock = (): void => {};
  await first.recorder.start();
  for (const round of [1, 2]) {
    recordRound(first.recorder, round);
    if (round === 2 && isLocked) unlock = lock(context, path);
    first.time.nowMs = 1000 + 1000 * round;
    await first.recorder.flush();
  }
  recordRound(first.recorder, 3);
  first.recorder.recordMark(MARK);
  first.time.nowMs = 4000;
  await first.recorder.stop();
  unlock();

  const second = setUpRecorder(context, { path });
  second.time.nowMs = 5000;
  await second.recorder.start();
  recordRound(second.recorder, 4);
  second.time.nowMs = 6000;
  await second.recorder.stop();
  return { ...readStore(path), path, warnings: [...first.warnings, ...second.warnings] };
}

/** The numbers that tell who was seen together are drawn anew each time. */
function withoutLots(clusters: readonly Cluster[]): readonly Cluster[] {
  return clusters.map((cluster) => ({ ...cluster, exchangeSet: 0 }));
}

describe('what a locked store does not take before the stop', () => {
  test('is in its evidence after the next start, to the last count, latency and exemplar', async (context) => {
    const calm = await runFourWindows(context, false);
    const locked = await runFourWindows(context, true);
    assert.equal(calm.evidence.operations.find(({ operationId }) => operationId === 'getTrade')?.eligible, 800);
    assert.deepEqual(spoken(locked.evidence), spoken(calm.evidence));
    assert.deepEqual(withoutLots(locked.clusters), withoutLots(calm.clusters));
    assert.deepEqual(locked.marks, [MARK]);
    assert.deepEqual(calm.warnings, []);
    assert.deepEqual(spillsOf(locked.path), []);
  });

  test('is told at the stop and at the start, with the file and how much is in it', async (context) => {
    const path = storePath();
    const { recorder, warnings } = await startOn(context, path);
    const unlock = lock(context, path);
    recordExchanges(recorder, 10);
    await recorder.flush();
    recordExchanges(recorder, 3);
    recorder.recordMark(MARK);
    await recorder.stop();
    unlock();
    const file = onlySpillOf(path);
    const held = 'the observations of 13 requests and 1 changes of weight';
    assert.equal(warnings.length, 2);
    assert.equal(
      warnings[1],
      `stopped before the store took ${held}: they are kept in ${file}, and the next start takes them in`,
    );
    const next = await startOn(context, path);
    assert.deepEqual(next.warnings, [`took in ${held} from ${file}, which an earlier stop could not write`]);
  });

  test('is for the eyes of this user only', { skip: process.platform === 'win32' }, async (context) => {
    const { path } = await spill(context, 6);
    assert.equal(statSync(onlySpillOf(path)).mode & 0o777, 0o600);
  });

  test('stays with the build that it was seen of', async (context) => {
    const { path } = await spill(context, 6);
    await startOn(context, path, { binding: NEXT_BUILD });
    assert.deepEqual([readStore(path).evidence.binding, readStore(path).evidence.operations], [NEXT_BUILD, []]);
    assert.equal(eligibleUnder(path, 'b1'), 6);
  });

  test('stays with its build in a new file too, which never saw that build begin', async (context) => {
    const { path } = await spill(context, 6);
    rmSync(path);
    await startOn(context, path, { binding: NEXT_BUILD });
    assert.deepEqual([readStore(path).evidence.binding, readStore(path).evidence.operations], [NEXT_BUILD, []]);
    assert.equal(eligibleUnder(path, 'b1'), 6);
  });

  test('is taken in from several stops', async (context) => {
    const { path } = await spill(context, 6);
    const kept = onlySpillOf(path);
    renameSync(kept, `${path}.aside`);
    await spill(context, 4, { path });
    renameSync(`${path}.aside`, kept);
    await startOn(context, path);
    assert.equal(eligibleUnder(path, 'b1'), 10);
    assert.deepEqual(spillsOf(path), []);
  });

  test('counts once when two processes start at once', async (context) => {
    const { path } = await spill(context, 6);
    const store = { path };
    const started = await Promise.all([startOn(context, path, { store }), startOn(context, path, { store })]);
    assert.equal(eligibleUnder(path, 'b1'), 6);
    const warnings = started.flatMap((bench) => bench.warnings);
    assert.deepEqual(
      warnings.filter((warning) => !warning.startsWith('took in')),
      [],
    );
    assert.deepEqual(spillsOf(path), []);
  });

  test('stays when the next start finds the store locked from the beginning', async (context) => {
    const { path } = await spill(context, 6);
    lock(context, path);
    const { recorder, warnings } = setUpRecorder(context, { path });
    await assert.rejects(recorder.start(), { code: 'PG_STORE_LOCKED' });
    assert.deepEqual(warnings, []);
    assert.equal(spillsOf(path).length, 1);
  });

  test('waits for the next start when the store is locked again', async (context) => {
    const { path } = await spill(context, 6);
    const kept = onlySpillOf(path);
    const spawn: SpawnWriter = (setup) => {
      const worker = new Worker(new URL('../recorder-worker.ts', import.meta.url), { workerData: setup });
      // Once the binding is begun.
      worker.once('message', () => lock(context, path));
      return worker;
    };
    const { warnings } = await startOn(context, path, { spawn });
    assert.equal(warnings.length, 1);
    assert.ok(warnings[0]?.includes(`in ${kept} were not taken in and stay there: the store ${path} is locked`));
    assert.equal(onlySpillOf(path), kept);
  });
});

describe('what a full store does not take before the stop', () => {
  test('is kept over starts on the full store, and taken in once there is room', async (context) => {
    const path = storePath();
    openStore({ path }).close();
    const full = { store: { path, maxPages: 14 } };
    const { recorder } = await startOn(context, path, full);
    recorder.arrived('getTrade', 'trades');
    const findings = Array.from({ length: 300 }, (_, n) => sampleFinding({ place: `#/p/${n}` }));
    recorder.record(sampleObservation({ outcome: 'different', findings }));
    await recorder.stop();
    const kept = onlySpillOf(path);

    const stillFull = await startOn(context, path, full);
    assert.match(stillFull.warnings[0] ?? '', /not taken in and stay there: the store .* is full/);
    await stillFull.recorder.stop();
    assert.equal(onlySpillOf(path), kept);

    await startOn(context, path);
    assert.equal(eligibleUnder(path, 'b1'), 1);
    assert.equal(readStore(path).clusters.length, 300);
    assert.deepEqual(spillsOf(path), []);
  });
});

test('a window that was written and is kept in a file as well counts once', async (context) => {
  context.mock.timers.enable({ apis: ['setTimeout'] });
  const workers: Worker[] = [];
  const spawn: SpawnWriter = (setup) => workers[workers.push(spawnUnheard(setup)) - 1] ?? assert.fail();
  const path = storePath();
  const { recorder } = await startOn(context, path, { spawn });
  recordExchanges(recorder, 8);
  const written = once(workers[0] ?? assert.fail(), 'message');
  const stopped = recorder.stop();
  await written;
  assert.equal(eligibleUnder(path, 'b1'), 8, 'it is written, unheard');
  context.mock.timers.tick(5000);
  await stopped;
  assert.equal(spillsOf(path).length, 1);
  const next = await startOn(context, path);
  assert.equal(eligibleUnder(path, 'b1'), 8);
  assert.equal(readStore(path).clusters[0]?.exchanges, 4);
  assert.match(next.warnings[0] ?? '', /^took in/);
});

describe('a file of unwritten observations that cannot be read', () => {
  const damages: readonly (readonly [title: string, damage: (text: string) => string, reason: RegExp])[] = [
    ['is empty', () => '', /it is damaged/],
    ['is cut off', (text) => text.slice(0, -1), /it is damaged/],
    ['has one digit changed', (text) => text.replace('"eligible":6', '"eligible":7'), /it is damaged/],
    ['is something else', () => '{"batches":[]}', /it is damaged/],
    [
      'is from a newer version',
      (text) => text.replace(/ 1 /, ' 2 '),
      /a newer version wrote it \(format 2, known is 1\)/,
    ],
  ];
  for (const [title, damage, reason] of damages) {
    test(`because it ${title} is named once and left, and the others are taken in`, async (context) => {
      const { path } = await spill(context, 6);
      const good = onlySpillOf(path);
      // No other file may begin with this name: those of the others end in digits of a UUID.
      const bad = `${path}.unwritten-the-bad-one`;
      const damaged = damage(readFileSync(good, 'utf8'));
      writeFileSync(bad, damaged);
      const { warnings } = await startOn(context, path);
      assert.equal(eligibleUnder(path, 'b1'), 6);
      const named = warnings.filter((warning) => warning.includes(bad));
      assert.equal(named.length, 1);
      assert.match(named[0] ?? '', reason);
      assert.deepEqual([onlySpillOf(path), readFileSync(bad, 'utf8')], [bad, damaged]);
    });
  }

  test('because it is a directory is named and left; one that was not finished is nothing', async (context) => {
    const path = storePath();
    mkdirSync(`${path}.unwritten-1`);
    writeFileSync(`${path}.unwritten-2.tmp`, 'paritygate-unwr');
    const { warnings } = await startOn(context, path);
    assert.equal(warnings.length, 1);
    assert.match(warnings[0] ?? '', /\.unwritten-1 were not taken in and stay there: EISDIR/);
    assert.equal(spillsOf(path).length, 2);
  });
});

describe('what a store whose directory is gone does not take', { skip: process.platform === 'win32' }, () => {
  /** A file where the directory was stops everybody, root included. */
  async function stopWithoutDirectory(context: TestContext, temporary: string) {
    const bench = setUpRecorder(context);
    await bench.recorder.start();
    recordExchanges(bench.recorder, 6);
    const directory = dirname(bench.path);
    renameSync(directory, `${directory}.moved`);
    writeFileSync(directory, '');
    const before = process.env['TMPDIR'];
    process.env['TMPDIR'] = temporary;
    await bench.recorder.stop();
    if (before === undefined) delete process.env['TMPDIR'];
    else process.env['TMPDIR'] = before;
    rmSync(directory);
    renameSync(`${directory}.moved`, directory);
    return bench;
  }

  test('is kept among the temporary files, and taken in once it was moved beside the store', async (context) => {
    const temporary = dirname(storePath());
    const { path, warnings } = await stopWithoutDirectory(context, temporary);
    const [name = assert.fail(), ...others] = readdirSync(temporary);
    assert.deepEqual(others, []);
    assert.ok(warnings.at(-1)?.includes(`kept in ${join(temporary, name)}; move it into ${dirname(path)}, so that`));
    renameSync(join(temporary, name), join(dirname(path), name));
    await startOn(context, path);
    assert.equal(eligibleUnder(path, 'b1'), 6);
    assert.deepEqual(spillsOf(path), []);
  });

  test('is told as lost when it can be kept nowhere', async (context) => {
    const { path, warnings } = await stopWithoutDirectory(context, join(import.meta.filename, 'nowhere'));
    const lost = 'the observations of 6 requests and 0 changes of weight: they are lost';
    assert.ok(warnings.at(-1)?.startsWith(`stopped before the store took ${lost}`), warnings.at(-1));
    assert.deepEqual(spillsOf(path), []);
  });
});
