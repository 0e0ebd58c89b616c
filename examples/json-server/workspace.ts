import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';

const SIDES = ['legacy', 'candidate'] as const;

export type Side = (typeof SIDES)[number];

export interface Ports extends Readonly<Record<Side, number>> {
  readonly proxy: number;
  readonly control: number;
}

/** A directory of this run alone: each side's own database, the store, the reports and the config that names them. */
export interface Workspace {
  readonly directory: string;
  readonly ports: Ports;
  readonly config: string;
  readonly reports: string;
}

/** The directory is removed when the process exits, whatever ends it. */
export async function createWorkspace(example: string): Promise<Workspace> {
  const directory = mkdtempSync(join(tmpdir(), 'paritygate-json-server-'));
  process.on('exit', () => rmSync(directory, { recursive: true, force: true }));
  for (const side of SIDES) {
    mkdirSync(join(directory, side));
    copyFileSync(join(example, 'db.json'), join(directory, side, 'db.json'));
  }
  copyFileSync(join(example, 'flags.json'), join(directory, 'flags.json'));
  const workspace = {
    directory,
    ports: await freePorts(),
    config: join(directory, 'paritygate.yaml'),
    reports: join(directory, 'reports'),
  };
  writeFileSync(workspace.config, resolveConfig(example, workspace));
  return workspace;
}

/** The committed config with this run's ports and paths. */
function resolveConfig(example: string, { ports, reports }: Workspace): string {
  const committed: unknown = parse(readFileSync(join(example, 'paritygate.yaml'), 'utf8'));
  return stringify({
    ...Object(committed),
    contract: join(example, 'contract.yaml'),
    listen: `127.0.0.1:${ports.proxy}`,
    control: { listen: `127.0.0.1:${ports.control}` },
    backends: {
      legacy: `http://127.0.0.1:${ports.legacy}`,
      candidate: `http://127.0.0.1:${ports.candidate}`,
    },
    reports,
  });
}

async function freePorts(): Promise<Ports> {
  const [legacy, candidate, proxy, control] = await Promise.all([freePort(), freePort(), freePort(), freePort()]);
  return { legacy, candidate, proxy, control };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no free port on 127.0.0.1');
  return address.port;
}
