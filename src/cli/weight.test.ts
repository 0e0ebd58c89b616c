import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { StatusDocument } from '../control/index.ts';
import { openStore } from '../observations/index.ts';
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

const FILES = filesOf({ legacy: 'http://127.0.0.1:3000', candidate: 'http://127.0.0.1:4000', weight: 10 });
const ADA = { env: { PARITYGATE_USER: 'ada' } };

function marksOf({ path }: Workspace): readonly unknown[] {
  const store = openStore({ path: path('observations.db'), readOnly: true });
  const marks = store.readMarks();
  store.close();
  return marks;
}

/** Resolves when the running proxy has the weight: it looks at its file every now and then. */
async function untilInForce(control: string, weight: number): Promise<void> {
  await until(async () => {
    // Held to this type by the control API's own contract.
    const status = (await (await fetch(`${control}/v1/status`)).json()) as StatusDocument;
    return status.groups[0]?.weight === weight || undefined;
  });
}

describe('paritygate weight', { concurrency: 2 }, () => {
  test('shows the weight, and records nothing', async (t) => {
    const workspace = createWorkspace(t, FILES);
    const before = workspace.snapshot();
    const [text, json] = [
      await runCommand(workspace, ['weight', 'things']),
      await runCommand(workspace, ['weight', 'things', '--json']),
    ];
    assert.deepEqual([text.exitCode, text.stdout, text.stderr], [0, 'things: 10 % (flag migrate.things)\n', '']);
    assert.deepEqual(JSON.parse(json.stdout), { group: 'things', flag: 'migrate.things', weight: 10 });
    assert.deepEqual(workspace.snapshot(), before);
  });

  test('changes it, prints before and after with who and when, and records that with the reason', async (t) => {
    const workspace = createWorkspace(t, FILES);
    const [earliest, run, latest] = [
      Date.now(),
      await runCommand(workspace, ['weight', 'things', '25%', '--expect', '10', '--reason', 'step 2'], ADA),
      Date.now(),
    ];
    const [, at = ''] = /^things: 10 % → 25 % {2}by ada at (.*)\n$/.exec(run.stdout) ?? [];
    assert.deepEqual([run.exitCode, run.stderr, new Date(at).toISOString()], [0, '', at], run.stdout);
    assert.ok(earliest <= Date.parse(at) && Date.parse(at) <= latest, at);
    const mark = { at: Date.parse(at), group: 'things', from: 10, to: 25, who: 'ada', reason: 'step 2' };
    assert.deepEqual(marksOf(workspace), [mark]);
    assert.equal(workspace.read('flags.json'), FILES['flags.json']?.replace('"10"', '"25"'), 'nothing else changed');
  });

  test('prints one JSON document for a program, and takes hundredths', async (t) => {
    const workspace = createWorkspace(t, FILES);
    const run = await runCommand(workspace, ['weight', 'things', '0.25', '--json'], ADA);
    const { at, ...change } = JSON.parse(run.stdout);
    const expected = { group: 'things', flag: 'migrate.things', from: 10, to: 0.25, who: 'ada', recorded: true };
    assert.deepEqual([run.exitCode, run.stderr, change], [0, '', expected]);
    assert.deepEqual(marksOf(workspace), [{ at, group: 'things', from: 10, to: 0.25, who: 'ada', reason: undefined }]);
    assert.equal((await runCommand(workspace, ['weight', 'things'])).stdout, 'things: 0.25 % (flag migrate.things)\n');
  });

  test('exits 1 where the present weight is not the expected one, and changes and records nothing', async (t) => {
    const workspace = createWorkspace(t, FILES);
    const before = workspace.snapshot();
    const run = await runCommand(workspace, ['weight', 'things', '50', '--expect', '5']);
    const [says, fix] = [/the weight of "migrate\.things" is 10, not 5: someone else changed it/, /decide again/];
    assertOneError(run, { exitCode: 1, code: 'PG_WEIGHT_STALE', at: workspace.path('flags.json'), says, fix });
    assert.deepEqual(workspace.snapshot(), before);
  });

  test('says which way it switched a flag whose strategies are not one number', async (t) => {
    const workspace = createWorkspace(t, FILES);
    const features = [
      { name: 'migrate.things', enabled: true, strategies: [{ name: 'default' }, { name: 'default' }] },
    ];
    workspace.write('flags.json', JSON.stringify({ version: 2, features }));
    const run = await runCommand(workspace, ['weight', 'things', '0'], ADA);
    assert.match(run.stdout, /^things: mixed % → 0 % \(the flag was switched off\) {2}by ada at /);
    assert.equal(JSON.parse(workspace.read('flags.json')).features[0].enabled, false);
  });

  test('keeps a change that could not be recorded, says so, and exits 4', async (t) => {
    const workspace = createWorkspace(t, { ...FILES, 'observations.db': 'a letter, not a database\n'.repeat(100) });
    const run = await runCommand(workspace, ['weight', 'things', '0', '--json']);
    assert.equal(run.exitCode, 4);
    assert.match(
      run.stderr,
      /^warning: the weight was changed, but the change could not be recorded: .*observations\.db/,
    );
    assert.deepEqual([JSON.parse(run.stdout).to, JSON.parse(run.stdout).recorded], [0, false]);
    assert.equal((await runCommand(workspace, ['weight', 'things'])).stdout, 'things: 0 % (flag migrate.things)\n');
  });
});

test('a weight takes effect in a running proxy, keeps clients on their side, and stands in the report', async (t) => {
  const workspace = createWorkspace(t, filesOf(await startPair(t)));
  const serve = await startServe(t, workspace);
  assert.deepEqual(await sendUsers(serve.url, 50), { byCandidate: 0 });

  // How many of these very users, which the hash of each decides once and for all.
  const served: number[] = [];
  for (const [weight, users] of [
    [0.5, 1000],
    [30, 300],
    [100, 50],
  ] as const) {
    const run = await runCommand(workspace, ['weight', 'things', String(weight)], ADA);
    assert.equal(run.exitCode, 0, run.stderr);
    await untilInForce(serve.control, weight);
    served.push((await sendUsers(serve.url, users)).byCandidate);
    const [first, second] = [await sendUsers(serve.url, 50), await sendUsers(serve.url, 50)];
    assert.deepEqual(first, second, 'whom the candidate served it serves again');
  }
  const [half = 0, third = 0, all] = served;
  assert.ok(half >= 1 && half <= 12, `${half} of 1000 at 0.5 %`);
  assert.ok(third >= 70 && third <= 110, `${third} of 300 at 30 %`);
  assert.equal(all, 50);

  await serve.stop();
  const report = await runCommand(workspace, ['report', '--output', 'out']);
  assert.equal(report.exitCode, 0, report.stderr);
  const marks: Record<string, unknown>[] = JSON.parse(workspace.read('out/report.json')).marks;
  assert.deepEqual(
    marks.map(({ at: _, ...mark }) => mark),
    [
      { kind: 'weight', group: 'things', from: 0, to: 0.5, who: 'ada', reason: null },
      { kind: 'weight', group: 'things', from: 0.5, to: 30, who: 'ada', reason: null },
      { kind: 'weight', group: 'things', from: 30, to: 100, who: 'ada', reason: null },
    ],
  );
});
