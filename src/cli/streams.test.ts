import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { openStore } from '../observations/index.ts';
import { createWorkspace, filesOf, runCommand, type Workspace } from '../testing/cli.ts';
import { paint } from './terminal.ts';

const FILES = filesOf({ legacy: 'http://127.0.0.1:3000', candidate: 'http://127.0.0.1:4000' });

/** A workspace with a store, and with a contract that there is something to say about. */
function talkativeWorkspace(t: TestContext): Workspace {
  const workspace = createWorkspace(t, FILES);
  workspace.write(
    'openapi.yaml',
    workspace
      .read('openapi.yaml')
      .replace('components:', '  /more: { get: { responses: { "200": { description: ok } } } }\ncomponents:'),
  );
  openStore({ path: workspace.path('observations.db') }).close();
  return workspace;
}

const WARNING = /^warning: .*openapi\.yaml:\d+ .*GET \/more has no operationId; it is called getMore\n$/;

describe('results go to stdout, and what else there is to say to stderr', { concurrency: 2 }, () => {
  for (const args of [['validate'], ['gate'], ['report']]) {
    test(`paritygate ${args.join(' ')}`, async (t) => {
      const { stdout, stderr } = await runCommand(talkativeWorkspace(t), args);
      assert.match(stderr, WARNING);
      assert.notEqual(stdout, '');
      assert.doesNotMatch(stdout, /warning/i);
    });
  }

  for (const args of [
    ['validate', '--json'],
    ['gate', '--json'],
    ['report', '--json'],
    ['weight', 'things', '--json'],
    ['weight', 'things', '1', '--json'],
  ]) {
    test(`paritygate ${args.join(' ')} prints one JSON document and nothing else`, async (t) => {
      const { stdout } = await runCommand(talkativeWorkspace(t), args);
      assert.equal(typeof JSON.parse(stdout), 'object');
    });
  }
});

const ESCAPE = '\u001b';

describe('colour', { concurrency: 2 }, () => {
  /** The verdict on stdout, and an error on stderr. */
  async function printedWith(t: TestContext, env: Readonly<Record<string, string>>): Promise<readonly string[]> {
    const workspace = talkativeWorkspace(t);
    const gate = await runCommand(workspace, ['gate'], { env });
    const unknown = await runCommand(workspace, ['gate', 'nothing'], { env });
    assert.match(gate.stdout, /verdict .*inconclusive/);
    assert.match(unknown.stderr, /PG_GROUP_UNKNOWN/);
    return [gate.stdout, unknown.stderr];
  }

  test('is off where the output is no terminal', async (t) => {
    for (const text of await printedWith(t, { TERM: 'xterm-256color' })) assert.ok(!text.includes(ESCAPE), text);
  });

  test('is on where FORCE_COLOR asks for it', async (t) => {
    for (const text of await printedWith(t, { FORCE_COLOR: '1' })) assert.ok(text.includes(ESCAPE), text);
  });

  test('is off where NO_COLOR is set, whatever else is', async (t) => {
    for (const text of await printedWith(t, { NO_COLOR: '1', FORCE_COLOR: '1' }))
      assert.ok(!text.includes(ESCAPE), text);
  });

  test('on a terminal is on, unless the environment says otherwise', () => {
    const isColored = (env: NodeJS.ProcessEnv): boolean => paint({ isTTY: true }, env).red('x') !== 'x';
    const environments = [{}, { NO_COLOR: '1' }, { TERM: 'dumb' }, { FORCE_COLOR: '0' }, { NO_COLOR: '' }];
    assert.deepEqual(environments.map(isColored), [true, false, false, false, true]);
  });
});
