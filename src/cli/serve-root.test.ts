import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseConfig } from '../config/index.ts';
import { createWorkspace, filesOf, startPair, startServe } from '../testing/cli.ts';
import { rootWarning } from './serve-root.ts';

test('root is warned, and told what to do; nobody else is', () => {
  assert.match(rootWarning(0) ?? '', /^running as root.*: start it as another user/);
  assert.deepEqual([rootWarning(1000), rootWarning(undefined)], [undefined, undefined]);
});

test('paritygate serve says it on stderr, in one line, when it is so', async (t) => {
  const workspace = createWorkspace(t, filesOf(await startPair(t)));
  const { stop } = await startServe(t, workspace);
  const { stderr, stdout } = await stop();
  const lines = stderr.split('\n').filter((line) => line.includes('running as root'));
  assert.equal(lines.length, process.getuid?.() === 0 ? 1 : 0, stderr);
  assert.doesNotMatch(stdout, /root/);
});

test('without a word in the config, clients and operators are listened to on loopback only', () => {
  const text = 'contract: openapi.yaml\nbackends: { legacy: "http://127.0.0.1:3000" }\n';
  const { listen, control } = parseConfig(text, { file: 'p.yaml', env: {} });
  assert.deepEqual([listen.host, control.listen.host], ['127.0.0.1', '127.0.0.1']);
});
