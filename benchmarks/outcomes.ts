// What a contender that compares has recorded: proof that the requests that were timed were compared.
import { loadConfig } from '../src/config/index.ts';
import { openStore } from '../src/observations/index.ts';

export interface Outcomes {
  readonly eligible: number;
  /** Requests by outcome, and those that were not compared by reason; only what is not 0. */
  readonly counts: Readonly<Record<string, number>>;
}

/** Reads the store of a proxy that was stopped, which is when the last window is written. */
export function readOutcomes(configFile: string): Outcomes {
  const store = openStore({ path: loadConfig(configFile).store.path, readOnly: true });
  const { operations } = store.readEvidence();
  store.close();
  const counts: Record<string, number> = {};
  for (const { outcomes, uncompared } of operations)
    for (const [name, count] of [...Object.entries(outcomes), ...Object.entries(uncompared)])
      if (count > 0 && name !== 'uncompared') counts[name] = (counts[name] ?? 0) + count;
  return { eligible: operations.reduce((sum, { eligible }) => sum + eligible, 0), counts };
}

export function sumOutcomes(all: readonly Outcomes[]): Outcomes {
  const counts: Record<string, number> = {};
  for (const [name, count] of all.flatMap((each) => Object.entries(each.counts)))
    counts[name] = (counts[name] ?? 0) + count;
  return { eligible: all.reduce((sum, { eligible }) => sum + eligible, 0), counts };
}

export function describeOutcomes({ eligible, counts }: Outcomes): string {
  const parts = Object.entries(counts)
    .toSorted(([, a], [, b]) => b - a)
    .map(([name, count]) => `${((count / eligible) * 100).toFixed(2)} % ${name}`);
  return `${eligible} requests: ${parts.join(', ')}`;
}
