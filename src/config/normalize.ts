import { resolve } from 'node:path';
import type { GatePolicy, LatencyLimit } from '../core/index.ts';
import type { Backend, Config, FallbackConfig, GroupConfig, NamedFile, Timeouts, TlsFiles } from './config.ts';
import { type ConfigPath, locate } from './places.ts';
import type { Settings } from './schema.ts';

type Origin = Pick<Config, 'file' | 'directory' | 'places'>;

/** Makes the settings whole: paths absolute, each group with its own pair of backends, the gates as the core wants them. */
export function normalizeSettings(settings: Settings, origin: Origin): Config {
  const { window: windowMs, groups, gates, retention, ...same } = settings;
  const absolute = (path: string) => resolve(origin.directory, path);
  const { legacy, candidate } = settings.backends;
  const backends = {
    legacy: normalizeBackend(legacy, ['backends', 'legacy'], origin),
    candidate: candidate && normalizeBackend(candidate, ['backends', 'candidate'], origin),
  };
  return {
    ...same,
    ...origin,
    contract: absolute(settings.contract),
    overlays: settings.overlays.map(absolute),
    accepted: absolute(settings.accepted),
    tls: settings.tls && normalizeTls(settings.tls, ['tls'], origin),
    backends,
    groups: Object.entries(groups).map(([name, group]) => normalizeGroup(name, group, { settings, backends, origin })),
    flags: { kind: 'file', file: absolute(settings.flags.file) },
    fallback: normalizeFallback(settings.fallback),
    windowMs,
    retention: { ageMs: retention.age, maxBytes: retention.maxBytes },
    store: { kind: 'sqlite', path: absolute(settings.store.path) },
    reports: absolute(settings.reports),
    gates: normalizeGates(gates),
  };
}

interface Around {
  readonly settings: Settings;
  readonly backends: Config['backends'];
  readonly origin: Origin;
}

/** What a group leaves out is as it is for all. */
function normalizeGroup(
  name: string,
  group: Settings['groups'][string],
  { settings, backends, origin }: Around,
): GroupConfig {
  const { operations, tags, flag } = group;
  const own = (side: 'legacy' | 'candidate'): Backend | undefined =>
    group[side] && normalizeBackend(group[side], ['groups', name, side], origin);
  const pair = { legacy: own('legacy') ?? backends.legacy, candidate: own('candidate') ?? backends.candidate };
  const { repeat = settings.fallback.repeat, budgetPercent = settings.fallback.budgetPercent } = group.fallback ?? {};
  const fallback = normalizeFallback({ repeat, budgetPercent });
  return { name, operations, tags, flag, ...pair, fallback, timeouts: merge(settings.timeouts, group.timeouts) };
}

function merge(all: Timeouts, own: { readonly [Limit in keyof Timeouts]?: number | undefined }): Timeouts {
  return {
    connectMs: own.connectMs ?? all.connectMs,
    headersMs: own.headersMs ?? all.headersMs,
    idleMs: own.idleMs ?? all.idleMs,
    totalMs: own.totalMs ?? all.totalMs,
    resolveMs: own.resolveMs ?? all.resolveMs,
  };
}

type BackendSettings = Settings['backends']['legacy'];

function normalizeBackend({ url, socket, tls }: BackendSettings, path: ConfigPath, origin: Origin): Backend {
  return {
    url,
    socketPath: socket === undefined ? undefined : resolve(origin.directory, socket),
    tls: tls && { ...normalizeTls(tls, [...path, 'tls'], origin), servername: tls.servername },
  };
}

type TlsSettings = { readonly [File in keyof TlsFiles]?: string | undefined };

function normalizeTls({ ca, cert, key }: TlsSettings, path: ConfigPath, origin: Origin): TlsFiles {
  const named = (file: string | undefined, field: string): NamedFile | undefined =>
    file === undefined
      ? undefined
      : { path: resolve(origin.directory, file), at: locate(origin.places, [...path, field]) };
  return { ca: named(ca, 'ca'), cert: named(cert, 'cert'), key: named(key, 'key') };
}

function normalizeFallback({ repeat, budgetPercent }: Settings['fallback']): FallbackConfig {
  return { repeat, budget: budgetPercent / 100 };
}

function normalizeGates({ parity, errors, latency, accepted, exempt }: Settings['gates']): GatePolicy {
  const limits = Object.entries(latency).flatMap(([key, limit]): LatencyLimit[] =>
    limit === undefined ? [] : [{ quantile: quantileOf(key), maxMs: limit.max, over: limit.over }],
  );
  const { budget, operations } = accepted;
  const shares = Object.fromEntries(Object.entries(operations).map(([id, percent]) => [id, percent / 100]));
  return { parity, errors, latency: limits, accepted: { budget: budget / 100, operations: shares }, exempt };
}

/** `p99.9` is 0.999; by the decimal point, not by a division, so that it equals the literal. */
function quantileOf(key: string): number {
  return Number(`0.${key.slice(1).replace('.', '')}`);
}
