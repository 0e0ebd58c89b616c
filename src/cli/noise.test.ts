import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ReportDocument } from '../report/index.ts';
import { createWorkspace, filesOf, runCommand, sendUsers, startServe, statusOf, until } from '../testing/cli.ts';
import { startBackend } from '../testing/servers.ts';

type Test = Parameters<typeof startBackend>[0];

// No second read, so that only the probes can tell; 60 of them are enough at this limit.
const MORE = `gates: { parity: { limit: 20% }, errors: { floor: 20% } }
probe: { percent: 100, perSecond: 10000 }
confirm: { perSecond: 0 }
`;

/** Both sides answer with another size each time. */
async function startBoth(t: Test) {
  let asked = 0;
  const start = async (): Promise<string> => {
    const { origin } = await startBackend(t, (request, response) => {
      asked += 1;
      response.writeHead(200, { 'Content-Type': 'application/json' });
      response.end(JSON.stringify({ id: request.url, size: asked }));
    });
    return origin.origin;
  };
  return createWorkspace(t, filesOf({ legacy: await start(), candidate: await start(), more: MORE }));
}

test('a value that legacy makes up anew each time is told, forgiven once that is shown, and drafted as a rule', async (t) => {
  const workspace = await startBoth(t);
  const serve = await startServe(t, workspace);
  const record = async (users: number): Promise<void> => {
    const { shadow: before } = await statusOf(serve);
    assert.equal(before.inFlight, 0);
    await sendUsers(serve.url, users);
    await until(async () => {
      const { shadow } = await statusOf(serve);
      return shadow.inFlight + shadow.queued === 0 || undefined;
    });
  };
  const judged = async (pairs: number) =>
    until(async () => {
      const run = await runCommand(workspace, ['gate', '--json']);
      const [parity] = JSON.parse(run.stdout).reasons;
      return parity.n === pairs ? { exitCode: run.exitCode, parity } : undefined;
    });

  await record(20);
  assert.equal((await judged(20)).exitCode, 1);
  const { stdout: open } = await runCommand(workspace, ['diff', 'ls']);
  assert.match(open, /C-\w{10} +value +20 +open +/);

  await record(80);
  const { exitCode, parity } = await judged(100);
  assert.equal(exitCode, 0, JSON.stringify(parity));
  assert.equal(parity.k, 0);
  const { stdout } = await runCommand(workspace, ['diff', 'ls']);
  assert.match(stdout, /C-\w{10} +value +100 +noise: legacy disagrees with itself +/);

  assert.equal((await runCommand(workspace, ['report', '--output', 'out'])).exitCode, 0);
  const report: ReportDocument = JSON.parse(workspace.read('out/report.json'));
  assert.deepEqual(
    report.noise.map(({ pointer, probes, legacy, candidate, state }) => ({
      pointer,
      probes,
      legacy,
      candidate,
      state,
    })),
    [{ pointer: '/size', probes: 100, legacy: 100, candidate: 100, state: 'forgiven' }],
  );
  assert.equal(report.totals.outcomes.noise, 100);

  await t.test('the rule, once a person has applied it, says so in the contract', async () => {
    workspace.write('rules.yaml', workspace.read('out/rules.draft.yaml'));
    workspace.write('paritygate.yaml', `${workspace.read('paritygate.yaml')}overlays: [rules.yaml]\n`);
    const valid = await runCommand(workspace, ['validate']);
    assert.deepEqual([valid.exitCode, valid.stderr], [0, '']);
    await serve.stop();
    const again = await startServe(t, workspace);
    await sendUsers(again.url, 20);
    const { parity: after } = await judged(20);
    assert.equal(after.k, 0);
    const { stdout: declared } = await runCommand(workspace, ['diff', 'ls']);
    assert.match(declared, /C-\w{10} +cosmetic +20 +20 equivalent +/);
  });
});
