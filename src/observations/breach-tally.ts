import { type Breach, type BreachCount, breachKey, type SeenBreach } from '../core/index.ts';

/** Kinds of breaches told apart in one window, and in a store. */
export const MAX_BREACHES = { window: 500, store: 5_000 } as const;

interface Tally {
  readonly breach: Breach;
  readonly counts: Record<SeenBreach['by'], number>;
  /** A map, because operation ids are names from outside, `__proto__` included. */
  readonly operations: Map<string, number>;
}

/** Breaches while they are counted. Those beyond the bound are left out: a side that breaks so much needs no list of it. */
export interface BreachTally {
  add(operationId: string, breaches: readonly SeenBreach[]): void;
  close(): readonly BreachCount[];
}

export function createBreachTally(): BreachTally {
  const tallies = new Map<string, Tally>();
  const tallyOf = ({ keyword, place, found }: Breach): Tally | undefined => {
    const breach = { keyword, place, found };
    const key = breachKey(breach);
    const known = tallies.get(key);
    if (known || tallies.size >= MAX_BREACHES.window) return known;
    const created: Tally = { breach, counts: { legacy: 0, candidate: 0, both: 0 }, operations: new Map() };
    tallies.set(key, created);
    return created;
  };
  return {
    add(operationId, breaches) {
      for (const seen of breaches) {
        const tally = tallyOf(seen);
        if (!tally) continue;
        tally.counts[seen.by] += 1;
        tally.operations.set(operationId, (tally.operations.get(operationId) ?? 0) + 1);
      }
    },
    close: () =>
      [...tallies.values()].map(({ breach, counts, operations }) => ({
        ...breach,
        ...counts,
        operations: Object.fromEntries(operations),
      })),
  };
}

/** The same breach of two spans of time as one. */
export function mergeBreaches(earlier: BreachCount, later: BreachCount): BreachCount {
  const operations = new Map(Object.entries(earlier.operations));
  for (const [id, count] of Object.entries(later.operations)) operations.set(id, (operations.get(id) ?? 0) + count);
  return {
    ...earlier,
    legacy: earlier.legacy + later.legacy,
    candidate: earlier.candidate + later.candidate,
    both: earlier.both + later.both,
    operations: Object.fromEntries(operations),
  };
}
