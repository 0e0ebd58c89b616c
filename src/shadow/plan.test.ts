import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UNMATCHED } from '../core/index.ts';
import { createMirrorPlanner } from './plan.ts';

const policy = { percent: 100, methods: ['GET', 'HEAD'], maxBodyBytes: 10 };

test('what is not in the contract, and what may not be sent twice, is not mirrored, and says why', () => {
  const plan = createMirrorPlanner(policy);
  assert.deepEqual(plan({ operationId: UNMATCHED, method: 'GET', key: 'k' }), {
    kind: 'skip',
    reason: 'not-in-contract',
  });
  assert.deepEqual(plan({ operationId: 'a', method: 'POST', key: 'k' }), { kind: 'skip', reason: 'unsafe-method' });
  assert.deepEqual(plan({ operationId: 'a', method: 'HEAD', key: 'k' }), { kind: 'mirror', maxBodyBytes: 10 });
});

test('sampling keeps a client in or out, and takes the share it says', () => {
  const plan = createMirrorPlanner({ ...policy, percent: 12.5 });
  const kinds = Array.from(
    { length: 20_000 },
    (_, index) => plan({ operationId: 'a', method: 'GET', key: `user-${index}` }).kind,
  );
  const share = kinds.filter((kind) => kind === 'mirror').length / kinds.length;
  // Five standard deviations of a binomial share of 20,000.
  assert.ok(Math.abs(share - 0.125) < 5 * Math.sqrt((0.125 * 0.875) / 20_000), String(share));
  assert.deepEqual(plan({ operationId: 'b', method: 'GET', key: 'user-7' }).kind, kinds[7]);
});

test('a share of nothing mirrors nothing', () => {
  const plan = createMirrorPlanner({ ...policy, percent: 0 });
  assert.deepEqual(plan({ operationId: 'a', method: 'GET', key: undefined }), { kind: 'skip', reason: 'sampled-out' });
});
