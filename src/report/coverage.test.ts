import assert from 'node:assert/strict';
import { test } from 'node:test';
import { listCoverage, missingText, type PointInfo } from './coverage.ts';

const PET = '#/components/schemas/Pet';

const POINTS: readonly PointInfo[] = [
  { id: '1', kind: 'status', place: '#/paths/~1pets/get/responses/404' },
  { id: '2', kind: 'present', place: `${PET}/properties/note` },
  { id: '3', kind: 'absent', place: `${PET}/properties/note` },
  { id: '4', kind: 'null', place: `${PET}/properties/a~1b` },
  { id: '5', kind: 'member', place: `${PET}/properties/kinds/items`, value: '"fish"' },
  { id: '6', kind: 'branch', place: '#/components/schemas/Boat' },
];

const lineOf = (place: string): number | undefined => (place.startsWith(PET) ? 7 : undefined);

test('what was not seen is listed with its place, the least covered operation first', () => {
  const all = POINTS.map(({ id }) => id);
  const listed = listCoverage(
    [
      { operationId: 'a', points: POINTS, covered: all },
      { operationId: 'b', points: POINTS, covered: ['1', '2', '3', '4', 'of another contract'] },
    ],
    lineOf,
  );
  assert.deepEqual(listed, [
    {
      operationId: 'b',
      points: 6,
      seen: 4,
      missing: [
        { kind: 'member', place: `${PET}/properties/kinds/items`, line: 7, value: '"fish"' },
        { kind: 'branch', place: '#/components/schemas/Boat', line: null, value: null },
      ],
    },
    { operationId: 'a', points: 6, seen: 6, missing: [] },
  ]);
});

test('it is told in a few words', () => {
  const [none] = listCoverage([{ operationId: 'a', points: POINTS, covered: [] }], lineOf);
  assert.ok(none);
  assert.equal(missingText(none), 'status 404, note present, note absent, a/b null, kinds "fish", branch Boat');
  assert.equal(missingText({ ...none, missing: [], seen: 6 }), 'nothing');
});

test('of many the first are named, and the rest counted', () => {
  const points = Array.from({ length: 300 }, (_, n): PointInfo => ({ id: `${n}`, kind: 'status', place: `#/${n}` }));
  const [entry] = listCoverage([{ operationId: 'a', points, covered: ['0'] }], lineOf);
  assert.ok(entry);
  assert.equal(entry.missing.length, 200);
  assert.match(missingText(entry), /^status 1, .*status 12 and 287 more$/);
});
