import assert from 'node:assert/strict';
import { Agent, request } from 'node:http';
import { describe, type TestContext, test } from 'node:test';
import { createWorkspace, filesOf, type RunningServe, startPair, startServe, until } from '../testing/cli.ts';
import { startBackend } from '../testing/servers.ts';

test('paritygate serve prints one line with its addresses, and answers there', async (t) => {
  const workspace = createWorkspace(t, filesOf(await startPair(t)));
  const { url, control, printed, stop } = await startServe(t, workspace, { args: [] });
  assert.equal(await statusOf(`${url}/things/1`), 200);
  assert.equal(await statusOf(`${control}/health/ready`), 200);
  await stop();
  assert.equal(printed().stdout, `listening on ${url}, control on ${control}\n`);
});

test('paritygate serve --json prints the same for a program', async (t) => {
  const workspace = createWorkspace(t, filesOf(await startPair(t)));
  const { url, control, printed, stop } = await startServe(t, workspace, { args: ['--json'] });
  await stop();
  assert.deepEqual(JSON.parse(printed().stdout), { url, control });
});

async function statusOf(url: string): Promise<number> {
  const answer = await fetch(url);
  await answer.arrayBuffer();
  return answer.status;
}

const PAD = 'x'.repeat(20_000);

/** What came back for a request: the whole answer, or how it failed. */
type Answer = 'whole' | 'cut' | 'refused';

interface Load {
  /** Ids of requests that the backend was asked, in the order of their coming. */
  readonly asked: readonly string[];
  readonly answers: ReadonlyMap<string, Answer>;
  /** Lets the backend answer what it held back. */
  release(): void;
  /** Resolves when no client goes on. */
  readonly ended: Promise<unknown>;
}

interface Clients {
  /** Each asks again and again until it is refused. */
  readonly busy: number;
  /** Each asks once, and its answer is held back after the first half. */
  readonly waiting: number;
}

/** A backend, a proxy before it, and clients of both kinds at once. */
async function startLoad(t: TestContext, { busy, waiting }: Clients): Promise<{ serve: RunningServe; load: Load }> {
  const asked: string[] = [];
  const answers = new Map<string, Answer>();
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  const { origin } = await startBackend(t, async (incoming, response) => {
    const id = incoming.url ?? '';
    asked.push(id);
    response.writeHead(200, { 'Content-Type': 'application/octet-stream' }).write(PAD);
    if (id.includes('waiting')) await released;
    response.end(PAD);
  });
  const workspace = createWorkspace(
    t,
    filesOf({ legacy: origin.origin, candidate: origin.origin, more: 'shadow: { percent: 0 }\ngraceMs: 60000\n' }),
  );
  const serve = await startServe(t, workspace);
  const agent = new Agent({ keepAlive: true });
  t.after(() => agent.destroy());
  const ask = async (id: string): Promise<Answer> => {
    const answer = await fetchWhole(`${serve.url}/things/${id}`, agent);
    answers.set(`/things/${id}`, answer);
    return answer;
  };
  const askUntilRefused = async (client: number): Promise<void> => {
    for (let turn = 0; (await ask(`busy-${client}-${turn}`)) !== 'refused'; ) turn += 1;
  };
  const ended = Promise.all([
    ...Array.from({ length: waiting }, (_, client) => ask(`waiting-${client}`)),
    ...Array.from({ length: busy }, (_, client) => askUntilRefused(client)),
  ]);
  return { serve, load: { asked, answers, release, ended } };
}

function fetchWhole(url: string, agent: Agent): Promise<Answer> {
  return new Promise((resolve) => {
    let length = 0;
    const outgoing = request(url, { agent }, (response) => {
      response.on('data', (chunk: Buffer) => {
        length += chunk.length;
      });
      response.once('close', () => resolve(response.complete && length === 2 * PAD.length ? 'whole' : 'cut'));
    });
    outgoing.once('error', () => resolve('refused'));
    outgoing.end();
  });
}

describe('paritygate serve under load', () => {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    test(`ends on ${signal} without losing a request, and exits 0`, async (t) => {
      const { serve, load } = await startLoad(t, { busy: 6, waiting: 10 });
      await until(() => load.asked.length > 300 || undefined);
      const stopped = serve.stop(signal);
      await until(() => serve.printed().stderr.includes(`${signal}: draining`) || undefined);
      load.release();
      const { exitCode, stderr } = await stopped;
      await load.ended;
      assert.equal(exitCode, 0, stderr);
      const lost = load.asked.filter((id) => load.answers.get(id) !== 'whole');
      assert.deepEqual(lost, [], `of ${load.asked.length} requests that reached the backend`);
      assert.equal(load.asked.filter((id) => id.includes('waiting')).length, 10);
    });
  }
});
