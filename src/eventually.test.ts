import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createEventually } from './eventually.ts';

function setup(failures: number) {
  const said: string[] = [];
  const { promise: done, resolve } = Promise.withResolvers<void>();
  let tries = 0;
  const eventually = createEventually({
    work: async () => {
      tries += 1;
      if (tries <= failures) throw new Error(`try ${tries}`);
    },
    everyMs: 1,
    onTrouble: (reason) => said.push(reason),
    onDone: () => {
      said.push('done');
      resolve();
    },
  });
  return { eventually, said, done, tries: () => tries };
}

test('what works at once is not spoken of', async () => {
  const { eventually, said } = setup(0);
  await eventually.start(true);
  assert.deepEqual([said, eventually.trouble()], [[], undefined]);
});

test('what fails is a failure of the start where it must not', async () => {
  const { eventually, said } = setup(1);
  await assert.rejects(eventually.start(false), /try 1/);
  assert.deepEqual(said, []);
});

test('what fails and may is tried again until it works, and the trouble is told once', async () => {
  const { eventually, said, done } = setup(3);
  await eventually.start(true);
  assert.equal(eventually.trouble(), 'try 1');
  await done;
  assert.deepEqual([said, eventually.trouble()], [['try 1', 'done'], undefined]);
});

test('after a stop it is not tried again', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const { eventually, tries } = setup(3);
  await eventually.start(true);
  eventually.stop();
  t.mock.timers.tick(1_000);
  assert.equal(tries(), 1);
});
