import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Finding } from '../core/index.ts';
import { BINDING, recordOf, sampleFinding, sampleObservation, storePath } from '../testing/observations.ts';
import { addProbes, closeProbes, countProbe, createProbeTally, MAX_PROBED } from './probe-tally.ts';
import { openStore } from './store.ts';

function finding(fingerprint: string, changes: Partial<Finding> = {}): Finding {
  return sampleFinding({ fingerprint, rule: 'value-changed', class: 'value', ...changes });
}

test('each kind is counted by who differed: the candidate, legacy from itself, or both', () => {
  const tally = createProbeTally();
  countProbe(tally, { candidate: [finding('a'), finding('b')], legacy: [finding('b'), finding('c')] });
  countProbe(tally, { candidate: [finding('b')], legacy: [] });
  countProbe(tally, { candidate: [], legacy: [] });
  const { probes, unlisted, kinds } = closeProbes(tally);
  assert.deepEqual([probes, unlisted], [3, 0]);
  assert.deepEqual(
    kinds.map(({ fingerprint, both, candidateOnly, legacyOnly }) => [fingerprint, both, candidateOnly, legacyOnly]),
    [
      ['a', 0, 1, 0],
      ['b', 1, 1, 0],
      ['c', 0, 0, 1],
    ],
  );
});

test('one kind at two places is two: what moves in the one says nothing of the other', () => {
  const tally = createProbeTally();
  countProbe(tally, {
    candidate: [finding('a', { pointers: ['/at', '/until'] })],
    legacy: [finding('a', { pointers: ['/at'] })],
  });
  assert.deepEqual(
    closeProbes(tally).kinds.map(({ pointer, both, candidateOnly }) => [pointer, both, candidateOnly]),
    [
      ['/at', 1, 0],
      ['/until', 0, 1],
    ],
  );
});

test('what is only spelled otherwise is no difference', () => {
  const tally = createProbeTally();
  countProbe(tally, {
    candidate: [finding('a', { class: 'cosmetic' })],
    legacy: [finding('a', { class: 'cosmetic' })],
  });
  assert.deepEqual(closeProbes(tally).kinds, []);
});

test('kinds beyond the bound are counted, and not listed', () => {
  const tally = createProbeTally();
  for (let n = 0; n < MAX_PROBED.window + 7; n++) countProbe(tally, { candidate: [finding(`f${n}`)], legacy: [] });
  const { probes, unlisted, kinds } = closeProbes(tally);
  assert.deepEqual([probes, kinds.length, unlisted], [MAX_PROBED.window + 7, MAX_PROBED.window, 7]);
});

test('the evidence has the probes of all windows; one that an earlier version stored adds none', () => {
  const total = createProbeTally();
  addProbes(total, undefined);
  assert.deepEqual(closeProbes(total), { probes: 0, unlisted: 0, kinds: [] });

  const store = openStore({ path: storePath() });
  const probe = { candidate: [finding('a')], legacy: [finding('a')] };
  for (const fromMs of [1000, 2000]) store.recordWindow(BINDING, recordOf([sampleObservation({ probe })], fromMs));
  const [operation] = store.readEvidence(BINDING).operations;
  assert.equal(operation?.probed.probes, 2);
  assert.equal(operation.probed.kinds[0]?.both, 2);
  store.close();
});
