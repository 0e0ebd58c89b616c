import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fuzzDiffs } from '../testing/fuzz-diff.ts';

/** What two bodies may differ by; `npm run fuzz:diff` makes many more pairs of them. */
const KINDS = [
  'added',
  'branch',
  'enum',
  'item added',
  'item missing',
  'missing',
  'none',
  'null',
  'null to value',
  'order',
  'respelled',
  'spelled',
  'tolerated',
  'type',
  'value',
  'volatile',
];

test('of generated pairs every difference is found where it is, as what it is, and nothing else', () => {
  const { mutations } = fuzzDiffs({ seed: 20_261_121, cases: 5_000 });
  assert.deepEqual([...mutations.keys()].toSorted(), KINDS);
});
