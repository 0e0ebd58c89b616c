import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BackendRequest, Side, SideResult } from '../core/index.ts';
import { createFakeClock } from '../testing/fake-clock.ts';
import { NOT_ASKED, type OutageChange, withOutages } from './outages.ts';

const REPLY: SideResult = { kind: 'reply', reply: { status: 500, headers: [], body: Buffer.alloc(0), totalMs: 1 } };
const MANY = 50;

function failure(code: string): SideResult {
  return { kind: 'failed', code, totalMs: 1 };
}

/** A backend that answers as it is told; `asked` counts what reached it. */
function createLab(first: SideResult) {
  const clock = createFakeClock();
  const changes: OutageChange[] = [];
  const state = { result: first, asked: 0 };
  const send = withOutages(
    async () => {
      state.asked += 1;
      return state.result;
    },
    { clock, onChange: (change) => void changes.push(change) },
  );
  const ask = async (times: number, side: Side = 'candidate', group = 'things'): Promise<readonly string[]> => {
    const codes: string[] = [];
    for (let turn = 0; turn < times; turn += 1) {
      const result = await send(side, { group } as BackendRequest); // nothing else of it is looked at
      codes.push(result.kind === 'failed' ? result.code : 'reply');
    }
    return codes;
  };
  return { clock, changes, state, ask };
}

test('after so many failures in a row a backend is asked only now and then, and the others fail at once', async () => {
  const { clock, changes, state, ask } = createLab(failure('ECONNREFUSED'));
  const codes = await ask(MANY);
  assert.deepEqual([codes.filter((code) => code === 'ECONNREFUSED').length, state.asked], [20, 20]);
  assert.equal(codes.filter((code) => code === NOT_ASKED).length, MANY - 20);
  assert.deepEqual(changes, [{ side: 'candidate', group: 'things', isOut: true }]);
  clock.advance(99);
  assert.deepEqual(await ask(2), [NOT_ASKED, NOT_ASKED]);
  clock.advance(1);
  assert.deepEqual(await ask(2), ['ECONNREFUSED', NOT_ASKED]);
});

test('a backend that stays out is asked ever more seldom, down to five times in two seconds', async () => {
  const { clock, state, ask } = createLab(failure('ECONNREFUSED'));
  await ask(MANY);
  const asksWithin = async (ms: number): Promise<number> => {
    const before = state.asked;
    for (let passed = 0; passed < ms; passed += 50) {
      clock.advance(50);
      await ask(1);
    }
    return state.asked - before;
  };
  assert.equal(await asksWithin(100), 1);
  assert.equal(await asksWithin(200), 1);
  assert.equal(await asksWithin(4_000), 10);
  state.result = REPLY;
  await asksWithin(400);
  state.result = failure('ECONNREFUSED');
  await ask(MANY);
  assert.equal(await asksWithin(100), 1, 'once it was back it is asked soon again');
});

test('as long as one request asks whether it is back, no other does', async () => {
  const clock = createFakeClock();
  const open: ((result: SideResult) => void)[] = [];
  const send = withOutages(() => new Promise((resolve) => open.push(resolve)), { clock, onChange: () => {} });
  const ask = () => send('candidate', { group: 'things' } as BackendRequest); // nothing else of it is looked at
  const first = Array.from({ length: MANY }, ask);
  for (const resolve of open.splice(0)) resolve(failure('PG_TOTAL_TIMEOUT'));
  await Promise.all(first);
  clock.advance(100);
  const probe = ask();
  clock.advance(10_000);
  assert.deepEqual([await ask(), open.length], [{ ...failure(NOT_ASKED), totalMs: 0 }, 1]);
  open.pop()?.(REPLY);
  assert.equal((await probe).kind, 'reply');
});

test('one answer, whatever its status, and every request is sent again', async () => {
  const { clock, changes, state, ask } = createLab(failure('PG_TOTAL_TIMEOUT'));
  await ask(MANY);
  state.result = REPLY;
  clock.advance(100);
  assert.deepEqual(await ask(3), ['reply', 'reply', 'reply']);
  assert.deepEqual(
    changes.map(({ isOut }) => isOut),
    [true, false],
  );
});

test('failures between answers put nobody out', async () => {
  const { changes, state, ask } = createLab(failure('ECONNRESET'));
  for (let turn = 0; turn < 10; turn += 1) {
    state.result = failure('ECONNRESET');
    await ask(19);
    state.result = REPLY;
    await ask(1);
  }
  assert.deepEqual([state.asked, changes], [200, []]);
});

test('what is no failure of the backend puts it out as little', async () => {
  for (const code of ['PG_NO_CONNECTION_LEFT', 'HELD_BACK', 'PG_CLIENT_STOPPED', 'BODY_TOO_LARGE', 'STREAMING']) {
    const { state, changes, ask } = createLab(failure(code));
    await ask(MANY);
    assert.deepEqual([state.asked, changes], [MANY, []], code);
  }
});

test('bodies out of all proportion, again and again, are no answers', async () => {
  const { state, ask } = createLab(failure('BODY_OUT_OF_PROPORTION'));
  await ask(MANY);
  assert.equal(state.asked, 20);
});

test('each side of each group is out by itself', async () => {
  const { state, ask } = createLab(failure('ECONNREFUSED'));
  await ask(MANY);
  state.asked = 0;
  assert.deepEqual(await ask(1, 'legacy'), ['ECONNREFUSED']);
  assert.deepEqual(await ask(1, 'candidate', 'others'), ['ECONNREFUSED']);
  assert.deepEqual([await ask(1), state.asked], [[NOT_ASKED], 2]);
});
