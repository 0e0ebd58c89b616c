import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { openStore } from '../observations/index.ts';
import {
  createWorkspace,
  filesOf,
  isRunning,
  lockStore,
  type RunningServe,
  startServe,
  statusOf,
  until,
  type Workspace,
} from '../testing/cli.ts';
import { failures, type Load, startHalves, startHeldBackend, startLoad } from '../testing/load.ts';

interface Running {
  readonly serve: RunningServe;
  readonly workspace: Workspace;
  readonly origin: string;
}

async function start(t: TestContext, { workers = 2, env = {} }): Promise<Running> {
  const { origin } = await startHalves(t);
  const workspace = createWorkspace(t, filesOf({ legacy: origin, candidate: origin, more: `workers: ${workers}\n` }));
  return { serve: await startServe(t, workspace, { env }), workspace, origin };
}

async function serving(serve: RunningServe, count: number): Promise<readonly number[]> {
  return until(async () => {
    const { workers } = await statusOf(serve);
    const pids = workers.filter(({ state }) => state === 'serving').map(({ pid }) => pid);
    return pids.length === count ? pids : undefined;
  });
}

async function asked(load: Load, more: number): Promise<void> {
  const goal = load.asked.length + more;
  await until(() => load.asked.length >= goal || undefined);
}

/** What is logged as a warning; who runs the tests is not its subject. */
function warningsOf(serve: RunningServe): readonly string[] {
  const lines = serve
    .printed()
    .stderr.split('\n')
    .filter((line) => line !== '' && !line.includes('running as root'));
  return lines.map((line) => JSON.parse(line)).flatMap(({ level, msg }) => (level === 40 ? String(msg) : []));
}

describe('a worker that is killed', () => {
  test('is replaced, while the other one serves on', async (t) => {
    const { serve } = await start(t, {});
    const [victim = 0, other = 0] = await serving(serve, 2);
    const load = startLoad(t, { url: serve.url, keepAlive: 6, fresh: 2 });
    await asked(load, 100);
    process.kill(victim, 'SIGKILL');
    await until(async () => (await statusOf(serve)).restarts === 1 || undefined);
    const pids = await serving(serve, 2);
    await asked(load, 100);
    await load.stop();
    assert.ok(pids.includes(other) && !pids.includes(victim));
    // What it had in its hands is lost; nobody else's request is, and nobody new is turned away.
    assert.ok(failures(load).length <= 8, JSON.stringify(failures(load)));
    const [warning = '', ...more] = warningsOf(serve);
    assert.equal(
      warning,
      `worker ${victim} ended (SIGKILL); what it saw since it last wrote, at most 0.1 s, is lost; another takes its place at once`,
    );
    assert.deepEqual(more, [], 'it is told once');
    assert.match((await statusOf(serve)).warnings.join('\n'), /ended \(SIGKILL\)/);
  });

  test('is replaced where it was the only one, on the same port', async (t) => {
    const { serve } = await start(t, { workers: 1 });
    const [victim = 0] = await serving(serve, 1);
    process.kill(victim, 'SIGKILL');
    await until(async () => (await statusOf(serve)).restarts === 1 || undefined);
    await serving(serve, 1);
    assert.equal((await fetch(`${serve.url}/things/1`)).status, 200);
    assert.equal((await fetch(`${serve.control}/health/ready`)).status, 200);
    assert.equal((await serve.stop()).exitCode, 0);
  });

  test('is replaced by one like it, whatever has become of the files since', async (t) => {
    const { serve, workspace } = await start(t, { workers: 1 });
    const [victim = 0] = await serving(serve, 1);
    const { contract } = await statusOf(serve);
    for (const name of ['paritygate.yaml', 'openapi.yaml', 'flags.json']) workspace.write(name, 'broken: [');
    process.kill(victim, 'SIGKILL');
    await until(async () => (await statusOf(serve)).restarts === 1 || undefined);
    await serving(serve, 1);
    const after = await statusOf(serve);
    assert.deepEqual(after.contract, contract);
    assert.equal(after.flags.ok, false);
    assert.match(after.flags.error ?? '', /not JSON/);
    assert.equal((await fetch(`${serve.url}/things/1`)).status, 200, 'legacy serves without flags');
  });
});

