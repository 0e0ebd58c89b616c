import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ReportDocument } from '../report/index.ts';
import { createWorkspace, filesOf, runCommand, startServe, statusOf, until } from '../testing/cli.ts';
import { startBackend } from '../testing/servers.ts';

test('a report names what sets the requests that differ apart', async (t) => {
  const start = async (isCandidate: boolean): Promise<string> => {
    const { origin } = await startBackend(t, (request, response) => {
      const size = isCandidate && request.url?.includes('detail=full') ? 2 : 1;
      // In another order of names, so that each pair is looked at closely and not only a sample.
      const body = isCandidate ? { size, id: 'a' } : { id: 'a', size };
      response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
    });
    return origin.origin;
  };
  const workspace = createWorkspace(t, filesOf({ legacy: await start(false), candidate: await start(true) }));
  const serve = await startServe(t, workspace);
  for (let turn = 0; turn < 25; turn += 1)
    for (const query of ['detail=full&page=1', 'detail=brief&page=1', 'page=1'])
      await (await fetch(`${serve.url}/things/1?${query}`)).arrayBuffer();
  await until(async () => {
    const { shadow } = await statusOf(serve);
    return shadow.inFlight + shadow.queued === 0 || undefined;
  });
  await serve.stop();
  await runCommand(workspace, ['report', '--output', 'out']);
  const { clusters }: ReportDocument = JSON.parse(workspace.read('out/report.json'));
  assert.deepEqual(
    clusters.map(({ rule, separator }) => [rule, separator]),
    [['value-changed', { feature: '?detail=full', shown: { k: 25, n: 25 }, agreeing: { k: 0, n: 50 } }]],
  );
  const words = '?detail=full: 25 of 25 that show it, 0 of 50 that agree';
  for (const name of ['report.md', 'report.html'])
    assert.ok(workspace.read(`out/${name}`).replaceAll('\\', '').includes(words), name);
});
