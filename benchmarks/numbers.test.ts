import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sumSelfTimes } from './cpu-profile.ts';
import type { Sample } from './measure.ts';
import { cpuRatio } from './ratios.ts';
import { quantile, slopeOf, spreadOf } from './statistics.ts';
import { formatTable } from './table.ts';
import { stateOf } from './targets.ts';

test('a ratio is taken within a round, so that a machine that slows down does not change it', () => {
  const samples = new Map([
    ['a', [sampleOf(1, 20), sampleOf(2, 40), sampleOf(3, 90)]],
    ['b', [sampleOf(3, 30), sampleOf(1, 10), sampleOf(2, 20)]],
  ]);
  assert.deepEqual(cpuRatio(samples, 'a', 'b'), { median: 2, min: 2, max: 3, n: 3 });
});

test('what was not measured on one side has no ratio, and its target is not measured', () => {
  const value = cpuRatio(new Map([['a', [sampleOf(1, 20)]]]), 'a', 'b');
  assert.equal(value, undefined);
  assert.equal(stateOf({ what: 'a / b', limit: 1, value }), 'not measured');
});

test('a target is held up to its limit and missed beyond it', () => {
  const spread = { min: 0, max: 9, n: 3 };
  assert.equal(stateOf({ what: '', limit: 1.15, value: { ...spread, median: 1.15 } }), 'held');
  assert.equal(stateOf({ what: '', limit: 1.15, value: { ...spread, median: 1.16 } }), 'missed');
});

test('a target whose value is known to an interval is undecided while its limit lies in there', () => {
  const stateWithin = (min: number, max: number) =>
    stateOf({ what: '', limit: 1.1, value: { min, median: (min + max) / 2, max, n: 9 }, isInterval: true });
  assert.equal(stateWithin(0.9, 1.1), 'held');
  assert.equal(stateWithin(0.9, 1.11), 'undecided');
  assert.equal(stateWithin(1.09, 1.5), 'undecided');
  assert.equal(stateWithin(1.11, 1.5), 'missed');
});

test('a median lies between the two middle values, and a quantile between its two neighbours', () => {
  assert.deepEqual(spreadOf([4, 1, NaN, 2, 3]), { median: 2.5, min: 1, max: 4, n: 4 });
  assert.equal(quantile([10, 20, 30, 40, 50], 0.9), 46);
});

test('the slope of a line is found again', () => {
  assert.equal(slopeOf([1, 2, 6].map((x) => ({ x, y: 7 + 3 * x }))), 3);
});

test('a profile counts the samples within the window, for the function that was running', () => {
  const frame = (functionName: string) => ({ functionName, url: '', lineNumber: 0 });
  const profile = {
    startTime: 1_000,
    nodes: [
      { id: 1, callFrame: frame('a') },
      { id: 2, callFrame: frame('b') },
    ],
    samples: [1, 2, 1, 2],
    timeDeltas: [100, 200, 300, 400],
  };
  const times = sumSelfTimes(profile, { fromUs: 1_150, toUs: 1_700 }, ({ callFrame }) => callFrame.functionName);
  assert.deepEqual(times, [
    { what: 'a', us: 300 },
    { what: 'b', us: 200 },
  ]);
});

test('the columns of a table line up', () => {
  const table = formatTable([
    ['', 'n'],
    ['ab', '100'],
    ['a', '1'],
  ]);
  assert.equal(table, '|    |   n |\n|----|----:|\n| ab | 100 |\n| a  |   1 |');
});

function sampleOf(round: number, cpuUs: number): Sample {
  return { round, cpuUs, requests: 1, rate: 1, mirrored: 0, p50Us: 1, p99Us: 1, disturbance: 0 };
}
