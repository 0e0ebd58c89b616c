import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { type TestContext, test } from 'node:test';
import type { OperationEvidence } from '../core/index.ts';
import { openStore } from '../observations/index.ts';
import {
  createWorkspace,
  filesOf,
  lockStore,
  type RunningServe,
  startPair,
  startServe,
  statusOf,
  until,
  type Workspace,
} from '../testing/cli.ts';
import { startLoad } from '../testing/load.ts';
import { startBackend } from '../testing/servers.ts';

async function start(t: TestContext): Promise<{ serve: RunningServe; workspace: Workspace }> {
  const pair = await startPair(t);
  const workspace = createWorkspace(t, filesOf({ ...pair, more: 'workers: 2\n' }));
  return { workspace, serve: await startServe(t, workspace) };
}

/** So many requests, over connections that both workers have some of. */
async function send(t: TestContext, { url }: RunningServe, requests: number): Promise<number> {
  const load = startLoad(t, { url, keepAlive: 8, fresh: 0 });
  await until(() => load.asked.length >= requests || undefined);
  await load.stop();
  return load.asked.length;
}

function readOperation({ path }: Workspace): OperationEvidence | undefined {
  const store = openStore({ path: path('observations.db'), readOnly: true });
  const { operations } = store.readEvidence();
  store.close();
  assert.equal(operations.length, 1);
  return operations[0];
}

function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((total, count) => total + count, 0);
}

/** Pairs of windows that were open at the same time: one process has one open at a time. */
function countOverlaps({ path }: Workspace): number {
  const database = new DatabaseSync(path('observations.db'), { readOnly: true });
  const overlaps = database
    .prepare(
      'SELECT count(*) AS n FROM windows a JOIN windows b ON a.id < b.id AND a.from_ms < b.to_ms AND b.from_ms < a.to_ms',
    )
    .get();
  database.close();
  return Number(overlaps?.['n']);
}

test('what two workers see adds up to what was asked, in the store and in the status', async (t) => {
  const { serve, workspace } = await start(t);
  const requests = await send(t, serve, 500);
  const { groups, workers } = await statusOf(serve);
  assert.equal(sum(groups[0]?.observed ?? {}), requests);
  assert.deepEqual(
    workers.map(({ state }) => state),
    ['serving', 'serving'],
  );
  assert.notEqual(workers[0]?.pid, workers[1]?.pid);
  assert.equal((await serve.stop()).exitCode, 0);
  const operation = readOperation(workspace);
  assert.deepEqual([operation?.eligible, sum(operation?.outcomes ?? {})], [requests, requests]);
  assert.ok(countOverlaps(workspace) > 0, 'both wrote');
});

test('a request that comes back to another worker is known', async (t) => {
  const names = new Set<string>();
  const legacy = await startBackend(t, (request, response) => {
    names.add(String(request.headers.via));
    response.end('{}');
  });
  const files = filesOf({ legacy: legacy.origin.origin, candidate: legacy.origin.origin, more: 'workers: 2\n' });
  const serve = await startServe(t, createWorkspace(t, files));
  await send(t, serve, 100);
  assert.equal(names.size, 1, [...names].join(' and '));
  const [via = ''] = names;
  // Each on a connection of its own, so that both workers get some.
  for (let turn = 0; turn < 8; turn += 1) {
    const answer = await fetch(`${serve.url}/things/1`, { headers: { via, connection: 'close' } });
    assert.equal(answer.status, 508);
  }
});

test('two workers lose nothing to a lock on the store that outlasts their patience', async (t) => {
  const { serve, workspace } = await start(t);
  const release = await lockStore(t, workspace);
  const before = await send(t, serve, 200);
  await until(async () => ((await statusOf(serve)).store.ok ? undefined : true));
  const after = await send(t, serve, 200);
  assert.match((await statusOf(serve)).store.error ?? '', /is locked by another process/);
  await release();
  await until(async () => (await statusOf(serve)).store.ok || undefined);
  assert.equal((await serve.stop()).exitCode, 0);
  const operation = readOperation(workspace);
  assert.deepEqual(
    [operation?.eligible, sum(operation?.outcomes ?? {})],
    [before + after, before + after],
    JSON.stringify(operation?.outcomes),
  );
});
