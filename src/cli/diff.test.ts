import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
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

// 16 pairs are enough at these limits.
const GENEROUS = `gates: { parity: { limit: 20% }, errors: { floor: 20% }, accepted: { operations: { getThing: 100% } } }
accepted: accepted.yaml
`;

interface Row {
  readonly id: string;
  readonly state: string;
  readonly fingerprints: readonly { readonly operation: string; readonly fingerprint: string }[];
}

/** A workspace in which 40 of 40 pairs differ in one value. */
async function startDifferent(t: TestContext): Promise<{ workspace: Workspace; cause: Row }> {
  const pair = await startPair(t);
  const workspace = createWorkspace(t, filesOf({ ...pair, more: GENEROUS }));
  const serve = await startServe(t, workspace);
  pair.differ();
  await sendUsers(serve.url, 40);
  const cause = await until(async () => {
    const { stdout } = await runCommand(workspace, ['gate', '--json']);
    return JSON.parse(stdout).reasons[0].n === 40 ? (await listOf(workspace))[0] : undefined;
  });
  return { workspace, cause };
}

async function listOf(workspace: Workspace): Promise<readonly Row[]> {
  const { stdout, stderr } = await runCommand(workspace, ['diff', 'ls', '--json']);
  assert.equal(stderr, '');
  return JSON.parse(stdout).differences;
}

const DECISION = ['--owner', 'jane', '--reason', 'counted in pairs: agreed', '--ticket', '4711'];

