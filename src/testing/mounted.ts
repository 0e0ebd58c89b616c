import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import express, { type Express } from 'express';
import { bindingOf } from '../app.ts';
import { loadConfig } from '../config/index.ts';
import { loadContract } from '../contract/index.ts';
import type { Cluster, Evidence } from '../core/index.ts';
import { type Middleware, paritygate } from '../middleware.ts';
import { openStore } from '../observations/index.ts';
import { flagsDocument } from './app.ts';

export interface MountedApp {
  readonly port: number;
  readonly handler: Middleware;
  readonly warnings: readonly string[];
  /** Stops the middleware, which writes what it recorded, and reads it back. */
  readonly finish: () => Promise<{ readonly evidence: Evidence; readonly clusters: readonly Cluster[] }>;
}

export interface MountedSetup {
  readonly contract: string;
  readonly operations: readonly string[];
  readonly candidate: URL;
  /** Percent of all operations. */
  readonly weight?: number;
  /** The app's own routes; `before` is called before the middleware is mounted. */
  readonly routes: (app: Express) => void;
  readonly before?: (app: Express) => void;
  /** Where it is mounted. */
  readonly path?: string;
  readonly graceMs?: number;
  /** More lines of YAML. */
  readonly more?: string;
}

/** An Express app on a free port, without Paritygate. */
export async function startPlainApp(
  t: TestContext,
  routes: (app: Express) => void,
): Promise<{ readonly port: number }> {
  const { app, port } = await listen(t);
  routes(app);
  return { port };
}

/** The same with the middleware mounted, from a config file of its own. */
export async function startMountedApp(t: TestContext, setup: MountedSetup): Promise<MountedApp> {
  const { app, port } = await listen(t);
  const directory = mkdtempSync(join(tmpdir(), 'paritygate-mounted-'));
  const file = join(directory, 'paritygate.yaml');
  writeFileSync(join(directory, 'openapi.yaml'), setup.contract);
  writeFileSync(join(directory, 'flags.json'), flagsDocument({ all: setup.weight ?? 0 }));
  writeFileSync(file, configText(setup, port));
  const warnings: string[] = [];
  const handler = await paritygate({ config: file, onWarning: (message) => void warnings.push(message) });
  let stopped: Promise<void> | undefined;
  const stop = (): Promise<void> => {
    stopped ??= handler.stop();
    return stopped;
  };
  t.after(async () => {
    await stop();
    rmSync(directory, { recursive: true });
  });
  setup.before?.(app);
  app.use(setup.path ?? '/', handler);
  setup.routes(app);
  const finish: MountedApp['finish'] = async () => {
    await stop();
    const config = loadConfig(file);
    const store = openStore({ path: config.store.path, readOnly: true });
    const evidence = store.readEvidence(bindingOf(config, loadContract(config.contract)));
    const found = { evidence, clusters: store.readClusters() };
    store.close();
    return found;
  };
  return { port, handler, warnings, finish };
}

/** Listens first: the address of the app is part of the config. */
async function listen(t: TestContext): Promise<{ readonly app: Express; readonly port: number }> {
  const app = express();
  const server = createServer((request, response) => app(request, response));
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo; // a listening TCP server has an address of this kind
  return { app, port };
}

function configText({ candidate, operations, graceMs = 10_000, more = '' }: MountedSetup, port: number): string {
  return `contract: openapi.yaml
listen: 127.0.0.1:${port}
control: { listen: 127.0.0.1:0 }
backends: { legacy: "http://127.0.0.1:${port}", candidate: "${candidate.origin}" }
groups:
  all: { operations: [${operations.join(', ')}], flag: all }
flags: { file: flags.json }
stickiness: [header:x-user-id, ip]
confirm: { perSecond: 1000, delayMs: 1 }
store: sqlite:observations.db
graceMs: ${graceMs}
probe: { percent: 0 }
${more}
`;
}
