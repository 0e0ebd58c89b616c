import type { Ground } from './ground.ts';
import type { Options } from './options.ts';
import type { Target } from './targets.ts';

/** A part of a run, as it is printed. */
export interface Section {
  readonly title: string;
  readonly text: string;
  readonly targets: readonly Target[];
  /** For `--json`: all that was measured. */
  readonly data: unknown;
}

export interface Run {
  readonly ground: Ground;
  readonly options: Options;
  readonly onProgress: (text: string) => void;
}

/** A contender answered otherwise than the backend behind it: nothing it costs can be compared. */
export class IncorrectAnswer extends Error {}
