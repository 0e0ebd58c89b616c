// What keeps a failing candidate from being felt, for each group: who steps in, how often, and when not to ask at all.
import type { Clock } from '../core/index.ts';
import { type Breaker, createBreaker } from './breaker.ts';
import type { Repeat } from './fallback.ts';
import type { LegEnd } from './live-leg.ts';
import { createRetryBudget, type RetryBudget } from './retry-budget.ts';

export interface FallbackPolicy {
  /** What legacy may carry out although the candidate had it and failed. */
  readonly repeat: Repeat;
  /** Share of the candidate's requests that may go to legacy after it failed, 0 to 1. */
  readonly budget: number;
}

export interface Protection {
  readonly repeat: Repeat;
  readonly budget: RetryBudget;
  readonly breaker: Breaker;
}

export interface ProtectionOptions {
  readonly clock: Clock;
  readonly warn: (message: string) => void;
}

export function createProtection(
  group: string,
  { repeat, budget }: FallbackPolicy,
  { clock, warn }: ProtectionOptions,
): Protection {
  const breaker = createBreaker({ now: clock.now, onChange: (state) => warn(`group ${group}: ${SENTENCES[state]}`) });
  return { repeat, budget: createRetryBudget(budget, clock), breaker };
}

const SENTENCES = {
  open: 'most of what the candidate should serve fails, so legacy serves it',
  'half-open': 'the candidate gets one request to see whether it is back',
  closed: 'the candidate answers again and serves its share',
} as const;

/** How long a client must have waited in vain for its leaving to be the candidate's fault. */
const PATIENCE_MS = 1_000;

/** Whether an attempt gave the client something that it would call an answer. */
export function isAnswered(end: LegEnd): boolean {
  if (end.kind === 'reply') return end.status < 500;
  return end.kind === 'client-aborted' && (end.hasBegun || end.totalMs < PATIENCE_MS);
}
