import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { describe, type TestContext, test } from 'node:test';
import type { StatusDocument } from '../control/index.ts';
import {
  createWorkspace,
  filesOf,
  type RunningServe,
  startPair,
  startServe,
  statusOf,
  until,
  type Workspace,
} from '../testing/cli.ts';
import { failures, startHalves, startHeldBackend, startLoad } from '../testing/load.ts';
import { startBackend } from '../testing/servers.ts';

/** Asks for a reload and waits until it is over, one way or the other. */
async function reload(serve: RunningServe): Promise<StatusDocument> {
  const before = (await statusOf(serve)).reload?.atMs;
  serve.signal('SIGHUP');
  return until(async () => {
    const status = await statusOf(serve);
    return status.reload && status.reload.atMs !== before ? status : undefined;
  });
}

function replace(workspace: Workspace, from: string | RegExp, to: string): void {
  const text = workspace.read('paritygate.yaml');
  assert.match(text, from instanceof RegExp ? from : new RegExp(from.replaceAll('.', '\\.')));
  workspace.write('paritygate.yaml', text.replace(from, to));
}

async function sideOf(serve: RunningServe): Promise<unknown> {
  // A kept connection still belongs to the worker that took it.
  const [answer]: IncomingMessage[] = await once(request(`${serve.url}/things/1`, { agent: false }).end(), 'response');
  answer?.resume();
  return answer?.headers['x-side'];
}

async function startSmall(t: TestContext, more = ''): Promise<{ serve: RunningServe; workspace: Workspace }> {
  const workspace = createWorkspace(t, filesOf({ ...(await startPair(t)), more }));
  return { workspace, serve: await startServe(t, workspace) };
}

