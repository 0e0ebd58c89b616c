import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Drift } from './drifts.ts';
import { type Found, judgeDrifts } from './judge-drifts.ts';

const drifts: readonly Drift[] = [
  {
    id: 'id-string',
    title: 'the id is a string',
    operations: ['getThing'],
    shownBy: 'all',
    expected: [
      {
        kind: 'cluster',
        outcome: 'different',
        class: 'breaking',
        rule: 'property-type-changed',
        place: '#/id',
        types: 'integer→string',
      },
    ],
  },
  {
    id: 'slow',
    title: 'slow',
    operations: ['listThings'],
    shownBy: 'some',
    expected: [{ kind: 'gate', gate: 'latency', operationId: 'listThings' }],
  },
];

const cluster = {
  id: 'C-1',
  rule: 'property-type-changed',
  class: 'breaking',
  place: '#/id',
  types: 'integer→string',
  outcomes: { different: 3 },
  exchanges: 3,
} as const;
const gates = [
  { gate: 'latency', operationId: 'listThings', state: 'fail', message: 'slow' },
  { gate: 'parity', operationId: 'getThing', state: 'fail', message: 'differs' },
] as const;
const good: Found = { clusters: [cluster], gates };

test('everything found as written, and nothing else', () => {
  const judged = judgeDrifts(good, drifts);
  assert.deepEqual([judged.ok, judged.falseAlarms, judged.results.map(({ ok }) => ok)], [true, [], [true, true]]);
});

const bad: readonly (readonly [string, Found])[] = [
  ['a drift that was not found', { clusters: [], gates }],
  ['a drift of another class', { clusters: [{ ...cluster, class: 'value' }], gates }],
  ['a drift under another rule', { clusters: [{ ...cluster, rule: 'value-changed' }], gates }],
  [
    'a drift that also fell into another outcome',
    { clusters: [{ ...cluster, outcomes: { different: 3, flaky: 1 } }], gates },
  ],
  ['a cause that was not planted', { clusters: [cluster, { ...cluster, id: 'C-2', place: '#/other' }], gates }],
  [
    'a gate that fails where nothing was planted',
    {
      clusters: [cluster],
      gates: [...gates, { gate: 'parity', operationId: 'listThings', state: 'fail', message: 'x' }],
    },
  ],
  [
    'a latency gate that fails for a value drift',
    {
      clusters: [cluster],
      gates: [...gates, { gate: 'latency', operationId: 'getThing', state: 'fail', message: 'x' }],
    },
  ],
  [
    'a gate that was to fail and did not',
    { clusters: [cluster], gates: [{ gate: 'latency', operationId: 'listThings', state: 'pass', message: '' }] },
  ],
];

for (const [title, found] of bad) {
  test(`${title} fails the demo`, () => assert.equal(judgeDrifts(found, drifts).ok, false));
}
