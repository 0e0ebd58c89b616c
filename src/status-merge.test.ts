import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { PlaneReport } from './status.ts';
import { mergeReports, NO_COUNTS, retire, withoutCounts } from './status-merge.ts';

const REPORT: PlaneReport = {
  groups: [
    {
      name: 'trades',
      flag: 'migrate.trades',
      weight: 10,
      observed: { legacy: 9, candidate: 1 },
      breaker: { state: 'closed', opened: 1, diverted: 2 },
    },
  ],
  flags: { source: 'flags.json', ok: true, loadedAtMs: 1_000, ageMs: 50, warnings: ['odd'] },
  store: { location: 'o.db', ok: true },
  live: { inFlight: 4, shed: 5 },
  shadow: { inFlight: 1, queued: 2, dropped: 3 },
  contract: { title: 'Gateway', file: 'openapi.yaml', digest: 'd', operations: 12 },
};

const CLOSED = { state: 'closed', opened: 0, diverted: 0 } as const;

function groupOf(report: Pick<PlaneReport, 'groups'>, name = 'trades') {
  return report.groups.find((group) => group.name === name);
}

describe('several planes as one', () => {
  test('have their counts summed', () => {
    const merged = mergeReports([REPORT, REPORT, REPORT]);
    assert.deepEqual(groupOf(merged)?.observed, { legacy: 27, candidate: 3 });
    assert.deepEqual(merged.live, { inFlight: 12, shed: 15 });
    assert.deepEqual(merged.shadow, { inFlight: 3, queued: 6, dropped: 9 });
    assert.deepEqual(groupOf(merged)?.breaker, { state: 'closed', opened: 3, diverted: 6 });
    assert.equal(groupOf(merged)?.weight, 10);
    assert.deepEqual(merged.contract, REPORT.contract);
  });

  test('have the worst state of their breakers', () => {
    const withState = (state: 'closed' | 'half-open' | 'open'): PlaneReport => ({
      ...REPORT,
      groups: REPORT.groups.map((group) => ({ ...group, breaker: { ...CLOSED, state } })),
    });
    const [closed, halfOpen, open] = [withState('closed'), withState('half-open'), withState('open')] as const;
    assert.equal(groupOf(mergeReports([closed, open, halfOpen]))?.breaker.state, 'open');
    assert.equal(groupOf(mergeReports([closed, halfOpen]))?.breaker.state, 'half-open');
    assert.equal(groupOf(mergeReports([closed], [open]))?.breaker.state, 'closed', 'one that is gone has no say');
  });

  test('have no one weight while they have read different flags', () => {
    const behind = { ...REPORT, groups: REPORT.groups.map((group) => ({ ...group, weight: 0 })) };
    assert.equal(groupOf(mergeReports([REPORT, behind]))?.weight, null);
  });

  test('show the oldest flags in use, each odd thing once, and the failure of any', () => {
    const failed = {
      ok: false,
      error: 'not JSON',
      failedAtMs: 7,
      loadedAtMs: 500,
      ageMs: 550,
      warnings: ['odd', 'new'],
    };
    const later = { ...failed, error: 'gone', failedAtMs: 9 };
    const { flags } = mergeReports([
      REPORT,
      { ...REPORT, flags: { source: 'flags.json', ...failed } },
      { ...REPORT, flags: { source: 'flags.json', ...later } },
    ]);
    assert.deepEqual(flags, {
      source: 'flags.json',
      ok: false,
      loadedAtMs: 500,
      ageMs: 550,
      error: 'not JSON',
      failedAtMs: 7,
      warnings: ['odd', 'new'],
    });
  });

  test('have not read the flags when one of them has not', () => {
    const { flags } = mergeReports([
      REPORT,
      { ...REPORT, flags: { source: 'f', ok: false, loadedAtMs: null, ageMs: null, error: 'gone' } },
    ]);
    assert.deepEqual([flags.loadedAtMs, flags.ageMs, flags.ok], [null, null, false]);
  });

  test('have a store that fails when it fails for one of them', () => {
    const { store } = mergeReports([REPORT, { ...REPORT, store: { location: 'o.db', ok: false, error: 'locked' } }]);
    assert.deepEqual(store, { location: 'o.db', ok: false, error: 'locked' });
  });
});

describe('what a plane has counted when it ends', () => {
  test('is still counted, and nothing of it is in flight', () => {
    const gone = retire(retire(NO_COUNTS, REPORT), REPORT);
    const merged = mergeReports([REPORT], [gone]);
    assert.deepEqual(groupOf(merged)?.observed, { legacy: 27, candidate: 3 });
    assert.deepEqual(merged.live, { inFlight: 4, shed: 15 });
    assert.deepEqual(merged.shadow, { inFlight: 1, queued: 2, dropped: 9 });
    assert.deepEqual(groupOf(merged)?.breaker, { state: 'closed', opened: 3, diverted: 6 });
  });

  test('outlives a config without its group, until there is one again', () => {
    const group = {
      name: 'tasks',
      flag: 'migrate.tasks',
      weight: 0,
      observed: { legacy: 5, candidate: 0 },
      breaker: CLOSED,
    };
    const gone = retire(retire(NO_COUNTS, REPORT), { ...REPORT, groups: [group] });
    assert.deepEqual(groupOf(gone)?.observed, { legacy: 9, candidate: 1 });
    const merged = mergeReports([{ ...REPORT, groups: [group] }], [gone]);
    assert.equal(merged.groups.length, 1);
    assert.deepEqual(groupOf(merged, 'tasks')?.observed, { legacy: 10, candidate: 0 });
  });

  test('is not counted twice where its last report stands in for the next', () => {
    const merged = mergeReports([withoutCounts(REPORT)], [retire(NO_COUNTS, REPORT)]);
    assert.deepEqual(groupOf(merged)?.observed, { legacy: 9, candidate: 1 });
    assert.equal(merged.shadow.dropped, 3);
  });
});
