import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { StatusDocument } from '../control/index.ts';
import {
  assertOneError,
  createWorkspace,
  filesOf,
  runCommand,
  sendUsers,
  startPair,
  startServe,
  until,
  type Workspace,
} from '../testing/cli.ts';

/** The status, once it is as expected. */
async function statusWhen(
  workspace: Workspace,
  expected: (status: StatusDocument) => boolean,
): Promise<StatusDocument> {
  return until(async () => {
    const run = await runCommand(workspace, ['status', '--json']);
    assert.deepEqual([run.exitCode, run.stderr], [0, '']);
    const status: StatusDocument = JSON.parse(run.stdout);
    return expected(status) ? status : undefined;
  });
}

test('a flags file that breaks while the proxy runs', async (t) => {
  const workspace = createWorkspace(t, filesOf({ ...(await startPair(t)), weight: 100 }));
  const serve = await startServe(t, workspace);
  const good = workspace.read('flags.json');
  assert.deepEqual(await sendUsers(serve.url, 10), { byCandidate: 10 });
  workspace.write('flags.json', good.slice(0, 60));

  await t.test('is told by status, with the reason, its place and the fix', async () => {
    const { flags, groups, warnings } = await statusWhen(workspace, (status) => !status.flags.ok);
    assert.equal(flags.source, workspace.path('flags.json'));
    assert.match(flags.error ?? '', /flags\.json:5:21 {2}PG_FLAGS_INVALID {2}not JSON: .*\n {2}fix: /);
    assert.equal(groups[0]?.weight, 100, 'the weight in force');
    assert.match(warnings.join('\n'), /PG_FLAGS_INVALID/);
    const { stdout } = await runCommand(workspace, ['status']);
    assert.match(stdout, /^flags {5}NOT OK: .*flags\.json:5:21 {2}PG_FLAGS_INVALID/m);
    assert.match(stdout, /^things +migrate\.things +100 % +100\.0 % +10$/m);
  });

  await t.test('moves nobody: the last good flags stay in force', async () => {
    assert.deepEqual(await sendUsers(serve.url, 10), { byCandidate: 10 });
  });

  await t.test('is not written over by a change of weight', async () => {
    const run = await runCommand(workspace, ['weight', 'things', '10']);
    const [says, fix] = [/not JSON/, /correct it: Unleash client features/];
    const at = `${workspace.path('flags.json')}:5:21`;
    assertOneError(run, { exitCode: 2, code: 'PG_FLAGS_INVALID', at, says, fix });
    assert.equal(workspace.read('flags.json'), good.slice(0, 60));
  });

  await t.test('is logged once, and not at every look', async () => {
    const warnings = serve
      .printed()
      .stderr.split('\n')
      .filter((line) => line.includes('PG_FLAGS_INVALID'));
    assert.equal(warnings.length, 1, serve.printed().stderr);
    assert.match(JSON.parse(warnings[0] ?? '').msg, /the last good flags stay in use$/);
  });

  await t.test('is used again once it is repaired', async () => {
    workspace.write('flags.json', good.replace('"rollout": "100"', '"rollout": "0"'));
    const { flags, groups } = await statusWhen(workspace, (status) => status.flags.ok);
    assert.equal(flags.error, undefined);
    assert.equal(groups[0]?.weight, 0);
    assert.deepEqual(await sendUsers(serve.url, 10), { byCandidate: 0 });
    assert.match((await runCommand(workspace, ['status'])).stdout, /^flags {5}ok \(/m);
  });
});
