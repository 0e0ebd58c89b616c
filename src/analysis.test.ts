import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createAnalysis } from './analysis.ts';
import { type Clock, systemClock } from './core/index.ts';
import { thingContract } from './testing/contract.ts';
import { createFakeClock } from './testing/fake-clock.ts';
import { jsonReply } from './testing/replies.ts';

const SUBJECT = { operationId: 'getThing', method: 'GET' };

function createUnderTest(clock: Clock = systemClock): ReturnType<typeof createAnalysis> {
  const { contract } = thingContract('{ type: object, properties: { id: { type: integer } } }');
  // The file behind this contract is deleted by now: a worker that read it again could not start.
  const setup = () => ({
    contract: { files: { contract: contract.file, overlays: [] }, sources: contract.sources },
    hashKey: 'k',
    keepsShapesOnly: false,
    maxDecodedBytes: 1000,
  });
  return createAnalysis(setup, clock, () => {});
}

test('the worker judges by the contract the process was started with, not by what the file is now', async (t) => {
  const analysis = createUnderTest();
  await analysis.start();
  t.after(() => analysis.stop());
  const judged = await analysis.compare(SUBJECT, { legacy: jsonReply({ id: 1 }), candidate: jsonReply({ id: 2 }) });
  assert.equal('outcome' in judged && judged.outcome, 'different');
});

test('a pair whose bytes differ, and that a stop kept from being judged, is one that could not be read', async () => {
  const analysis = createUnderTest();
  await analysis.start();
  const waiting = analysis.compare(SUBJECT, { legacy: jsonReply({ id: 1 }), candidate: jsonReply({ id: 2 }) });
  await analysis.stop();
  // `budget` counts against a pass (gate/parity.ts); `shadow-dropped` would leave only the equal pairs standing.
  assert.deepEqual(await waiting, { uncompared: 'budget' });
});

test('of identical pairs the first is checked, then one in twenty, and no more than ten a second', async (t) => {
  const clock = createFakeClock();
  const analysis = createUnderTest(clock);
  await analysis.start();
  t.after(() => analysis.stop());
  const pair = { legacy: jsonReply({ id: 1 }), candidate: jsonReply({ id: 1 }) };
  const checkedOf = (count: number, gapMs: number): number => {
    let checked = 0;
    for (let index = 0; index < count; index += 1) {
      clock.advance(gapMs);
      if (analysis.checkSample(SUBJECT, pair)) checked += 1;
    }
    return checked;
  };
  assert.equal(checkedOf(1, 0), 1);
  assert.equal(checkedOf(200, 10), 10, 'a hundred a second: one in twenty');
  assert.equal(checkedOf(16_000, 0.125), 20, 'eight thousand a second: ten in each of two seconds');
});

test('a difference at the bottom of 10,000 objects is found, and what is deeper is not called equal', async (t) => {
  const analysis = createUnderTest();
  await analysis.start();
  t.after(() => analysis.stop());
  const compare = (open: string, close: string, depth: number) =>
    analysis.compare(SUBJECT, {
      legacy: jsonReply(`${open.repeat(depth)}1${close.repeat(depth)}`),
      candidate: jsonReply(`${open.repeat(depth)}2${close.repeat(depth)}`),
    });
  for (const [open, close] of [
    ['{"a":', '}'],
    ['[', ']'],
    ['[{"a":', '}]'],
  ] as const) {
    const found = await compare(open, close, 10_000 / (open.length > 5 ? 2 : 1));
    assert.ok('findings' in found, JSON.stringify(found));
    assert.deepEqual([found.outcome, found.findings.map(({ rule }) => rule)], ['different', ['value-changed']]);
    assert.deepEqual(await compare(open, close, 10_001), { uncompared: 'budget' });
  }
});

// Forty requests that come at once are all compared before the first of them is read again.
test('a difference that is confirmed has its example, however many were compared before it', async (t) => {
  const analysis = createUnderTest();
  await analysis.start();
  t.after(() => analysis.stop());
  const pair = { legacy: jsonReply({ id: 1 }), candidate: jsonReply({ id: 2 }) };
  for (let n = 0; n < 40; n += 1) await analysis.compare(SUBJECT, pair);
  const confirmed = await analysis.confirm(SUBJECT, 'legacy', [pair, pair]);
  assert.ok('findings' in confirmed, JSON.stringify(confirmed));
  assert.deepEqual(
    confirmed.findings.map(({ legacy, candidate }) => [legacy, candidate]),
    [[{ id: 1 }, { id: 2 }]],
  );
});
