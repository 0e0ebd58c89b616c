import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { openStore } from '../observations/index.ts';
import { createWorkspace, filesOf, isRunning, type RunningServe, startServe, statusOf, until } from '../testing/cli.ts';
import { startHalves, startHeldBackend, startLoad } from '../testing/load.ts';
import { startBackend } from '../testing/servers.ts';

/** No test may wait for it. */
const LONG_MS = 60_000;

interface Held {
  readonly serve: RunningServe;
  /** The answer to a request that the backend holds back. */
  readonly answer: Promise<Response>;
  release(): void;
}

/** A proxy with a request in its hands. */
async function startHeld(t: TestContext): Promise<Held> {
  const { origin, reached, release } = await startHeldBackend(t);
  const more = `workers: 2\nshadow: { percent: 0 }\ngraceMs: ${LONG_MS}\n`;
  const workspace = createWorkspace(t, filesOf({ legacy: origin, candidate: origin, more }));
  const serve = await startServe(t, workspace);
  const answer = fetch(`${serve.url}/things/1`);
  answer.catch(() => {});
  await reached;
  return { serve, answer, release };
}

describe('a stop', () => {
  test('under load answers every request that was begun, and ends kept connections with `Connection: close`', async (t) => {
    const { origin, ids } = await startHalves(t);
    const more = `workers: 2\nshadow: { percent: 0 }\ngraceMs: ${LONG_MS}\n`;
    const workspace = createWorkspace(t, filesOf({ legacy: origin, candidate: origin, more }));
    const serve = await startServe(t, workspace);
    const load = startLoad(t, { url: serve.url, keepAlive: 6, fresh: 4 });
    await until(() => load.asked.length > 300 || undefined);
    const { exitCode, stderr } = await serve.stop();
    await load.stop();
    assert.equal(exitCode, 0, stderr);
    assert.deepEqual(
      load.asked.filter(({ outcome, id }) => outcome === 'cut' || (outcome === 'refused' && ids.has(id))),
      [],
    );
    const answered = load.asked.filter(({ outcome }) => outcome === 'whole');
    for (const number of Array.from({ length: 6 }).keys()) {
      const last = answered.findLast(({ id }) => id.startsWith(`keep-alive-${number}-`));
      assert.equal(last?.connection, 'close', `of client ${number}`);
    }
  });

  test('is over for readiness at once, while the process lives and answers what it has begun', async (t) => {
    const { serve, answer, release } = await startHeld(t);
    const stopped = serve.stop();
    await until(async () => ((await fetch(`${serve.control}/health/ready`)).status === 503 ? true : undefined));
    assert.equal((await fetch(`${serve.control}/health/live`)).status, 200);
    const { workers } = await statusOf(serve);
    assert.ok(workers.every(({ state }) => state === 'draining'));
    release();
    assert.equal(await (await answer).text(), 'whole');
    assert.equal((await stopped).exitCode, 0);
  });

  test('is not hurried by the same signal again, and is by a second SIGINT', async (t) => {
    const { serve, answer } = await startHeld(t);
    const pids = (await statusOf(serve)).workers.map(({ pid }) => pid);
    const stopped = serve.stop('SIGTERM');
    await until(() => serve.printed().stderr.includes('SIGTERM: draining') || undefined);
    serve.signal('SIGTERM');
    // The one with the request is left.
    await until(async () => ((await statusOf(serve)).workers.length === 1 ? true : undefined));
    serve.signal('SIGINT');
    const { exitCode } = await stopped;
    assert.equal(exitCode, 130);
    await assert.rejects(answer);
    await until(() => pids.every((pid) => !isRunning(pid)) || undefined);
  });

  test('that a terminal asks the whole process group for is the same', async (t) => {
    const { serve, answer, release } = await startHeld(t);
    process.kill(-serve.pid, 'SIGINT');
    await until(() => serve.printed().stderr.includes('SIGINT: draining') || undefined);
    release();
    assert.equal(await (await answer).text(), 'whole');
    assert.equal((await serve.ended).exitCode, 0);
  });

  test('in the middle of a reload ends the workers that were just starting too', async (t) => {
    const { serve, release } = await startHeld(t);
    release();
    serve.signal('SIGHUP');
    const pids = await until(async () => {
      const { workers } = await statusOf(serve);
      return workers.some(({ state }) => state === 'starting') ? workers.map(({ pid }) => pid) : undefined;
    });
    const { exitCode, stderr } = await serve.stop();
    assert.equal(exitCode, 0, stderr);
    assert.ok(!pids.some(isRunning));
    assert.doesNotMatch(stderr, /reloaded/);
  });

  test('is not held up by a candidate that never answers, and each such pair is counted', async (t) => {
    const legacy = await startBackend(t, (_, response) => void response.end('{}'));
    let mirrored = 0;
    const candidate = await startBackend(t, () => {
      mirrored += 1;
    });
    const more = `shadow: { timeoutMs: ${LONG_MS}, concurrency: 4 }\ngraceMs: 300\n`;
    const workspace = createWorkspace(
      t,
      filesOf({ legacy: legacy.origin.origin, candidate: candidate.origin.origin, more }),
    );
    const serve = await startServe(t, workspace);
    for (let turn = 0; turn < 6; turn += 1) await (await fetch(`${serve.url}/things/${turn}`)).arrayBuffer();
    await until(() => mirrored === 4 || undefined);
    const { exitCode } = await serve.stop();
    assert.equal(exitCode, 0);
    const store = openStore({ path: workspace.path('observations.db'), readOnly: true });
    const [operation] = store.readEvidence().operations;
    store.close();
    assert.deepEqual([operation?.eligible, operation?.uncompared['shadow-dropped']], [6, 6]);
  });
});
