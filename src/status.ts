// What a running proxy says of itself: each data plane tells its part, `status-merge.ts` makes one of several.
import type { Config } from './config/index.ts';
import type { Contract } from './contract/index.ts';
import type { BreakerStatus, StatusDocument } from './control/index.ts';
import type { Side } from './core/index.ts';
import type { Recorder } from './observations/index.ts';
import type { Listener, Protection } from './proxy/index.ts';
import type { FlagSource } from './routing/index.ts';
import type { Shadow } from './shadow/index.ts';
import { readVersion } from './version.ts';

/** Requests that each side has served since the start, by group. */
export type ServedCounts = ReadonlyMap<string, Record<Side, number>>;

/** What one data plane knows; plain data, which crosses from a worker process. */
export type PlaneReport = Pick<StatusDocument, 'groups' | 'flags' | 'store' | 'live' | 'shadow' | 'contract'>;

export interface PlaneParts {
  readonly config: Config;
  readonly contract: Contract;
  readonly flags: FlagSource;
  readonly recorder: Recorder;
  readonly proxy: Listener;
  /** By group. */
  readonly protections: ReadonlyMap<string, Protection>;
  readonly shadow: Shadow;
  readonly observed: ServedCounts;
}

export function describePlane(parts: PlaneParts): PlaneReport {
  const { config, contract, flags, recorder, proxy, protections, shadow, observed } = parts;
  const store = recorder.status();
  return {
    groups: config.groups.map(({ name, flag }) => ({
      name,
      flag,
      weight: flags.weightOf(flag),
      observed: { ...(observed.get(name) ?? { legacy: 0, candidate: 0 }) },
      breaker: protections.get(name)?.breaker.status() ?? NEVER_OPENED,
    })),
    flags: flags.status(),
    store: { location: config.store.path, ok: store.ok, error: store.error?.message },
    live: proxy.load(),
    shadow: shadow.status(),
    contract: {
      title: contract.title,
      file: contract.file,
      digest: contract.digest,
      operations: contract.operations.length,
    },
  };
}

const NEVER_OPENED: BreakerStatus = { state: 'closed', opened: 0, diverted: 0 };

/** What the planes do not know of themselves. */
export type Surroundings = Pick<StatusDocument, 'workers' | 'restarts' | 'reload' | 'warnings'> & {
  readonly uptimeMs: number;
};

export function describeStatus(plane: PlaneReport, { uptimeMs, ...surroundings }: Surroundings): StatusDocument {
  return { version: readVersion(), uptimeMs: Math.round(uptimeMs), ...plane, ...surroundings };
}
