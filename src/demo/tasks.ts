import { createRandom, type Random, uuidOf } from './random.ts';
import { timeAt } from './time.ts';
import { tradeIdOf } from './trades.ts';

export interface Task {
  readonly id: string;
  readonly kind: (typeof TASK_KINDS)[number];
  readonly status: 'queued' | 'running' | 'done' | 'failed';
  readonly queue: string;
  readonly priority: number;
  readonly parameters: Readonly<Record<string, string>>;
  readonly assignee?: string;
  readonly createdAt: string;
  readonly dueAt: string | null;
}

export interface Attempt {
  readonly number: number;
  readonly worker: string;
  readonly outcome: 'running' | 'succeeded' | 'failed';
  readonly startedAt: string;
  readonly endedAt: string | null;
}

export interface Queue {
  readonly name: string;
  readonly queued: number;
  readonly running: number;
  readonly loadPercent: number;
  readonly paused: boolean;
}

/** A task and what hangs on it. `number` counts from 1: drifts choose their records by it. */
export interface TaskRecord {
  readonly number: number;
  readonly task: Task;
  readonly attempts: readonly Attempt[];
}

export const TASK_KINDS = ['confirm', 'settle', 'reconcile', 'report'] as const;
export const QUEUES = ['back-office', 'clearing', 'client-reporting', 'overnight'] as const;

/** The id does not depend on the seed, so that traffic knows it without the data. */
export function taskIdOf(number: number): string {
  return uuidOf(`task/${number}`);
}

export function createTaskRecord(seed: number, number: number): TaskRecord {
  const random = createRandom(`${seed}/task/${number}`);
  const task = createTask(random, number);
  return { number, task, attempts: createAttempts(random, task) };
}

export function summarizeQueues(tasks: readonly Task[]): Queue[] {
  return QUEUES.map((name) => {
    const waiting = tasks.filter((task) => task.queue === name);
    const queued = waiting.filter((task) => task.status === 'queued').length;
    const running = waiting.filter((task) => task.status === 'running').length;
    const loadPercent = Math.round((1_000 * (queued + running)) / Math.max(1, waiting.length)) / 10;
    return { name, queued, running, loadPercent, paused: name === 'overnight' };
  });
}

/** Every fifth task has no assignee, and no other: one drift needs records that do have one. */
function createTask(random: Random, number: number): Task {
  const createdSeconds = number * 47;
  const task: Task = {
    id: taskIdOf(number),
    kind: random.pick(TASK_KINDS),
    status: random.pick(['queued', 'running', 'done', 'done', 'failed']),
    queue: random.pick(QUEUES),
    priority: random.integer(1, 9),
    parameters: { tradeId: String(tradeIdOf(number)), mode: random.pick(['full', 'delta']) },
    createdAt: timeAt(createdSeconds + random.next()),
    dueAt: random.chance(0.6) ? timeAt(createdSeconds + 3_600) : null,
  };
  return number % 5 === 4 ? task : { ...task, assignee: random.pick(['amira', 'jonas', 'mei', 'tomas']) };
}

function createAttempts(random: Random, task: Task): Attempt[] {
  const count = task.status === 'queued' ? 0 : random.integer(1, 3);
  const startSeconds = random.integer(60, 9_000);
  return Array.from({ length: count }, (_, index) => {
    const outcome = index + 1 < count ? 'failed' : lastOutcome(task.status);
    const startedAt = startSeconds + index * 120;
    return {
      number: index + 1,
      worker: `worker-${random.integer(1, 12)}`,
      outcome,
      startedAt: timeAt(startedAt),
      endedAt: outcome === 'running' ? null : timeAt(startedAt + random.integer(1, 90)),
    };
  });
}

function lastOutcome(status: Task['status']): Attempt['outcome'] {
  if (status === 'done') return 'succeeded';
  return status === 'failed' ? 'failed' : 'running';
}
