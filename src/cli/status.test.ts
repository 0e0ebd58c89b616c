import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { assertOneError, createWorkspace, filesOf, runCommand, type Workspace } from '../testing/cli.ts';
import { deadOrigin, startBackend } from '../testing/servers.ts';

/** A workspace whose config says that the control API listens there. */
function controlledAt(t: TestContext, { host }: URL): Workspace {
  const files = filesOf({ legacy: 'http://127.0.0.1:3000', candidate: 'http://127.0.0.1:4000' });
  const workspace = createWorkspace(t, files);
  const config = workspace.read('paritygate.yaml');
  workspace.write('paritygate.yaml', config.replace(/^control: .*$/m, `control: { listen: ${host} }`));
  return workspace;
}

async function assertUnreachable(t: TestContext, origin: URL): Promise<void> {
  const run = await runCommand(controlledAt(t, origin), ['status']);
  const [says, fix] = [new RegExp(`no proxy answers on ${origin}v1/status`), /start it with `paritygate serve`/];
  assertOneError(run, { exitCode: 4, code: 'PG_UNREACHABLE', says, fix });
}

test('status of a proxy that does not run says where it asked', async (t) => {
  await assertUnreachable(t, await deadOrigin());
});

for (const body of ['{"hello":1}', 'null', 'not JSON']) {
  test(`status is not taken in by another service that answers ${body}`, async (t) => {
    let asked = '';
    const { origin } = await startBackend(t, (request, response) => {
      asked = request.url ?? '';
      response.end(body);
    });
    await assertUnreachable(t, origin);
    assert.equal(asked, '/v1/status');
  });
}