test('a worker is replaced while the store is locked, and what its successor sees meanwhile is kept', async (t) => {
  const { serve, workspace } = await start(t, { workers: 1 });
  const [victim = 0] = await serving(serve, 1);
  const release = await lockStore(t, workspace);
  process.kill(victim, 'SIGKILL');
  await until(async () => (await statusOf(serve)).restarts === 1 || undefined);
  await serving(serve, 1);
  assert.equal((await fetch(`${serve.url}/things/1`)).status, 200);
  await until(async () => ((await statusOf(serve)).store.ok ? undefined : true));
  await release();
  await until(async () => (await statusOf(serve)).store.ok || undefined);
  assert.equal((await serve.stop()).exitCode, 0);
  const store = openStore({ path: workspace.path('observations.db'), readOnly: true });
  assert.equal(store.readEvidence().operations[0]?.eligible, 1);
  store.close();
});

/** In a worker: an exception that nobody catches, once it is asked for with SIGUSR2. */
const PLANTED = `import cluster from 'node:cluster';
if (cluster.isWorker) process.on('SIGUSR2', () => { throw new TypeError('planted'); });`;

test('a worker that meets an exception which nobody catches is replaced, and the exception is told', async (t) => {
  const planted = `--import=data:text/javascript,${encodeURIComponent(PLANTED)}`;
  const { serve } = await start(t, { env: { NODE_OPTIONS: planted } });
  const [victim = 0] = await serving(serve, 2);
  process.kill(victim, 'SIGUSR2');
  await until(async () => (await statusOf(serve)).restarts === 1 || undefined);
  assert.ok(!(await serving(serve, 2)).includes(victim));
  const warnings = warningsOf(serve).join('\n');
  assert.match(warnings, new RegExp(`worker ${victim} ended \\(exit code 1: TypeError: planted\\); what it saw`));
  assert.match(warnings, /TypeError: planted\n {4}at /, 'with the place where it happened');
});

test('a worker that runs out of memory is replaced', async (t) => {
  const hungry = `import cluster from 'node:cluster';
if (cluster.isWorker) process.on('SIGUSR2', () => { const kept = []; for (;;) kept.push(new Array(1e5).fill({})); });`;
  const env = { NODE_OPTIONS: `--max-old-space-size=200 --import=data:text/javascript,${encodeURIComponent(hungry)}` };
  const { serve } = await start(t, { env });
  const [victim = 0] = await serving(serve, 2);
  process.kill(victim, 'SIGUSR2');
  await until(async () => (await statusOf(serve)).restarts === 1 || undefined);
  assert.ok(!(await serving(serve, 2)).includes(victim));
  const warnings = warningsOf(serve).join('\n');
  assert.match(warnings, new RegExp(`worker ${victim} ended \\(SIG(ABRT|TRAP|ILL)\\)`));
  assert.match(warnings, /JavaScript heap out of memory/, 'what Node printed on its way down');
});

test('a worker that does not answer is shown as silent, and holds up neither status nor the others', async (t) => {
  const { serve } = await start(t, {});
  const [victim = 0] = await serving(serve, 2);
  process.kill(victim, 'SIGSTOP');
  t.after(() => process.kill(victim, 'SIGCONT'));
  const { workers } = await statusOf(serve);
  assert.equal(workers.find(({ pid }) => pid === victim)?.state, 'silent');
  assert.equal(workers.filter(({ state }) => state === 'serving').length, 1);
  process.kill(victim, 'SIGCONT');
  await serving(serve, 2);
});

test('workers whose main process is killed answer what they have begun, and end', async (t) => {
  const { origin, reached, release } = await startHeldBackend(t);
  const more = 'workers: 2\ngraceMs: 60000\n';
  const serve = await startServe(t, createWorkspace(t, filesOf({ legacy: origin, candidate: origin, more })));
  const pids = await serving(serve, 2);
  const answer = fetch(`${serve.url}/things/1`);
  await reached;
  await serve.stop('SIGKILL');
  // The one that holds nothing is gone first.
  await until(() => pids.filter(isRunning).length === 1 || undefined);
  release();
  assert.equal(await (await answer).text(), 'whole');
  await until(() => !pids.some(isRunning) || undefined);
});
