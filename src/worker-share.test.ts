import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Config, parseConfig } from './config/index.ts';
import { shareOf } from './worker-share.ts';

function configOf(more: string): Config {
  const text = `contract: openapi.yaml\nbackends: { legacy: "http://127.0.0.1:3000" }\n${more}`;
  return parseConfig(text, { file: 'p.yaml', env: {} });
}

test('what bounds the load on a backend is dealt out among the workers', () => {
  const { shadow, confirm } = shareOf(configOf('workers: 4\n'), 8080);
  assert.deepEqual([shadow.concurrency, shadow.queue, confirm.perSecond], [16, 64, 5]);
  assert.equal(shadow.connectionsPerSecond, 2.5);
});

test('each worker can do something, and what is off stays off', () => {
  const few = shareOf(configOf('workers: 4\nshadow: { concurrency: 2, queue: 0 }\nconfirm: { perSecond: 2 }\n'), 8080);
  assert.deepEqual([few.shadow.concurrency, few.shadow.queue, few.confirm.perSecond], [1, 0, 0.5]);
  assert.equal(shareOf(configOf('workers: 4\nconfirm: { perSecond: 0 }\n'), 8080).confirm.perSecond, 0);
});

test('one worker has it all, on the port that it is given', () => {
  const config = configOf('listen: 127.0.0.1:0\n');
  assert.deepEqual(shareOf(config, 4711), { ...config, listen: { host: '127.0.0.1', port: 4711 } });
});
