import type { Breach } from './exchange.ts';

/** How often a breach was seen in pairs that were checked, and of whom. */
export interface BreachCount extends Breach {
  readonly legacy: number;
  readonly candidate: number;
  /** Pairs in which both sides broke the contract alike; they count for neither alone. */
  readonly both: number;
  /** Pairs by operation. */
  readonly operations: Readonly<Record<string, number>>;
}

export function breachKey({ keyword, place, found }: Breach): string {
  return JSON.stringify([keyword, place, found]);
}
