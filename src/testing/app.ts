import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { type App, bindingOf, createApp } from '../app.ts';
import { type Config, loadConfig } from '../config/index.ts';
import type { BreachCount, Cluster, Evidence } from '../core/index.ts';
import { openStore } from '../observations/index.ts';

export interface AppUnderTest {
  readonly app: App;
  readonly config: Config;
  readonly port: number;
  readonly controlPort: number;
  readonly warnings: readonly string[];
  /** Stops the app, which writes what it recorded, and reads it back. */
  readonly finish: () => Promise<{
    readonly evidence: Evidence;
    readonly clusters: readonly Cluster[];
    readonly covered: ReadonlyMap<string, ReadonlySet<string>>;
    readonly breaches: readonly BreachCount[];
  }>;
}

export interface AppSetup {
  readonly contract: string;
  readonly legacy: URL;
  readonly candidate: URL;
  /** Percent of the group `all`, which owns every operation named in `operations`. */
  readonly weight?: number;
  readonly operations: readonly string[];
  /** More lines of YAML. */
  readonly more?: string;
}

export function flagsDocument(weights: Readonly<Record<string, number>>): string {
  const features = Object.entries(weights).map(([name, rollout]) => ({
    name,
    type: 'release',
    enabled: true,
    strategies: [
      { name: 'flexibleRollout', parameters: { rollout: String(rollout), stickiness: 'default', groupId: name } },
    ],
  }));
  return JSON.stringify({ version: 2, features }, null, 2);
}

/** The whole proxy, as `paritygate serve` runs it, from a config file of its own. */
export async function startApp(t: TestContext, setup: AppSetup): Promise<AppUnderTest> {
  const directory = mkdtempSync(join(tmpdir(), 'paritygate-app-'));
  const file = join(directory, 'paritygate.yaml');
  writeFileSync(join(directory, 'openapi.yaml'), setup.contract);
  writeFileSync(join(directory, 'flags.json'), flagsDocument({ all: setup.weight ?? 0 }));
  writeFileSync(file, configText(setup));
  const config = loadConfig(file);
  const warnings: string[] = [];
  const app = createApp(config, { onWarning: (message) => void warnings.push(message) });
  const ports = await app.start();
  let stopped: Promise<void> | undefined;
  const stop = (): Promise<void> => {
    stopped ??= app.stop();
    return stopped;
  };
  t.after(async () => {
    await stop();
    rmSync(directory, { recursive: true });
  });
  const finish: AppUnderTest['finish'] = async () => {
    await stop();
    const store = openStore({ path: config.store.path, readOnly: true });
    const found = {
      evidence: store.readEvidence(bindingOf(config, app.contract)),
      clusters: store.readClusters(),
      covered: store.readCovered(),
      breaches: store.readBreaches(),
    };
    store.close();
    return found;
  };
  return { app, config, ...ports, warnings, finish };
}

/** They come by chance, and a test counts what reaches a backend. */
export const NO_PROBES = 'probe: { percent: 0 }';

function configText({ legacy, candidate, operations, more = '' }: AppSetup): string {
  return `contract: openapi.yaml
listen: 127.0.0.1:0
control: { listen: 127.0.0.1:0 }
backends: { legacy: ${legacy.origin}, candidate: ${candidate.origin} }
groups:
  all: { operations: [${operations.join(', ')}], flag: all }
flags: { file: flags.json }
stickiness: [header:x-user-id, ip]
store: sqlite:observations.db
${more.includes('probe:') ? '' : NO_PROBES}
${more}
`;
}