test('a difference is found, accepted, and then the gate passes; once it is taken out the gate fails again', async (t) => {
  const { workspace, cause } = await startDifferent(t);
  const [{ fingerprint = '' } = {}] = cause.fingerprints;

  await t.test('before, the gate fails, and the list says that it is open', async () => {
    assert.equal((await runCommand(workspace, ['gate'])).exitCode, 1);
    const { stdout, exitCode } = await runCommand(workspace, ['diff', 'ls']);
    assert.equal(exitCode, 0);
    assert.match(stdout, /^CAUSE +CLASS +EXCHANGES +STATE +WHAT\nC-\w{10} +value +40 +open +.*size/);
  });

  await t.test('one cause is shown with its place, its fingerprints and examples', async () => {
    const { stdout } = await runCommand(workspace, ['diff', 'show', cause.id]);
    assert.match(stdout, /value, value-changed, declared at .*\(openapi\.yaml:\d+\)/);
    assert.match(stdout, new RegExp(`\\n${fingerprint} +getThing +\\/size +40 +open\\n`));
    assert.match(stdout, /GET \/things\/1 {2}\/size\n {2}- legacy +\{.*"size":1\}\n {2}\+ candidate +\{.*"size":2\}/);
    assert.equal((await runCommand(workspace, ['diff', 'show', fingerprint])).stdout, stdout);
  });

  await t.test('accepting writes who, why and until when, and says what it changes', async () => {
    const { stdout, exitCode } = await runCommand(workspace, ['diff', 'accept', cause.id, ...DECISION]);
    assert.equal(exitCode, 0);
    assert.match(
      stdout,
      new RegExp(`^getThing ${fingerprint}: accepted until \\d{4}-\\d\\d-\\d\\d, 40 of 40 different`),
    );
    const text = workspace.read('accepted.yaml');
    assert.match(
      text,
      /- operation: getThing\n {4}fingerprint: .*\n {4}owner: jane\n {4}reason: "counted in pairs: agreed"\n/,
    );
    assert.match(text, /expires: \d{4}-\d\d-\d\d\n {4}ticket: "4711"\n {4}contract: /);
  });

  await t.test('then what was seen before agrees as well, and the gate passes', async () => {
    const { exitCode, stdout } = await runCommand(workspace, ['gate', '--json']);
    assert.equal(exitCode, 0, stdout);
    const { reasons } = JSON.parse(stdout);
    assert.deepEqual(
      reasons.map(({ gate, state, k, n }: Record<string, unknown>) => [gate, state, k, n]),
      [
        ['parity', 'pass', 0, 40],
        ['errors', 'pass', 0, 40],
        ['accepted', 'pass', 40, 40],
      ],
    );
    assert.match((await listOf(workspace))[0]?.state ?? '', /^accepted by jane until \d{4}-\d\d-\d\d$/);
    assert.equal((await runCommand(workspace, ['validate'])).exitCode, 0);
  });

  await t.test('accepting again renews it, and keeps what people wrote around it', async () => {
    workspace.write('accepted.yaml', `# ours\n${workspace.read('accepted.yaml')}`);
    await runCommand(workspace, ['diff', 'accept', fingerprint, '--owner', 'joe', '--reason', 'x', '--expires', '1d']);
    const text = workspace.read('accepted.yaml');
    assert.equal(text.match(/fingerprint:/g)?.length, 1);
    assert.match(text, /^# ours\n/);
    assert.match(text, /owner: joe/);
  });

  await t.test('one that has expired fails the gate', async () => {
    workspace.write('accepted.yaml', workspace.read('accepted.yaml').replace(/expires: .*/, 'expires: 2026-01-31'));
    const { exitCode, stdout } = await runCommand(workspace, ['gate']);
    assert.equal(exitCode, 1);
    assert.match(
      stdout,
      /getThing: the acceptance of \w{16} \(line \d+\) expired on 2026-01-31: renew it, or take it out/,
    );
    assert.match((await listOf(workspace))[0]?.state ?? '', /^acceptance by joe: expired$/);
  });

  await t.test('taken out, it is as it was', async () => {
    workspace.write('accepted.yaml', 'version: 1\nacceptances: []\n');
    const { exitCode, stdout } = await runCommand(workspace, ['gate', '--json']);
    assert.equal(exitCode, 1);
    assert.equal(JSON.parse(stdout).reasons[0].k, 40);
  });

  const wrong: readonly (readonly [title: string, args: readonly string[], says: RegExp, fix: RegExp])[] = [
    ['without an owner', ['--reason', 'x'], /--owner is missing/, /say --owner/],
    ['without a reason', ['--owner', 'x'], /--reason is missing/, /say --reason/],
    ['until yesterday', [...DECISION, '--expires', '2026-01-31'], /--expires 2026-01-31 is no day/, /--expires 90d/],
    ['for ever', [...DECISION, '--expires', '9999d'], /--expires 9999d is no day/, /--expires 90d/],
    ['on no day', [...DECISION, '--expires', '2027-02-30'], /--expires 2027-02-30 is no day/, /--expires 90d/],
    ['with a ceiling that is none', [...DECISION, '--ceiling', '1'], /--ceiling 1 is no percentage/, /--ceiling 1%/],
  ];
  for (const [title, args, says, fix] of wrong)
    await t.test(`${title} nothing is accepted`, async () => {
      const before = workspace.read('accepted.yaml');
      const run = await runCommand(workspace, ['diff', 'accept', fingerprint, ...args]);
      assertOneError(run, { exitCode: 2, code: 'PG_USAGE', says, fix });
      assert.equal(workspace.read('accepted.yaml'), before);
    });

  await t.test('at one place only it is accepted there, and a place where it was not seen is refused', async () => {
    const args = ['diff', 'accept', fingerprint, ...DECISION, '--pointer'];
    const { stdout } = await runCommand(workspace, [...args, '/size']);
    assert.match(stdout, /^getThing \w{16} at \/size: accepted until .*, 40 of 40 different/);
    assert.match(workspace.read('accepted.yaml'), /fingerprint: .*\n {4}pointer: \/size\n {4}owner: jane/);
    assert.match((await listOf(workspace))[0]?.state ?? '', /^accepted by jane until/);
    const elsewhere = await runCommand(workspace, [...args, '/sizes']);
    assertOneError(elsewhere, { exitCode: 2, code: 'PG_USAGE', says: /not seen at .*\/sizes/, fix: /seen at \/size;/ });
  });

  await t.test('what was never seen cannot be accepted', async () => {
    const run = await runCommand(workspace, ['diff', 'accept', 'C-0000000000', ...DECISION]);
    assertOneError(run, {
      exitCode: 2,
      code: 'PG_DIFFERENCE_UNKNOWN',
      says: /no difference has the id/,
      fix: /diff ls/,
    });
  });
});

const FILES = filesOf({
  legacy: 'http://127.0.0.1:3000',
  candidate: 'http://127.0.0.1:4000',
  more: 'accepted: accepted.yaml\n',
});
const ENTRY = `  - operation: getThing
    fingerprint: "0123456789abcdef"
    owner: jane
    reason: agreed
    expires: 2027-01-31
    contract: c0ffee
`;

const BAD: readonly (readonly [title: string, text: string, at: string, says: RegExp, fix: RegExp])[] = [
  [
    'names no operation of the contract',
    ENTRY.replace('getThing', 'getThin'),
    '3:5',
    /no operation "getThin"/,
    /did you mean "getThing"/,
  ],
  ['stands twice', ENTRY + ENTRY, '9:5', /already accepted in line 3/, /keep one/],
  ['has no owner', ENTRY.replace(/.*owner.*\n/, ''), '3:5', /owner is missing/, /add `owner: jane@example.com`/],
  ['never ends', ENTRY.replace(/.*expires.*\n/, ''), '3:5', /expires is missing/, /add `expires: 2027-03-31`/],
  ['ends on a day that there is not', ENTRY.replace('01-31', '02-30'), '7:14', /expected the last day/, /2027-03-31/],
  [
    'has a fingerprint that YAML takes for a number',
    ENTRY.replace('"0123456789abcdef"', '1234567890123456'),
    '4:18',
    /16 hexadecimal digits/,
    /fingerprint/,
  ],
  [
    'says neither which difference nor where',
    ENTRY.replace(/.*fingerprint.*\n/, ''),
    '3:5',
    /expected `fingerprint`, `pointer` or both/,
    /write for example `.*pointer/,
  ],
  [
    'has a pointer that is none',
    ENTRY.replace('owner', 'pointer: items.price\n    owner'),
    '5:14',
    /expected a pointer such as/,
    /items/,
  ],
  [
    'has a slip in a key',
    ENTRY.replace('expires', 'ticke: T1\n    expires'),
    '7:5',
    /unknown key acceptances\[0\].ticke/,
    /did you mean "ticket"/,
  ],
];

test('an acceptance that', async (t) => {
  for (const [title, text, at, says, fix] of BAD)
    await t.test(`${title} is one error with its line, for the gate as for validate`, async (t) => {
      const workspace = createWorkspace(t, { ...FILES, 'accepted.yaml': `version: 1\nacceptances:\n${text}` });
      for (const command of ['validate', 'gate']) {
        const run = await runCommand(workspace, [command]);
        const code = /unknown key/.test(says.source)
          ? 'PG_CONFIG_UNKNOWN_KEY'
          : /no operation|already/.test(says.source)
            ? 'PG_ACCEPTED_INVALID'
            : 'PG_CONFIG_INVALID';
        assertOneError(run, { exitCode: 2, code, at: `${workspace.path('accepted.yaml')}:${at}`, says, fix });
      }
    });
});
