import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLane, type Lane } from './lane.ts';

interface Lab {
  readonly lane: Lane<string>;
  readonly begun: string[];
  readonly finish: (task: string) => Promise<void>;
  /** The event loop comes round once more, after live requests took so many steps. */
  readonly turn: (liveSteps?: number) => void;
}

function setUp({ concurrency = 9, queue = 0, run }: Partial<Setup> = {}): Lab {
  const begun: string[] = [];
  const turns: (() => void)[] = [];
  const running = new Map<string, () => void>();
  let steps = 0;
  const lane = createLane<string>(
    { concurrency, queue },
    {
      run: (task) => {
        begun.push(task);
        return run ? run(task) : new Promise<void>((resolve) => running.set(task, resolve));
      },
      liveSteps: () => steps,
      nextTurn: (onTurn) => void turns.push(onTurn),
    },
  );
  const turn = (liveSteps = 0): void => {
    steps += liveSteps;
    for (const onTurn of turns.splice(0)) onTurn();
  };
  const finish = async (task: string): Promise<void> => {
    running.get(task)?.();
    await Promise.resolve();
  };
  return { lane, begun, finish, turn };
}

interface Setup {
  readonly concurrency: number;
  readonly queue: number;
  readonly run: (task: string) => void;
}

function offerAll({ lane }: Lab, tasks: Iterable<string>): readonly boolean[] {
  return Array.from(tasks, (task) => lane.offer(task));
}

test('so many run, so many wait, the rest is dropped', () => {
  const lab = setUp({ concurrency: 2, queue: 1 });
  assert.deepEqual(offerAll(lab, 'abcde'), [true, true, true, false, false]);
  for (let turns = 0; turns < 9; turns++) lab.turn();
  assert.deepEqual(lab.begun, ['a', 'b']);
  assert.deepEqual(lab.lane.status(), { inFlight: 2, queued: 1 });
});

test('nothing begins in the turn that it came in, and one in each turn after it', () => {
  const lab = setUp();
  offerAll(lab, 'abc');
  assert.deepEqual(lab.begun, []);
  lab.turn();
  assert.deepEqual(lab.begun, ['a']);
  lab.turn();
  assert.deepEqual(lab.begun, ['a', 'b']);
});

test('a turn that live requests had is theirs alone', () => {
  const lab = setUp();
  lab.lane.offer('a');
  lab.turn(2);
  lab.turn(1);
  assert.deepEqual(lab.begun, []);
  lab.turn();
  assert.deepEqual(lab.begun, ['a']);
});

test('without a turn that live requests leave it waits for so many turns and no more', () => {
  const lab = setUp();
  lab.lane.offer('a');
  let turns = 0;
  while (lab.begun.length === 0 && turns < 1000) {
    lab.turn(1);
    turns += 1;
  }
  assert.equal(turns, 65);
});

test('on a thread without such turns as many begin as live requests end, and none is dropped', () => {
  const lab = setUp({ concurrency: 64, queue: 256, run: () => {} });
  const accepted: boolean[] = [];
  for (let turns = 0; turns < 500; turns++) {
    accepted.push(...offerAll(lab, ['x', 'y', 'z']));
    lab.turn(6);
  }
  assert.ok(accepted.every(Boolean));
  assert.ok(lab.lane.status().queued <= 103, `${lab.lane.status().queued} wait`);
});

test('a short lane fills up no sooner than it did', () => {
  const lab = setUp({ concurrency: 4, queue: 0, run: () => {} });
  for (let turns = 0; turns < 50; turns++) {
    assert.equal(lab.lane.offer('x'), true, `turn ${turns}`);
    lab.turn(2);
  }
});

test('what waits begins when a place is free, in order', async () => {
  const lab = setUp({ concurrency: 1, queue: 2 });
  offerAll(lab, 'abc');
  lab.turn();
  lab.turn();
  assert.deepEqual(lab.begun, ['a']);
  await lab.finish('a');
  lab.turn();
  assert.deepEqual(lab.begun, ['a', 'b']);
  await lab.finish('b');
  lab.turn();
  assert.deepEqual(lab.begun, ['a', 'b', 'c']);
});

test('what is done at once leaves the turn to live requests too', () => {
  const lab = setUp({ concurrency: 1, queue: 9, run: () => {} });
  offerAll(lab, 'abc');
  lab.turn();
  assert.deepEqual(lab.begun, ['a']);
  lab.lane.offer('d');
  for (let turns = 0; turns < 3; turns++) lab.turn();
  assert.deepEqual(lab.begun, ['a', 'b', 'c', 'd']);
  assert.deepEqual(lab.lane.status(), { inFlight: 0, queued: 0 });
});

test('stopping begins what has a place, waits for it, and returns the rest', async () => {
  const lab = setUp({ concurrency: 1, queue: 2 });
  offerAll(lab, 'abc');
  const stopped = lab.lane.stop(10_000);
  assert.equal(lab.lane.offer('d'), false);
  await lab.finish('a');
  assert.deepEqual([...(await stopped)], ['b', 'c']);
  lab.turn();
  assert.deepEqual(lab.begun, ['a'], 'nothing begins afterwards');
});

test('stopping does not wait longer than its grace', async () => {
  const lab = setUp({ concurrency: 1 });
  lab.lane.offer('a');
  assert.deepEqual([...(await lab.lane.stop(5))], []);
});

test('a lane in which nothing waits asks for no turn', () => {
  let asked = 0;
  const lane = createLane<string>(
    { concurrency: 1, queue: 1 },
    {
      run: () => {},
      liveSteps: () => 0,
      nextTurn: (onTurn) => {
        asked += 1;
        onTurn();
      },
    },
  );
  lane.offer('a');
  assert.equal(asked, 1);
});
