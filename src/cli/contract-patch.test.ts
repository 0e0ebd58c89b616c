import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ReportDocument } from '../report/index.ts';
import { createWorkspace, filesOf, runCommand, startServe, statusOf, until, type Workspace } from '../testing/cli.ts';
import { startBackend } from '../testing/servers.ts';

type Test = Parameters<typeof startBackend>[0];

/** Both sides say `size: null`, which the contract forbids, and the candidate alone leaves `id` out. */
async function startBoth(t: Test): Promise<Workspace> {
  const start = async (body: object): Promise<string> => {
    const { origin } = await startBackend(t, (_request, response) => {
      response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
    });
    return origin.origin;
  };
  const [legacy, candidate] = [await start({ id: 'a', size: null }), await start({ size: null })];
  return createWorkspace(t, filesOf({ legacy, candidate }));
}

async function recordAndReport(t: Test, workspace: Workspace): Promise<ReportDocument> {
  const serve = await startServe(t, workspace);
  for (let turn = 0; turn < 5; turn += 1) await (await fetch(`${serve.url}/things/1`)).arrayBuffer();
  await until(async () => {
    const { shadow } = await statusOf(serve);
    return shadow.inFlight + shadow.queued === 0 || undefined;
  });
  await serve.stop();
  assert.equal((await runCommand(workspace, ['report', '--output', 'out'])).exitCode, 0);
  return JSON.parse(workspace.read('out/report.json'));
}

const THING = '#/components/schemas/Thing';

test('what both sides do against the contract is proposed as an overlay, and what one does is not', async (t) => {
  const workspace = await startBoth(t);
  const report = await recordAndReport(t, workspace);
  const told = report.breaches.map(({ title, legacy, candidate, both, patch }) => ({
    title,
    legacy,
    candidate,
    both,
    patches: patch?.length ?? 0,
  }));
  assert.deepEqual(told, [
    { title: 'Thing: the required id is missing', legacy: 0, candidate: 5, both: 0, patches: 0 },
    { title: 'size is null, which its type does not allow', legacy: 0, candidate: 0, both: 5, patches: 2 },
  ]);
  assert.equal(report.breaches[1]?.place, `${THING}/properties/size`);
  for (const name of ['report.md', 'report.html']) assert.match(workspace.read(`out/${name}`), /size is null, which/);

  await t.test('applied, it makes the contract true, and the other stands', async () => {
    workspace.write('contract.patch.yaml', workspace.read('out/contract.patch.yaml'));
    workspace.write('paritygate.yaml', `${workspace.read('paritygate.yaml')}overlays: [contract.patch.yaml]\n`);
    const valid = await runCommand(workspace, ['validate']);
    assert.deepEqual([valid.exitCode, valid.stderr], [0, '']);
    const after = await recordAndReport(t, workspace);
    assert.deepEqual(
      after.breaches.map(({ title, candidate, both }) => [title, candidate, both]),
      [['Thing: the required id is missing', 5, 0]],
    );
    assert.notEqual(after.evidence.binding.contract, report.evidence.binding.contract);
  });
});
