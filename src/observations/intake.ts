import type { Clock, Observation } from '../core/index.ts';
import type { Mark } from './mark.ts';
import { createWindow } from './window.ts';
import type { Batch } from './writer-protocol.ts';

/** Where the live thread puts what it saw, until the next batch is taken away. */
export interface Intake {
  arrived(operationId: string, group: string | undefined): void;
  add(observation: Observation): void;
  /** False when there was no room for it. */
  addMark(mark: Mark): boolean;
  isEmpty(): boolean;
  /** Everything so far as one batch, or undefined when there is nothing; a new window begins. */
  take(): Batch | undefined;
}

/** Weights are changed by people and plans; more of them at once is a fault of the caller. */
const MAX_MARKS = 1000;

export function createIntake(clock: Clock): Intake {
  let window = createWindow(clock.now());
  let marks: Mark[] = [];

  const isEmpty = (): boolean => window.isEmpty() && marks.length === 0;

  return {
    arrived: (operationId, group) => window.arrived(operationId, group),
    add: (observation) => window.add(observation),
    addMark: (mark) => marks.length < MAX_MARKS && marks.push(mark) > 0,
    isEmpty,
    take() {
      const now = clock.now();
      const batch = isEmpty() ? undefined : { record: window.isEmpty() ? undefined : window.close(now), marks };
      window = createWindow(now);
      marks = [];
      return batch;
    },
  };
}
