import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  assertOneError,
  createWorkspace,
  filesOf,
  type Run,
  runCommand,
  sendUsers,
  startPair,
  startServe,
  until,
  type Workspace,
} from '../testing/cli.ts';

const GENEROUS = 'gates: { parity: { limit: 20% }, errors: { floor: 20% } }\n';

/** As `gate --json` prints it; what matters is asserted. */
interface Printed {
  readonly formatVersion: string;
  readonly verdict: string;
  readonly summary: string;
  readonly reasons: readonly {
    readonly gate: string;
    readonly operationId: string;
    readonly state: string;
    readonly code: string;
    readonly value: number | null;
    readonly limit: number;
    readonly n: number;
    readonly needed: number | null;
  }[];
}

/** The gate, once it knows of so many requests. */
async function gateAfter(workspace: Workspace, requests: number): Promise<{ run: Run; printed: Printed }> {
  return until(async () => {
    const run = await runCommand(workspace, ['gate', '--json']);
    assert.equal(run.stderr, '');
    const printed: Printed = JSON.parse(run.stdout);
    const parity = printed.reasons.find(({ gate }) => gate === 'parity');
    return parity?.n === requests ? { run, printed } : undefined;
  });
}

test('the gate judges what a running proxy saw', async (t) => {
  const pair = await startPair(t);
  const workspace = createWorkspace(t, filesOf({ ...pair, more: GENEROUS }));
  const serve = await startServe(t, workspace);

  await t.test('before any request it exits 3, for want of evidence', async () => {
    const { run, printed } = await gateAfter(workspace, 0);
    assert.equal(run.exitCode, 3);
    assert.equal(printed.verdict, 'inconclusive');
    assert.deepEqual(
      printed.reasons.map(({ gate, operationId, code, value, n, needed }) => [
        gate,
        operationId,
        code,
        value,
        n,
        needed,
      ]),
      [
        ['parity', 'getThing', 'NO_EVIDENCE', null, 0, 16],
        ['errors', 'getThing', 'NO_EVIDENCE', null, 0, 16],
      ],
    );
  });

  await t.test('with too few equal pairs it exits 3 and says how many are still needed', async () => {
    await sendUsers(serve.url, 5);
    const { run, printed } = await gateAfter(workspace, 5);
    assert.equal(run.exitCode, 3);
    assert.equal(printed.formatVersion, '1.0');
    assert.deepEqual(
      printed.reasons.map(({ gate, state, code, value, limit, n, needed }) => [
        gate,
        state,
        code,
        value,
        limit,
        n,
        needed,
      ]),
      [
        ['parity', 'inconclusive', 'INSUFFICIENT_PAIRS', 0, 0.2, 5, 11],
        ['errors', 'inconclusive', 'INSUFFICIENT_REQUESTS', 0, 0.2, 5, 11],
      ],
    );
  });

  await t.test('for people it prints the same numbers, and the verdict last', async () => {
    const { exitCode, stdout, stderr } = await runCommand(workspace, ['gate', 'things']);
    assert.deepEqual({ exitCode, stderr }, { exitCode: 3, stderr: '' });
    assert.match(stdout, /^ +GATE +OPERATION +VALUE +LIMIT +N +NEEDED/);
    assert.match(stdout, /^\? +parity +getThing +0\.000 % +20\.000 % +5 +11\b/m);
    assert.match(stdout, /\nverdict inconclusive: .*getThing.*\n$/);
  });

  await t.test('with enough equal pairs it exits 0', async () => {
    await sendUsers(serve.url, 11);
    const { run, printed } = await gateAfter(workspace, 16);
    assert.equal(run.exitCode, 0, run.stdout);
    assert.equal(printed.verdict, 'pass');
    assert.deepEqual(
      printed.reasons.map(({ state, n, needed }) => [state, n, needed]),
      [
        ['pass', 16, null],
        ['pass', 16, null],
      ],
    );
  });

  await t.test('with a candidate that answers otherwise it exits 1 and names operation, value and limit', async () => {
    pair.differ();
    await sendUsers(serve.url, 34);
    const { run, printed } = await gateAfter(workspace, 50);
    assert.equal(run.exitCode, 1);
    const [parity, errors] = printed.reasons;
    assert.deepEqual(
      [parity?.state, parity?.code, parity?.value, parity?.limit],
      ['fail', 'MISMATCH_ABOVE_LIMIT', 0.68, 0.2],
    );
    assert.equal(errors?.state, 'pass', 'a wrong answer is no failed request');
    const text = await runCommand(workspace, ['gate']);
    assert.equal(text.exitCode, 1);
    assert.match(text.stdout, /getThing: 34 of 50 pairs differ/);
    assert.match(text.stdout, /\nverdict fail: .*getThing.*\n$/);
  });
});

test('without a store the gate exits 3 and says how to get evidence', async (t) => {
  const workspace = createWorkspace(
    t,
    filesOf({ legacy: 'http://127.0.0.1:3000', candidate: 'http://127.0.0.1:4000' }),
  );
  const before = workspace.snapshot();
  for (const args of [['gate'], ['gate', '--json'], ['report']]) {
    const run = await runCommand(workspace, args);
    const [says, fix] = [/there is no store at .*observations\.db/, /run `paritygate serve` or `paritygate demo`/];
    assertOneError(run, { exitCode: 3, code: 'PG_STORE_MISSING', says, fix });
  }
  assert.deepEqual(workspace.snapshot(), before, 'nothing is made by asking');
});

test('with a bad config the gate exits 2, not 1 or 3', async (t) => {
  const files = filesOf({ legacy: 'http://127.0.0.1:3000', candidate: 'http://127.0.0.1:4000', more: 'gates: 1\n' });
  const run = await runCommand(createWorkspace(t, files), ['gate', '--json']);
  const expected = { exitCode: 2, code: 'PG_CONFIG_INVALID', at: 'paritygate.yaml:11:8' } as const;
  assertOneError(run, {
    ...expected,
    says: /gates: expected a map of settings, got 1/,
    fix: /write for example `gates: /,
  });
});
