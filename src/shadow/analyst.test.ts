import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { type Analyst, createAnalyst } from './analyst.ts';

async function start(
  t: TestContext,
  options: { readonly budgetMs?: number; readonly maxPending?: number } = {},
): Promise<{ analyst: Analyst<string, string>; warnings: string[] }> {
  const warnings: string[] = [];
  const analyst = createAnalyst<string, string>({
    workerUrl: new URL('../testing/odd-worker.ts', import.meta.url),
    workerData: () => undefined,
    budgetMs: options.budgetMs ?? 10_000,
    maxPending: options.maxPending ?? 16,
    maxMemoryMb: 64,
    onWarning: (message) => void warnings.push(message),
  });
  await analyst.start();
  t.after(() => analyst.stop());
  return { analyst, warnings };
}

test('questions are answered in order', async (t) => {
  const { analyst } = await start(t);
  const answers = await Promise.all(['a', 'b', 'c'].map((question) => analyst.ask(question)));
  assert.deepEqual(
    answers.map((each) => each.kind === 'answer' && each.answer),
    ['A', 'B', 'C'],
  );
});

for (const [what, question] of [
  ['hangs', 'hang'],
  ['dies', 'die'],
  ['runs out of memory', 'grow'],
] as const) {
  test(`a pair on which the worker ${what} costs that pair only`, async (t) => {
    const { analyst, warnings } = await start(t, { budgetMs: question === 'hang' ? 3000 : 20_000 });
    const answers = await Promise.all(['a', question, 'b'].map((each) => analyst.ask(each)));
    assert.deepEqual(answers, [{ kind: 'answer', answer: 'A' }, { kind: 'budget' }, { kind: 'answer', answer: 'B' }]);
    assert.equal(warnings.length, 1);
  });
}

test('a comparison that throws is counted and the worker goes on', async (t) => {
  const { analyst, warnings } = await start(t);
  assert.deepEqual(await analyst.ask('throw'), { kind: 'budget' });
  assert.deepEqual(await analyst.ask('a'), { kind: 'answer', answer: 'A' });
  assert.match(warnings.join(), /uncompared/);
});

test('questions beyond the bound are refused at once', async (t) => {
  const { analyst } = await start(t, { maxPending: 2 });
  const answers = await Promise.all(['a', 'b', 'c'].map((question) => analyst.ask(question)));
  assert.deepEqual(
    answers.map(({ kind }) => kind),
    ['answer', 'answer', 'refused'],
  );
});

test('stopping answers what still waits', async (t) => {
  const { analyst } = await start(t);
  const waiting = analyst.ask('hang');
  await analyst.stop();
  assert.deepEqual(await waiting, { kind: 'refused' });
  assert.deepEqual(await analyst.ask('a'), { kind: 'refused' });
});

test('a worker that cannot start is told by the start', async () => {
  const analyst = createAnalyst<string, string>({
    workerUrl: new URL('../testing/no-such-worker.ts', import.meta.url),
    workerData: () => undefined,
    budgetMs: 1000,
    maxPending: 1,
    maxMemoryMb: 64,
    onWarning: () => {},
  });
  await assert.rejects(analyst.start());
  await analyst.stop();
});
