import assert from 'node:assert/strict';
import { test } from 'node:test';
import { baselineRequestsOf } from './latency.ts';

test('the baseline is as large as the highest quantile that is bounded relative to it needs', () => {
  const over = { ratio: 0.2, slackMs: 0 };
  assert.equal(baselineRequestsOf({ latency: [{ quantile: 0.99, over }] }), 299);
  assert.equal(
    baselineRequestsOf({
      latency: [
        { quantile: 0.5, over },
        { quantile: 0.999, over },
      ],
    }),
    2995,
  );
});

test('an absolute bound needs no baseline', () => {
  assert.equal(baselineRequestsOf({ latency: [{ quantile: 0.999, maxMs: 100 }] }), 0);
  assert.equal(baselineRequestsOf({ latency: [] }), 0);
});
