import { resolve } from 'node:path';
import type { GatePolicy, LatencyLimit } from '../core/index.ts';
import type { Config, FallbackConfig, GroupConfig } from './config.ts';
import type { Settings } from './schema.ts';

type Origin = Pick<Config, 'file' | 'directory' | 'places'>;

/** Makes the settings whole: paths absolute, each group with its own pair of backends, the gates as the core wants them. */
export function normalizeSettings(settings: Settings, origin: Origin): Config {
  const { window: windowMs, backends, groups, gates, ...same } = settings;
  const absolute = (path: string) => resolve(origin.directory, path);
  return {
    ...same,
    ...origin,
    contract: absolute(settings.contract),
    backends: { legacy: backends.legacy, candidate: backends.candidate },
    groups: Object.entries(groups).map(([name, group]) => normalizeGroup(name, group, settings)),
    flags: { kind: 'file', file: absolute(settings.flags.file) },
    fallback: normalizeFallback(settings.fallback),
    windowMs,
    store: { kind: 'sqlite', path: absolute(settings.store.path) },
    reports: absolute(settings.reports),
    gates: normalizeGates(gates),
  };
}

/** What a group leaves out is as it is for all. */
function normalizeGroup(name: string, group: Settings['groups'][string], settings: Settings): GroupConfig {
  const { operations, tags, flag } = group;
  const { legacy = settings.backends.legacy, candidate = settings.backends.candidate } = group;
  const { repeat = settings.fallback.repeat, budgetPercent = settings.fallback.budgetPercent } = group.fallback ?? {};
  const fallback = normalizeFallback({ repeat, budgetPercent });
  return { name, operations, tags, flag, legacy, candidate, fallback };
}

function normalizeFallback({ repeat, budgetPercent }: Settings['fallback']): FallbackConfig {
  return { repeat, budget: budgetPercent / 100 };
}

function normalizeGates({ parity, errors, latency, exempt }: Settings['gates']): GatePolicy {
  const limits = Object.entries(latency).flatMap(([key, limit]): LatencyLimit[] =>
    limit === undefined ? [] : [{ quantile: quantileOf(key), maxMs: limit.max, over: limit.over }],
  );
  return { parity, errors, latency: limits, exempt };
}

/** `p99.9` is 0.999; by the decimal point, not by a division, so that it equals the literal. */
function quantileOf(key: string): number {
  return Number(`0.${key.slice(1).replace('.', '')}`);
}
