import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { type Address, assertListens, type Config, parseConfig, readConfigText } from './config/index.ts';
import type { WorkerSetup } from './worker-protocol.ts';

/** A config with the bytes that it came from, so that workers can be given just these. */
export interface Setup {
  readonly config: Config;
  readonly forWorkers: Omit<WorkerSetup, 'port'>;
}

/** Throws when the config is wrong. The contract is only read: what is wrong with it is for a worker to say. */
export function readSetup(file: string): Setup {
  const configText = readConfigText(file);
  const config = parseConfig(configText, { file, env: process.env });
  assertListens(config);
  return { config, forWorkers: { file, configText, sources: readSources([config.contract, ...config.overlays]) } };
}

function readSources(files: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(files.flatMap((file) => readSource(file)));
}

function readSource(file: string): readonly (readonly [string, string])[] {
  try {
    return [[file, readFileSync(file, 'base64')]];
  } catch {
    return [];
  }
}

/**
 * The port itself, or a free one for 0: workers that come later have to listen where the first ones did. What keeps the
 * address from being bound is for a worker to say.
 */
export async function choosePort({ host, port }: Address): Promise<number> {
  if (port !== 0) return port;
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(0));
    probe.listen({ host, port: 0 }, () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}
