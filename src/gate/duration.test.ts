import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatDuration } from './duration.ts';

test('durations are in the largest unit of which there are two', () => {
  assert.deepEqual([0.2, 1, 90, 7201, 5400, 200_000].map(formatDuration), [
    '1 second',
    '1 second',
    '90 seconds',
    '2 hours',
    '90 minutes',
    '2 days',
  ]);
});
