import type { ClientFeaturesResponse } from 'unleash-client';
import { isRandom, warningsOf } from './flag-warnings.ts';
import type { FlagFeature, FlagStrategy, FlagsDocument } from './flags-file.ts';
import { POSITION, POSITIONS, STICKY } from './routing-context.ts';

export type UnleashFeature = ClientFeaturesResponse['features'][number];
export type UnleashSegment = NonNullable<ClientFeaturesResponse['segments']>[number];

/** One reading of the flags file, ready for unleash-client. Swapped as a whole. */
export interface Snapshot {
  readonly features: ReadonlyMap<string, UnleashFeature>;
  readonly segments: ReadonlyMap<number, UnleashSegment>;
  /** Percent of the requests with a key; null where it is not one number. */
  readonly weights: ReadonlyMap<string, number | null>;
  readonly warnings: readonly string[];
}

export const EMPTY_SNAPSHOT: Snapshot = { features: new Map(), segments: new Map(), weights: new Map(), warnings: [] };

export function createSnapshot(document: FlagsDocument): Snapshot {
  const features = document.features.map((feature) => ({
    ...feature,
    strategies: feature.strategies.flatMap((strategy) => splitFraction(refuseRandom(strategy))),
  }));
  // Cast: the schema checked every field that unleash-client reads; operators are open strings there as well, and one
  // that it does not know never holds.
  const unleash = { features, segments: document.segments } as unknown as Required<ClientFeaturesResponse>;
  return {
    features: new Map(unleash.features.map((feature) => [feature.name, feature])),
    segments: new Map(unleash.segments.map((segment) => [segment.id, segment])),
    weights: new Map(document.features.map((feature) => [feature.name, weightOfFeature(feature)])),
    warnings: warningsOf(document),
  };
}

/**
 * Unleash compares the bucket of a key, 1 to 100, with the rollout, so a rollout of 1.5 gives what 1 gives. We write it
 * as two strategies that unleash-client can evaluate: all of the first bucket, or of the first two those keys that lie
 * in the lower half of theirs. Whole numbers stay as they are, and raising the weight only ever adds keys.
 */
function splitFraction(strategy: FlagStrategy): FlagStrategy[] {
  if (strategy.name !== 'flexibleRollout') return [strategy];
  const rollout = Number(strategy.parameters.rollout);
  const whole = Math.floor(rollout);
  if (rollout === whole) return [strategy];
  const limit = String((rollout - whole) * POSITIONS);
  const inPart = { contextName: POSITION, operator: 'NUM_LT', inverted: false, values: [], value: limit };
  const next = { ...withRollout(strategy, whole + 1), constraints: [...strategy.constraints, inPart] };
  return whole === 0 ? [next] : [withRollout(strategy, whole), next];
}

/** A strategy that draws lots on each request would move a client to and fro in mid-session: nobody gets it. */
function refuseRandom(strategy: FlagStrategy): FlagStrategy {
  if (!isRandom(strategy)) return strategy;
  return withRollout({ ...strategy, name: 'flexibleRollout' }, 0);
}

function withRollout(strategy: FlagStrategy, rollout: number): FlagStrategy {
  return { ...strategy, parameters: { ...strategy.parameters, rollout: String(rollout) } };
}

function weightOfFeature({ enabled, strategies, dependencies = [] }: FlagFeature): number | null {
  if (!enabled) return 0;
  if (dependencies.length > 0) return null;
  const [strategy, ...others] = strategies;
  // Unleash's rule: an enabled flag without a strategy is on for everyone.
  if (strategy === undefined) return 100;
  if (others.length > 0) return null;
  if (isRandom(strategy)) return 0;
  if (strategy.name !== 'flexibleRollout') return null;
  return STICKY.has(strategy.parameters.stickiness) ? Number(strategy.parameters.rollout) : 0;
}
