import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Cluster } from '../core/index.ts';
import { findCauses } from './causes.ts';
import { listClusters } from './clusters.ts';
import { cluster } from './sample.test.ts';

const missing = (id: string, name: string, rest: Partial<Cluster> = {}): Cluster =>
  cluster(id, {
    rule: 'optional-property-missing',
    class: 'value',
    place: `#/components/schemas/T/properties/${name}`,
    types: 'string→absent',
    exchangeSet: 7,
    ...rest,
  });
const added = (id: string, name: string): Cluster =>
  missing(id, name, { rule: 'undocumented-property-added', class: 'undocumented', types: 'absent→string' });

const grouped = (clusters: readonly Cluster[]): readonly (readonly string[])[] =>
  findCauses(clusters).map(({ main, parts }) => [main.id, ...parts.map(({ id }) => id)]);

test('what changed in the structure of one object, in the very same exchanges, is one cause', () => {
  assert.deepEqual(grouped([missing('C-1', 'a'), missing('C-2', 'b'), added('C-3', 'c')]), [['C-3', 'C-1', 'C-2']]);
});

const APART: readonly (readonly [title: string, other: Cluster])[] = [
  ['in other exchanges', missing('C-2', 'b', { exchangeSet: 8 })],
  ['in more exchanges', missing('C-2', 'b', { exchanges: 41 })],
  ['of another object', missing('C-2', 'b', { place: '#/components/schemas/U/properties/b' })],
  ['of a store that knows no sets', (({ exchangeSet: _, ...rest }) => rest)(missing('C-2', 'b'))],
  ['another value', missing('C-2', 'b', { rule: 'value-changed', types: 'string→string' })],
];
for (const [title, other] of APART)
  test(`a difference ${title} is a cause of its own`, () => {
    assert.deepEqual(grouped([missing('C-1', 'a'), other]), [['C-1'], ['C-2']]);
  });

test('what meets in two exchanges alone is not taken for one', () => {
  const few = { exchanges: 2 };
  assert.deepEqual(grouped([missing('C-1', 'a', few), missing('C-2', 'b', few)]), [['C-1'], ['C-2']]);
});

test('values that always differ together are told of each other, and stay two', () => {
  const value = (id: string): Cluster => cluster(id, { rule: 'value-changed', types: 'string→string', exchangeSet: 9 });
  const entries = listClusters([value('C-1'), value('C-2')], {
    judged: 40,
    evidence: { operations: [] },
    lineOf: () => 1,
    rendered: new Map(),
  });
  assert.deepEqual(
    entries.map(({ id, alwaysWith }) => [id, ...alwaysWith]),
    [
      ['C-1', 'C-2'],
      ['C-2', 'C-1'],
    ],
  );
});

test('a name of few exchanges is none', () => {
  const titleOf = (exchanges: number) =>
    listClusters([cluster('C-1', { transforms: ['× 1.5'], exchanges })], {
      judged: 40,
      evidence: { operations: [] },
      lineOf: () => 1,
      rendered: new Map(),
    })[0]?.title ?? '';
  assert.doesNotMatch(titleOf(2), /always/);
  assert.match(titleOf(3), /, always × 1\.5$/);
});