describe('SIGHUP', () => {
  test('brings a new config into effect, in new workers, with as many as it asks for', async (t) => {
    const { serve, workspace } = await startSmall(t);
    const other = await startBackend(t, (_, response) => void response.setHeader('X-Side', 'other').end('{}'));
    const [before] = (await statusOf(serve)).workers;
    assert.equal(await sideOf(serve), 'legacy');
    replace(workspace, /legacy: http:\S+,/, `legacy: ${other.origin.origin},`);
    workspace.write('paritygate.yaml', `${workspace.read('paritygate.yaml')}workers: 2\n`);
    const { reload: reloaded, workers, restarts } = await reload(serve);
    assert.equal(reloaded?.error, undefined);
    assert.equal(await sideOf(serve), 'other');
    const serving = workers.filter(({ state }) => state === 'serving');
    assert.equal(serving.length, 2);
    assert.ok(serving.every(({ pid }) => pid !== before?.pid));
    assert.equal(restarts, 0, 'giving way is no crash');
    assert.match(serve.printed().stderr, /the config was reloaded: 2 new workers serve/);
    await until(async () => ((await statusOf(serve)).workers.length === 2 ? true : undefined));
  });

  test('refuses and cuts no request, on kept and on fresh connections', async (t) => {
    const { origin, ids } = await startHalves(t);
    const workspace = createWorkspace(t, filesOf({ legacy: origin, candidate: origin }));
    const serve = await startServe(t, workspace);
    const load = startLoad(t, { url: serve.url, keepAlive: 6, fresh: 4 });
    const served = async (more: number): Promise<void> => {
      const goal = load.asked.length + more;
      await until(() => load.asked.length >= goal || undefined);
    };
    await served(200);
    const first = (await statusOf(serve)).workers.map(({ pid }) => pid);
    assert.equal((await reload(serve)).reload?.error, undefined);
    await served(200);
    await until(async () => ((await statusOf(serve)).workers.length === 1 ? true : undefined));
    await load.stop();
    assert.deepEqual(failures(load), [], `of ${load.asked.length} requests`);
    assert.ok(load.asked.every(({ id }) => ids.has(id)));
    const last = (await statusOf(serve)).workers.map(({ pid }) => pid);
    assert.ok(last.every((pid) => !first.includes(pid)));
    const told = load.asked.filter(({ connection, client }) => client === 'keep-alive' && connection === 'close');
    assert.ok(told.length > 0, 'kept connections were told to end');
    const { groups } = await statusOf(serve);
    assert.equal(groups[0]?.observed.legacy, load.asked.length, 'counts outlive the workers that counted');
  });

  for (const reloads of [1, 2]) {
    const what = reloads === 1 ? 'lets a request take longer than a stop would' : 'ends what an earlier one has let be';
    test(what, async (t) => {
      const { origin, reached, release } = await startHeldBackend(t);
      const workspace = createWorkspace(t, filesOf({ legacy: origin, candidate: origin, more: 'graceMs: 1\n' }));
      const serve = await startServe(t, workspace);
      const answer = fetch(`${serve.url}/things/1`).then((answered) => answered.text());
      answer.catch(() => {});
      await reached;
      for (let turn = 0; turn < reloads; turn += 1) assert.equal((await reload(serve)).reload?.error, undefined);
      if (reloads === 2) return assert.rejects(answer);
      assert.deepEqual(
        (await statusOf(serve)).workers.map(({ state }) => state),
        ['draining', 'serving'],
      );
      release();
      assert.equal(await answer, 'whole');
      await until(async () => ((await statusOf(serve)).workers.length === 1 ? true : undefined));
    });
  }

  test('with a config that is wrong changes nothing, and status and log say why', async (t) => {
    const { serve, workspace } = await startSmall(t);
    const { workers: before } = await statusOf(serve);
    replace(workspace, 'stickiness:', 'stickyness:');
    const { reload: reloaded, workers, warnings } = await reload(serve);
    assert.match(
      reloaded?.error ?? '',
      /^paritygate\.yaml:8:1 {2}PG_CONFIG_UNKNOWN_KEY {2}unknown key stickyness\n {2}fix: /,
    );
    assert.match(warnings.join('\n'), /the config was not reloaded, and the one that was running stays: .*stickyness/);
    assert.match(serve.printed().stderr, /the config was not reloaded.*unknown key stickyness/);
    assert.deepEqual(
      workers.map(({ pid }) => pid),
      before.map(({ pid }) => pid),
    );
    assert.equal(await sideOf(serve), 'legacy');
  });

  test('with a contract that is wrong changes nothing, and no new worker is left', async (t) => {
    const { serve, workspace } = await startSmall(t);
    const { workers: before } = await statusOf(serve);
    workspace.write('openapi.yaml', workspace.read('openapi.yaml').replace('getThing', 'getThink'));
    const { reload: reloaded, workers, restarts } = await reload(serve);
    assert.match(reloaded?.error ?? '', /PG_GROUP_UNKNOWN_OPERATION {2}the contract has no operation "getThing"/);
    assert.deepEqual(
      workers.map(({ pid }) => pid),
      before.map(({ pid }) => pid),
    );
    assert.equal(restarts, 0);
    assert.equal(await sideOf(serve), 'legacy');
  });

  for (const { key, from, to, at } of [
    { key: 'listen', from: 'listen: 127.0.0.1:0', to: 'listen: 127.0.0.1:1', at: '2:9' },
    { key: 'control.listen', from: /control: .*/, to: 'control: { listen: 127.0.0.1:1 }', at: '3:20' },
    { key: 'store', from: 'sqlite:observations.db', to: 'sqlite:others.db', at: '9:8' },
  ]) {
    test(`cannot change ${key}, and says so`, async (t) => {
      const { serve, workspace } = await startSmall(t);
      replace(workspace, from, to);
      const { reload: reloaded } = await reload(serve);
      const said = `paritygate.yaml:${at}  PG_RELOAD_FIXED  a reload cannot change ${key}: `;
      assert.ok(reloaded?.error?.startsWith(said), reloaded?.error);
      assert.equal(await sideOf(serve), 'legacy');
    });
  }

  test('is told by status once a later one succeeds', async (t) => {
    const { serve, workspace } = await startSmall(t);
    const good = workspace.read('paritygate.yaml');
    workspace.write('paritygate.yaml', 'contract: [');
    assert.notEqual((await reload(serve)).reload?.error, undefined);
    workspace.write('paritygate.yaml', good);
    assert.equal((await reload(serve)).reload?.error, undefined);
  });
});
