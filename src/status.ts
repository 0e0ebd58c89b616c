// What a running proxy says of itself: each data plane tells its part, and the parts are folded into one document.
import type { Config } from './config/index.ts';
import type { Contract } from './contract/index.ts';
import type { GroupStatus, StatusDocument } from './control/index.ts';
import type { Side } from './core/index.ts';
import type { Recorder } from './observations/index.ts';
import type { FlagSource } from './routing/index.ts';
import type { Shadow } from './shadow/index.ts';
import { readVersion } from './version.ts';

/** Requests that each side has served since the start, by group. */
export type ServedCounts = ReadonlyMap<string, Record<Side, number>>;

/** What one data plane knows; plain data, which crosses from a worker process. */
export type PlaneReport = Pick<StatusDocument, 'groups' | 'flags' | 'store' | 'shadow' | 'contract'>;

export interface PlaneParts {
  readonly config: Config;
  readonly contract: Contract;
  readonly flags: FlagSource;
  readonly recorder: Recorder;
  readonly shadow: Shadow;
  readonly observed: ServedCounts;
}

export function describePlane({ config, contract, flags, recorder, shadow, observed }: PlaneParts): PlaneReport {
  const store = recorder.status();
  return {
    groups: config.groups.map(({ name, flag }) => ({
      name,
      flag,
      weight: flags.weightOf(flag),
      observed: { ...(observed.get(name) ?? { legacy: 0, candidate: 0 }) },
    })),
    flags: flags.status(),
    store: { location: config.store.path, ok: store.ok, error: store.error?.message },
    shadow: shadow.status(),
    contract: {
      title: contract.title,
      file: contract.file,
      digest: contract.digest,
      operations: contract.operations.length,
    },
  };
}

/** What the planes do not know of themselves. */
export type Surroundings = Pick<StatusDocument, 'workers' | 'restarts' | 'reload' | 'warnings'> & {
  readonly uptimeMs: number;
};

export function describeStatus(plane: PlaneReport, { uptimeMs, ...surroundings }: Surroundings): StatusDocument {
  return { version: readVersion(), uptimeMs: Math.round(uptimeMs), ...plane, ...surroundings };
}

/** What is counted, and stays counted when the plane that counted it is gone. */
export type PlaneCounts = Pick<PlaneReport, 'groups' | 'shadow'>;

export const NO_COUNTS: PlaneCounts = { groups: [], shadow: { inFlight: 0, queued: 0, dropped: 0 } };

/** Several planes as one: what one of them misses is missing. `others` are only counted. */
export function mergeReports(
  planes: readonly [PlaneReport, ...PlaneReport[]],
  others: readonly PlaneCounts[] = [],
): PlaneReport {
  const [first] = planes;
  const stores = planes.map(({ store }) => store);
  return {
    groups: first.groups.map((group) => ({
      ...group,
      weight: commonWeight(group, planes),
      observed: observedOf(group.name, [...planes, ...others]),
    })),
    flags: mergeFlags(
      planes.map(({ flags }) => flags),
      first.flags.source,
    ),
    store: { ...first.store, ok: stores.every(({ ok }) => ok), error: firstOf(stores.map(({ error }) => error)) },
    shadow: sumShadows([...planes, ...others]),
    contract: first.contract,
  };
}

/** Adds a plane that ended: nothing of it is in flight any more. */
export function retire(gone: PlaneCounts, { groups, shadow }: PlaneCounts): PlaneCounts {
  const known = new Map([...gone.groups, ...groups].map((group) => [group.name, group]));
  const merged = [...known.values()].map((group) => ({
    ...group,
    observed: observedOf(group.name, [gone, { groups, shadow }]),
  }));
  return { groups: merged, shadow: { ...NO_COUNTS.shadow, dropped: gone.shadow.dropped + shadow.dropped } };
}

/** The report of a plane whose counts are already among those that are gone. */
export function withoutCounts(report: PlaneReport): PlaneReport {
  const groups = report.groups.map((group) => ({ ...group, observed: { legacy: 0, candidate: 0 } }));
  return { ...report, groups, shadow: NO_COUNTS.shadow };
}

/** For a moment after a change of the flags file the planes differ; then there is no one weight. */
function commonWeight({ name, weight }: GroupStatus, planes: readonly PlaneReport[]): number | null {
  const same = planes.flatMap(({ groups }) => groups.filter((group) => group.name === name));
  return same.every((group) => group.weight === weight) ? weight : null;
}

function observedOf(name: string, all: readonly PlaneCounts[]): GroupStatus['observed'] {
  const same = all.flatMap(({ groups }) => groups.filter((group) => group.name === name));
  return {
    legacy: sum(same.map(({ observed }) => observed.legacy)),
    candidate: sum(same.map(({ observed }) => observed.candidate)),
  };
}

function sumShadows(all: readonly PlaneCounts[]): PlaneReport['shadow'] {
  const shadows = all.map(({ shadow }) => shadow);
  return {
    inFlight: sum(shadows.map(({ inFlight }) => inFlight)),
    queued: sum(shadows.map(({ queued }) => queued)),
    dropped: sum(shadows.map(({ dropped }) => dropped)),
  };
}

type FlagsStatus = PlaneReport['flags'];

/** The oldest reading, and the first failure. */
function mergeFlags(all: readonly FlagsStatus[], source: string): FlagsStatus {
  const failed = all.filter(({ ok }) => !ok);
  const since = failed.flatMap(({ failedAtMs }) => failedAtMs ?? []);
  const loaded = all.flatMap(({ loadedAtMs }) => loadedAtMs ?? []);
  const ages = all.flatMap(({ ageMs }) => ageMs ?? []);
  return {
    source,
    ok: failed.length === 0,
    loadedAtMs: loaded.length === all.length ? Math.min(...loaded) : null,
    ageMs: ages.length === all.length ? Math.max(...ages) : null,
    error: firstOf(failed.map(({ error }) => error)),
    failedAtMs: since.length > 0 ? Math.min(...since) : undefined,
    warnings: [...new Set(all.flatMap(({ warnings = [] }) => warnings))],
  };
}

function firstOf<Value>(values: readonly (Value | undefined)[]): Value | undefined {
  return values.find((value) => value !== undefined);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
