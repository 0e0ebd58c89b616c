import { createEventually } from './eventually.ts';
import type { Recorder } from './observations/index.ts';
import type { FlagSource } from './routing/index.ts';
import type { PlaneReport } from './status.ts';

/** The starts that requests can do without: with neither flags nor store legacy still serves. */
export interface PatientStarts {
  startFlags(patient: boolean): Promise<void>;
  startStore(patient: boolean): Promise<void>;
  /** The report, saying what has not started. */
  addTrouble(report: PlaneReport): PlaneReport;
  stop(): void;
}

export interface PatientStartsParts {
  readonly flags: FlagSource;
  /** The flags that there must be. */
  readonly names: readonly string[];
  readonly recorder: Recorder;
  readonly warn: (message: string) => void;
}

const RETRY_MS = 1000;

export function createPatientStarts({ flags, names, recorder, warn }: PatientStartsParts): PatientStarts {
  let isFlagsStarted = false;
  const later = (what: string, without: string, work: () => Promise<void>) =>
    createEventually({
      work,
      everyMs: RETRY_MS,
      onTrouble: (reason) => warn(`the ${what} cannot be used yet: ${reason}; until then ${without}`),
      onDone: () => warn(`the ${what} can be used now`),
    });
  const flagsLater = later('flags file', 'legacy serves', async () => {
    if (!isFlagsStarted) await flags.start();
    isFlagsStarted = true;
    flags.assertFlags(names);
  });
  const storeLater = later('store', 'observations are kept in memory', () => recorder.start());
  return {
    startFlags: flagsLater.start,
    startStore: storeLater.start,
    addTrouble: (report) => ({
      ...report,
      flags: { ...report.flags, ...troubleOf(flagsLater.trouble()) },
      store: { ...report.store, ...troubleOf(storeLater.trouble()) },
    }),
    stop: () => {
      flagsLater.stop();
      storeLater.stop();
    },
  };
}

function troubleOf(error: string | undefined): { readonly ok?: false; readonly error?: string } {
  return error === undefined ? {} : { ok: false, error };
}
