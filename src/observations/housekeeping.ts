// When the store is tidied: a little after each write for as long as there is something to do, and then not for an hour.
import { messageOf } from '../core/index.ts';
import type { Retention } from './retention.ts';
import type { Store } from './store.ts';

const PAUSE_MS = 3_600_000;

/** Tidies where it is time, and returns what whoever runs it has to know, once. A store that cannot be tidied is written all the same. */
export function createHousekeeping(
  retention: Retention | undefined,
  now: () => number = Date.now,
): (store: Pick<Store, 'retain' | 'usedBytes'>) => string | undefined {
  let dueMs = 0;
  const told = new Set<string>();
  const once = (notice: string): string | undefined => {
    const isNew = !told.has(notice);
    told.add(notice);
    return isNew ? notice : undefined;
  };
  return (store) => {
    const nowMs = now();
    if (!retention || nowMs < dueMs) return undefined;
    try {
      if (store.retain(retention, nowMs)) return undefined;
      dueMs = nowMs + PAUSE_MS;
      return store.usedBytes() > retention.maxBytes ? once(describeLarge(retention.maxBytes)) : undefined;
    } catch (error) {
      dueMs = nowMs + PAUSE_MS;
      return once(`the store could not be tidied: ${messageOf(error)}`);
    }
  };
}

function describeLarge(allowed: number): string {
  const size = `${Math.round(allowed / 2 ** 20)} MiB`;
  return `the store is larger than the ${size} of \`retention.maxBytes\` by evidence about this build alone, which is kept: raise it, or begin anew with another store`;
}
