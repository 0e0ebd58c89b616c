import { closest } from 'fastest-levenshtein';
import { ParitygateError } from '../core/index.ts';

interface FlagStrategy {
  readonly name: string;
  readonly parameters?: Readonly<Record<string, unknown>>;
}

interface FlagFeature {
  readonly name: string;
  readonly enabled: boolean;
  readonly strategies?: readonly FlagStrategy[];
  readonly dependencies?: readonly unknown[];
}

/** As much of Unleash's client-features format as changing a weight needs; all other keys ride along. */
export interface FlagsDocument {
  readonly features: readonly FlagFeature[];
}

export interface WeightPlan {
  readonly document: FlagsDocument;
  /** The weight that has effect, in percent; null where the flag's share is not one number. */
  readonly from: number | null;
  readonly to: number;
  /** Set where the flag itself had to be switched. */
  readonly switched: 'on' | 'off' | undefined;
}

const STRATEGY = 'flexibleRollout';

/**
 * The flags document with another weight for one flag. A weight above 0 also enables a disabled flag, since it would
 * have no effect otherwise. Where further strategies take part, only 0 can be promised, and disabling is how.
 */
export function planWeight(wish: { document: FlagsDocument; flag: string; percent: number }): WeightPlan {
  const { document, flag, percent } = wish;
  assertPercent(percent);
  const feature = document.features.find(({ name }) => name === flag);
  if (!feature) throw unknownFlag(document, flag);
  const next = withWeight(feature, percent);
  return {
    document: { ...document, features: document.features.map((each) => (each === feature ? next : each)) },
    from: effectiveWeight(feature),
    to: percent,
    switched: next.enabled === feature.enabled ? undefined : next.enabled ? 'on' : 'off',
  };
}

/** The share of requests that Unleash gives to a flag, as far as it is one number. */
function effectiveWeight({ enabled, strategies = [], dependencies = [] }: FlagFeature): number | null {
  if (!enabled) return 0;
  if (dependencies.length > 0) return null;
  // Unleash's rule: an enabled flag without a strategy is on for everyone.
  if (strategies.length === 0) return 100;
  const only = onlyRollout(strategies);
  return only ? Number(only.parameters?.rollout) : null;
}

function withWeight(feature: FlagFeature, percent: number): FlagFeature {
  const strategies = feature.strategies ?? [];
  const strategy = strategies.length === 0 ? newStrategy(feature.name) : onlyRollout(strategies);
  if (strategy) {
    const parameters = { ...strategy.parameters, rollout: String(percent) };
    return { ...feature, enabled: feature.enabled || percent > 0, strategies: [{ ...strategy, parameters }] };
  }
  if (percent === 0) return { ...feature, enabled: false };
  const names = strategies.map(({ name }) => name).join(', ');
  throw new ParitygateError(
    'PG_WEIGHT_INVALID',
    `flag ${JSON.stringify(feature.name)} has the strategies ${names}, so its weight is not one number`,
    { fix: `leave it one ${STRATEGY} strategy, or set the weight to 0, which disables the flag` },
  );
}

function onlyRollout([strategy, ...others]: readonly FlagStrategy[]): FlagStrategy | undefined {
  return strategy?.name === STRATEGY && others.length === 0 ? strategy : undefined;
}

function newStrategy(flag: string): FlagStrategy {
  return { name: STRATEGY, parameters: { rollout: '0', stickiness: 'default', groupId: flag } };
}

function assertPercent(percent: number): void {
  const inRange = percent >= 0 && percent <= 100;
  if (inRange && Math.round(percent * 100) / 100 === percent) return;
  throw new ParitygateError('PG_WEIGHT_INVALID', `a weight is a percentage from 0 to 100, not ${percent}`, {
    fix: 'give a number from 0 to 100 with at most two decimals, such as 10 or 0.25',
  });
}

function unknownFlag({ features }: FlagsDocument, flag: string): ParitygateError {
  const names = features.map(({ name }) => name);
  return new ParitygateError('PG_FLAG_UNKNOWN', `no flag ${JSON.stringify(flag)} in the flags file`, {
    fix: names.length === 0 ? 'add it to features' : `did you mean ${JSON.stringify(closest(flag, names))}?`,
  });
}
