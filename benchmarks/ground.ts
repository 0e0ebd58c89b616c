// What all contenders of a run share: a directory of its own, the two backends, and the contenders that were started.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Contender, LABELS, type ProcessContender } from './contenders.ts';
import { itemBody, SIZES, type SizeName, targetOf, writeItems } from './items.ts';
import { backendConfig } from './nginx.ts';
import { type Child, findFreePorts, startChild, untilReady } from './processes.ts';
import type { Programs } from './programs.ts';

export interface Ground {
  readonly directory: string;
  /** The directory with a file for the body of a POST of each size. */
  readonly bodies: string;
  readonly wrk: string;
  readonly programs: Programs;
  readonly legacy: number;
  readonly legacyPid: number;
  readonly candidate: number;
  readonly candidatePid: number;
  readonly drifting: number;
  /** How many requests each backend has had since the start; the candidate on either of its ports. */
  readonly countLegacy: () => Promise<number>;
  readonly countCandidate: () => Promise<number>;
}

/** A contender that takes requests. */
export interface Standing {
  readonly name: string;
  readonly label: string;
  readonly port: number;
  readonly mirrors: boolean;
  /** Absent for `direct`. */
  readonly child: Child | undefined;
  /** The config of a contender that keeps a store. */
  readonly configFile: string | undefined;
}

export async function startGround(
  programs: Programs & { readonly wrk: string; readonly nginx: string },
): Promise<Ground> {
  const directory = mkdtempSync(join(tmpdir(), 'paritygate-bench-'));
  process.on('exit', () => rmSync(directory, { recursive: true, force: true }));
  const [legacy = 0, candidate = 0, drifting = 0, legacyStatus = 0, candidateStatus = 0] = await findFreePorts(5);
  const roots = { equal: join(directory, 'items'), drifting: join(directory, 'items-drifting') };
  writeItems(roots.equal, false);
  writeItems(roots.drifting, true);
  const legacyChild = await startBackend('legacy', {
    directory: join(directory, 'legacy'),
    nginx: programs.nginx,
    config: backendConfig([{ port: legacy, root: roots.equal }], legacyStatus),
    statusPort: legacyStatus,
  });
  const sides = [
    { port: candidate, root: roots.equal },
    { port: drifting, root: roots.drifting },
  ];
  const candidateChild = await startBackend('candidate', {
    directory: join(directory, 'candidate'),
    nginx: programs.nginx,
    config: backendConfig(sides, candidateStatus),
    statusPort: candidateStatus,
  });
  const bodies = writeBodies(join(directory, 'bodies'));
  const counters = { countLegacy: createCounter(legacyStatus), countCandidate: createCounter(candidateStatus) };
  const ports = { legacy, candidate, drifting };
  const pids = { legacyPid: legacyChild.pid, candidatePid: candidateChild.pid };
  return { directory, bodies, wrk: programs.wrk, programs, ...ports, ...pids, ...counters };
}

interface BackendStart {
  readonly directory: string;
  readonly nginx: string;
  readonly config: string;
  readonly statusPort: number;
}

async function startBackend(name: string, { directory, nginx, config, statusPort }: BackendStart): Promise<Child> {
  mkdirSync(directory);
  writeFileSync(join(directory, 'nginx.conf'), config);
  const args = ['-e', 'stderr', '-p', directory, '-c', 'nginx.conf'];
  const child = await startChild(`the ${name} backend`, { command: nginx, args, cwd: directory });
  await untilReady(child, () => answers(`http://127.0.0.1:${statusPort}/requests`));
  return child;
}

function writeBodies(directory: string): string {
  mkdirSync(directory);
  for (const size of Object.keys(SIZES) as SizeName[]) // the keys of SIZES are exactly these names
    writeFileSync(join(directory, size), itemBody(size, 0));
  return directory;
}

/** Counts without the requests that ask for the count. */
function createCounter(statusPort: number): () => Promise<number> {
  let own = 0;
  return async () => {
    own += 1;
    const text = await (await fetch(`http://127.0.0.1:${statusPort}/requests`)).text();
    const requests = /^ \d+ \d+ (\d+)/m.exec(text)?.[1];
    if (requests === undefined) throw new Error(`the backend does not count its requests: ${text}`);
    return Number(requests) - own;
  };
}

async function answers(url: string): Promise<boolean> {
  return fetch(url, { signal: AbortSignal.timeout(2_000) }).then(
    async (response) => (await response.arrayBuffer()) !== undefined && response.ok,
    () => false,
  );
}

export type ActiveContender = Exclude<Contender, { kind: 'skipped' }>;

export async function startContender(ground: Ground, contender: ActiveContender): Promise<Standing> {
  const { name } = contender;
  const label = LABELS[name] ?? name;
  if (contender.kind === 'process') return startProcess(ground, contender, label);
  return { name, label, port: ground.legacy, mirrors: false, child: undefined, configFile: undefined };
}

async function startProcess(ground: Ground, contender: ProcessContender, label: string): Promise<Standing> {
  const { name, mirrors, records, launch } = contender;
  const [port = 0, controlPort = 0] = await findFreePorts(2);
  const directory = mkdtempSync(join(ground.directory, `${name}-`));
  const { command, args, files } = launch({ ...ground, directory, port, controlPort });
  for (const [file, text] of Object.entries(files)) writeFileSync(join(directory, file), text);
  const child = await startChild(name, { command, args, cwd: directory });
  await untilReady(child, () => answers(`http://127.0.0.1:${port}${targetOf('small', 0)}`));
  const configFile = records ? join(directory, 'paritygate.yaml') : undefined;
  return { name, label, port, mirrors, child, configFile };
}
