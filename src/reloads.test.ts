import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ParitygateError } from './core/index.ts';
import { createReloads, type ReloadsParts } from './reloads.ts';
import { createFakeClock } from './testing/fake-clock.ts';

function setup(parts: Partial<ReloadsParts>) {
  const refusals: string[] = [];
  const clock = createFakeClock(1_000);
  const reloads = createReloads({
    work: async () => {},
    begun: Promise.resolve(),
    isStopped: () => false,
    clock,
    onRefused: (reason) => void refusals.push(reason),
    ...parts,
  });
  return { clock, reloads, refusals };
}

test('a reload that succeeds is told with its time', async () => {
  const { clock, reloads, refusals } = setup({});
  assert.equal(reloads.last(), null);
  clock.advance(500);
  await reloads.ask();
  assert.deepEqual([reloads.last(), refusals], [{ atMs: 1_500 }, []]);
});

test('one that fails is told with its reason, as errors are told', async () => {
  const error = new ParitygateError('PG_CONFIG_INVALID', 'wrong', {
    at: { file: 'p.yaml', line: 3 },
    fix: 'correct it',
  });
  const { reloads, refusals } = setup({ work: () => Promise.reject(error) });
  await reloads.ask();
  const reason = 'p.yaml:3  PG_CONFIG_INVALID  wrong\n  fix: correct it';
  assert.deepEqual([reloads.last(), refusals], [{ atMs: 1_000, error: reason }, [reason]]);
});

test('those that are asked for while one goes on are one more, after it', async () => {
  const ends: (() => void)[] = [];
  let running = 0;
  const work = async (): Promise<void> => {
    running += 1;
    assert.equal(running, 1, 'one at a time');
    await new Promise<void>((resolve) => ends.push(resolve));
    running -= 1;
  };
  const { reloads } = setup({ work });
  const all = [reloads.ask(), reloads.ask()];
  await Promise.resolve();
  all.push(reloads.ask(), reloads.ask());
  for (let turn = 0; turn < 2; turn += 1) {
    while (ends.length === turn) await Promise.resolve();
    ends[turn]?.();
  }
  await Promise.all(all);
  assert.equal(ends.length, 2);
  void reloads.ask();
  while (ends.length === 2) await Promise.resolve();
});

test('none begins before the start is over, nor after the stop', async () => {
  const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
  let works = 0;
  let isStopped = false;
  const work = async (): Promise<void> => {
    works += 1;
  };
  const { reloads } = setup({ begun, work, isStopped: () => isStopped });
  const asked = reloads.ask();
  assert.equal(works, 0);
  begin();
  await asked;
  assert.equal(works, 1);
  isStopped = true;
  await reloads.ask();
  assert.equal(works, 1);
});

test('one that fails because of the stop is not spoken of', async () => {
  let isStopped = false;
  const work = async (): Promise<void> => {
    isStopped = true;
    throw new Error('the workers are gone');
  };
  const { reloads, refusals } = setup({ work, isStopped: () => isStopped });
  await reloads.ask();
  assert.deepEqual([reloads.last(), refusals], [null, []]);
});
