// Every eligible exchange falls into exactly one outcome; the sum is printed, so nothing is compared in silence.

/** The two backends of a migration. */
export type Side = 'legacy' | 'candidate';

export const OUTCOMES = [
  'equal',
  'equivalent',
  'accepted',
  'noise',
  'drift',
  'flaky',
  'different',
  'candidate-error',
  'legacy-error',
  'uncompared',
] as const;

/** The one bucket an exchange falls into. */
export type Outcome = (typeof OUTCOMES)[number];

export const UNCOMPARED_REASONS = [
  'unsafe-method',
  'sampled-out',
  'shadow-dropped',
  'body-too-large',
  'budget',
  'streaming',
  'not-in-contract',
  'undecodable',
  'conditional',
  'client-aborted',
  'unknown-alias',
  'both-failed',
] as const;

/** Why an exchange was not compared. */
export type UncomparedReason = (typeof UNCOMPARED_REASONS)[number];

/** The operation id under which requests that match no operation of the contract are counted. */
export const UNMATCHED = 'unmatched';

export function otherSide(side: Side): Side {
  return side === 'legacy' ? 'candidate' : 'legacy';
}
