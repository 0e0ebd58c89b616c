import type { FlagStrategy, FlagsDocument } from './flags-file.ts';
import { CONSTRAINABLE, STICKY } from './routing-context.ts';

const STRATEGIES = new Set([
  'default',
  'flexibleRollout',
  'gradualRolloutUserId',
  'gradualRolloutSessionId',
  'gradualRolloutRandom',
  'applicationHostname',
]);

/** What is valid in a flags file and yet will not do what its author may expect. */
export function warningsOf({ features, segments }: FlagsDocument): string[] {
  return features.flatMap(({ name, enabled, strategies }) => {
    const open = enabled && strategies.length === 0;
    const troubles = [
      ...(open ? ['is enabled without a strategy: the candidate serves everyone'] : []),
      ...strategies.flatMap((strategy) => troublesOf(strategy, segments)),
    ];
    return troubles.map((trouble) => `flag ${JSON.stringify(name)} ${trouble}`);
  });
}

/** Whether a strategy draws lots on each request. */
export function isRandom({ name, parameters }: FlagStrategy): boolean {
  return name === 'gradualRolloutRandom' || (name === 'flexibleRollout' && parameters.stickiness === 'random');
}

function troublesOf(strategy: FlagStrategy, segments: FlagsDocument['segments']): string[] {
  const used = (strategy.segments ?? []).map((id) => ({ id, found: segments.find((segment) => segment.id === id) }));
  const constraints = [...strategy.constraints, ...used.flatMap(({ found }) => found?.constraints ?? [])];
  return [
    ...(STRATEGIES.has(strategy.name) ? [] : [`has the strategy ${strategy.name}, which holds for nobody here`]),
    ...stickinessTroubles(strategy),
    ...constraints
      .filter(({ contextName }) => !CONSTRAINABLE.has(contextName))
      .map(({ contextName }) => `has a constraint on ${contextName}, which the proxy does not supply`),
    ...used.filter(({ found }) => !found).map(({ id }) => `has the segment ${id}, which the file lacks: legacy serves`),
  ];
}

function stickinessTroubles(strategy: FlagStrategy): string[] {
  const fix = 'legacy serves; use stickiness "default"';
  if (isRandom(strategy)) return [`is random on each request, not sticky: ${fix}`];
  const { stickiness } = strategy.parameters;
  if (strategy.name !== 'flexibleRollout' || STICKY.has(stickiness)) return [];
  return [`sticks to ${JSON.stringify(stickiness)}, which the proxy does not supply: ${fix}`];
}
