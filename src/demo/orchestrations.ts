import { createRandom, type Random, uuidOf } from './random.ts';
import { timeAt } from './time.ts';

export type State = 'waiting' | 'running' | 'succeeded' | 'failed';

export interface Step {
  readonly name: string;
  readonly taskId: string;
  readonly state: State;
  readonly after: string | null;
}

export interface OrchestrationSummary {
  readonly id: string;
  readonly name: string;
  readonly state: State;
  readonly startedAt: string;
}

export interface Orchestration extends OrchestrationSummary {
  readonly owner: string;
  readonly progress: number;
  readonly heartbeatAt: string;
  readonly steps: readonly Step[];
}

export interface TimelineEvent {
  readonly at: string;
  readonly kind: 'started' | 'step-finished' | 'retried' | 'finished';
  readonly message: string;
}

/** An orchestration and what hangs on it. `number` counts from 1: drifts choose their records by it. */
export interface OrchestrationRecord {
  readonly number: number;
  readonly summary: OrchestrationSummary;
  readonly orchestration: Orchestration;
  readonly timeline: readonly TimelineEvent[];
}

const STEP_NAMES = ['enrich', 'confirm', 'match', 'instruct', 'settle'] as const;

/** The id does not depend on the seed, so that traffic knows it without the data. */
export function orchestrationIdOf(number: number): string {
  return `ORC-${String(number).padStart(4, '0')}`;
}

export function createOrchestrationRecord(seed: number, number: number): OrchestrationRecord {
  const random = createRandom(`${seed}/orchestration/${number}`);
  const startedSeconds = number * 83 + random.next();
  const summary: OrchestrationSummary = {
    id: orchestrationIdOf(number),
    name: `${random.pick(['settle-day', 'close-book', 'onboard-client'])}-${number}`,
    state: random.pick(['running', 'succeeded', 'succeeded', 'failed']),
    startedAt: timeAt(startedSeconds),
  };
  const steps = createSteps(random, summary);
  const progress = Math.round((100 * steps.filter((step) => step.state === 'succeeded').length) / steps.length) / 100;
  const owner = random.pick(['operations', 'risk', 'treasury']);
  const heartbeatAt = timeAt(startedSeconds + 600);
  const orchestration = { ...summary, owner, progress, heartbeatAt, steps };
  return { number, summary, orchestration, timeline: createTimeline(orchestration, startedSeconds) };
}

/** Three to five steps: an array in another order needs at least two items. */
function createSteps(random: Random, { id, state }: OrchestrationSummary): Step[] {
  const names = STEP_NAMES.slice(0, random.integer(3, STEP_NAMES.length));
  return names.map((name, index) => ({
    name,
    taskId: uuidOf(`${id}/${name}`),
    state: index + 1 < names.length ? 'succeeded' : state,
    after: names[index - 1] ?? null,
  }));
}

function createTimeline({ name, steps }: Orchestration, startedSeconds: number): TimelineEvent[] {
  return [
    { at: timeAt(startedSeconds), kind: 'started', message: `${name} started` },
    ...steps.map(
      (step, index): TimelineEvent => ({
        at: timeAt(startedSeconds + 30 * (index + 1)),
        kind: step.state === 'failed' ? 'retried' : 'step-finished',
        message: `${step.name} is ${step.state}`,
      }),
    ),
  ];
}
