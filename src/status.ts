import type { Config } from './config/index.ts';
import type { Contract } from './contract/index.ts';
import type { StatusDocument } from './control/index.ts';
import type { Side } from './core/index.ts';
import type { Recorder } from './observations/index.ts';
import type { FlagSource } from './routing/index.ts';
import type { Shadow } from './shadow/index.ts';
import { readVersion } from './version.ts';

/** Requests that each side has served since the start, by group. */
export type ServedCounts = ReadonlyMap<string, Record<Side, number>>;

/** What a status is made from. */
export interface Described {
  readonly config: Config;
  readonly contract: Contract;
  readonly flags: FlagSource;
  readonly recorder: Recorder;
  readonly shadow: Shadow;
  readonly observed: ServedCounts;
  readonly warnings: readonly string[];
  readonly uptimeMs: number;
}

/** The running proxy in numbers, as `GET /v1/status` answers. */
export function describeStatus({
  config,
  contract,
  flags,
  recorder,
  shadow,
  observed,
  warnings,
  uptimeMs,
}: Described): StatusDocument {
  const store = recorder.status();
  return {
    version: readVersion(),
    uptimeMs: Math.round(uptimeMs),
    groups: config.groups.map(({ name, flag }) => ({
      name,
      flag,
      weight: flags.weightOf(flag),
      observed: observed.get(name) ?? { legacy: 0, candidate: 0 },
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
    warnings,
  };
}
