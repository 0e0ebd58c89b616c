// The reports of several data planes as one.
import type { BreakerStatus, GroupStatus } from './control/index.ts';
import type { PlaneReport } from './status.ts';

/** What is counted, and stays counted when the plane that counted it is gone. */
export type PlaneCounts = Pick<PlaneReport, 'groups' | 'live' | 'shadow'>;

export const NO_COUNTS: PlaneCounts = {
  groups: [],
  live: { inFlight: 0, shed: 0 },
  shadow: { inFlight: 0, queued: 0, dropped: 0 },
};

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
      ...countsOf(group.name, [...planes, ...others], planes),
    })),
    flags: mergeFlags(
      planes.map(({ flags }) => flags),
      first.flags.source,
    ),
    store: { ...first.store, ok: stores.every(({ ok }) => ok), error: firstOf(stores.map(({ error }) => error)) },
    live: sumLive([...planes, ...others]),
    shadow: sumShadows([...planes, ...others]),
    contract: first.contract,
  };
}

/** Adds a plane that ended: nothing of it is in flight any more, and its breakers have no say. */
export function retire(gone: PlaneCounts, { groups, live, shadow }: PlaneCounts): PlaneCounts {
  const known = new Map([...gone.groups, ...groups].map((group) => [group.name, group]));
  const both = [gone, { groups, live, shadow }];
  return {
    groups: [...known.values()].map((group) => ({ ...group, ...countsOf(group.name, both, []) })),
    live: { ...sumLive(both), inFlight: 0 },
    shadow: { ...sumShadows(both), inFlight: 0, queued: 0 },
  };
}

/** The report of a plane whose counts are already among those that are gone. */
export function withoutCounts(report: PlaneReport): PlaneReport {
  const groups = report.groups.map((group) => ({ ...group, ...countsOf(group.name, [], []) }));
  return { ...report, ...NO_COUNTS, groups };
}

/** For a moment after a change of the flags file the planes differ; then there is no one weight. */
function commonWeight({ name, weight }: GroupStatus, planes: readonly PlaneReport[]): number | null {
  return groupsOf(name, planes).every((group) => group.weight === weight) ? weight : null;
}

/** `deciding`: those whose breakers are in force. */
function countsOf(
  name: string,
  all: readonly PlaneCounts[],
  deciding: readonly PlaneCounts[],
): Pick<GroupStatus, 'observed' | 'breaker'> {
  const groups = groupsOf(name, all);
  return {
    observed: {
      legacy: sum(groups.map(({ observed }) => observed.legacy)),
      candidate: sum(groups.map(({ observed }) => observed.candidate)),
    },
    breaker: {
      state: worstOf(groupsOf(name, deciding).map(({ breaker }) => breaker.state)),
      opened: sum(groups.map(({ breaker }) => breaker.opened)),
      diverted: sum(groups.map(({ breaker }) => breaker.diverted)),
    },
  };
}

function groupsOf(name: string, all: readonly PlaneCounts[]): readonly GroupStatus[] {
  return all.flatMap(({ groups }) => groups.filter((group) => group.name === name));
}

function worstOf(states: readonly BreakerStatus['state'][]): BreakerStatus['state'] {
  return (['open', 'half-open'] as const).find((state) => states.includes(state)) ?? 'closed';
}

function sumLive(all: readonly PlaneCounts[]): PlaneReport['live'] {
  const lives = all.map(({ live }) => live);
  return { inFlight: sum(lives.map(({ inFlight }) => inFlight)), shed: sum(lives.map(({ shed }) => shed)) };
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
