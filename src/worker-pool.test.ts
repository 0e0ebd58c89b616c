import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import type { WorkerExit, WorkerHandle } from './worker-handle.ts';
import { createWorkerPool, type WorkerCrash, type WorkerPool } from './worker-pool.ts';
import type { Started } from './worker-protocol.ts';

/** What the pool has no interest in. */
const STARTED = { port: 4711 } as Started;

/** A worker that does what a test tells it to. */
interface Puppet {
  readonly patient: boolean;
  readonly orders: string[];
  listen(): Promise<void>;
  fail(reason: string): Promise<void>;
  end(exit?: Partial<WorkerExit>): Promise<void>;
}

interface Stage {
  readonly pool: WorkerPool;
  readonly puppets: readonly Puppet[];
  readonly crashes: readonly (readonly [crash: WorkerCrash, waitMs: number])[];
  readonly gone: readonly number[];
}

/** Lets what was decided be carried out. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
}

function createPuppet(pid: number, patient: boolean): { puppet: Puppet; worker: WorkerHandle } {
  const start = Promise.withResolvers<Started>();
  const exit = Promise.withResolvers<WorkerExit>();
  const orders: string[] = [];
  start.promise.catch(() => {});
  let hadStarted = false;
  const worker: WorkerHandle = {
    pid,
    started: start.promise,
    exited: exit.promise,
    isServing: () => hadStarted,
    status: async () => ({ pid, state: 'serving', uptimeMs: 0 }),
    report: () => undefined,
    stop: ({ graceMs }) => void orders.push(`stop ${graceMs}`),
    kill: () => void orders.push('kill'),
  };
  const puppet: Puppet = {
    patient,
    orders,
    listen: () => {
      hadStarted = true;
      start.resolve(STARTED);
      return settle();
    },
    fail: (reason) => {
      start.reject(new Error(reason));
      exit.resolve({ pid, how: 'exit code 1', livedMs: 10, hadStarted });
      return settle();
    },
    end: (details) => {
      exit.resolve({ pid, how: 'SIGKILL', livedMs: 10, hadStarted, ...details });
      return settle();
    },
  };
  return { puppet, worker };
}

function createStage(t: TestContext, size: number): Stage {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const puppets: Puppet[] = [];
  const crashes: (readonly [WorkerCrash, number])[] = [];
  const gone: number[] = [];
  const pool = createWorkerPool({
    size,
    fork: (patient) => {
      const { puppet, worker } = createPuppet(puppets.length + 1, patient);
      puppets.push(puppet);
      return worker;
    },
    onCrash: (crash, waitMs) => crashes.push([crash, waitMs]),
    onGone: ({ pid }) => gone.push(pid),
  });
  return { pool, puppets, crashes, gone };
}

async function startAll({ pool, puppets }: Stage): Promise<void> {
  const starting = pool.start();
  await puppets[0]?.listen();
  for (const puppet of puppets.slice(1)) await puppet.listen();
  assert.equal(await starting, STARTED);
}

describe('a pool of workers', () => {
  test('starts the first one alone, then the others at once', async (t) => {
    const stage = createStage(t, 3);
    const starting = stage.pool.start();
    assert.equal(stage.puppets.length, 1);
    await stage.puppets[0]?.listen();
    assert.equal(stage.puppets.length, 3);
    assert.ok(stage.puppets.every(({ patient }) => !patient));
    for (const puppet of stage.puppets.slice(1)) await puppet.listen();
    await starting;
  });

  test('does not start when one cannot, and does not try again', async (t) => {
    for (const failing of [0, 1]) {
      const stage = createStage(t, 2);
      const starting = assert.rejects(stage.pool.start(), /no contract/);
      if (failing === 1) await stage.puppets[0]?.listen();
      await stage.puppets[failing]?.fail('no contract');
      await starting;
      t.mock.timers.tick(60_000);
      assert.deepEqual([stage.puppets.length, stage.crashes.length], [failing + 1, 0]);
      t.mock.timers.reset();
    }
  });

  test('replaces one that ended by itself, at once, by one that is patient', async (t) => {
    const stage = createStage(t, 2);
    await startAll(stage);
    await stage.puppets[0]?.end();
    assert.deepEqual(stage.crashes, [[{ pid: 1, how: 'SIGKILL', livedMs: 10, hadStarted: true }, 0]]);
    assert.deepEqual(stage.gone, [1]);
    t.mock.timers.tick(0);
    assert.deepEqual([stage.puppets.length, stage.puppets[2]?.patient], [3, true]);
    assert.deepEqual(
      stage.pool.workers().map(({ pid }) => pid),
      [3, 2],
    );
  });

  test('waits longer for each that crashes in the same place, also one that did not come to listen', async (t) => {
    const stage = createStage(t, 1);
    await startAll(stage);
    await stage.puppets[0]?.end();
    t.mock.timers.tick(0);
    await stage.puppets[1]?.fail('port in use');
    t.mock.timers.tick(249);
    assert.equal(stage.puppets.length, 2);
    t.mock.timers.tick(1);
    assert.equal(stage.puppets.length, 3);
    await stage.puppets[2]?.end();
    assert.deepEqual(
      stage.crashes.map(([, waitMs]) => waitMs),
      [0, 250, 500],
    );
  });

  test('tries again when no process can be had', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const { puppet, worker } = createPuppet(1, false);
    const crashes: WorkerCrash[] = [];
    let forks = 0;
    const fork = (): WorkerHandle => {
      forks += 1;
      if (forks > 1) throw new Error('spawn EAGAIN');
      return worker;
    };
    const pool = createWorkerPool({ size: 1, fork, onCrash: (crash) => crashes.push(crash), onGone: () => {} });
    const starting = pool.start();
    await puppet.listen();
    await starting;
    await puppet.end();
    t.mock.timers.tick(0);
    t.mock.timers.tick(250);
    assert.deepEqual([forks, crashes.map(({ how }) => how)], [3, ['SIGKILL', 'spawn EAGAIN', 'spawn EAGAIN']]);
  });

  test('stops every worker, waits for their end, and replaces none', async (t) => {
    const stage = createStage(t, 2);
    await startAll(stage);
    let isStopped = false;
    const stopping = stage.pool.stop({ graceMs: 60_000 }).then(() => {
      isStopped = true;
    });
    void stage.pool.stop({ graceMs: 10 });
    assert.deepEqual(stage.puppets[0]?.orders, ['stop 60000', 'stop 10']);
    await stage.puppets[0]?.end();
    assert.equal(isStopped, false);
    await stage.puppets[1]?.end();
    await stopping;
    t.mock.timers.tick(60_000);
    assert.deepEqual([stage.puppets.length, stage.crashes.length], [2, 0]);
  });

  test('that is stopped while it waits to replace one does not replace it', async (t) => {
    const stage = createStage(t, 1);
    await startAll(stage);
    await stage.puppets[0]?.end();
    await stage.pool.stop({ graceMs: 10 });
    t.mock.timers.tick(60_000);
    assert.equal(stage.puppets.length, 1);
  });

  test('that is stopped while it starts begins no more workers', async (t) => {
    const stage = createStage(t, 2);
    const starting = assert.rejects(stage.pool.start());
    const stopping = stage.pool.stop({ graceMs: 10 });
    await stage.puppets[0]?.listen();
    await stage.puppets[0]?.end();
    await Promise.all([starting, stopping]);
    assert.equal(stage.puppets.length, 1);
  });
});
