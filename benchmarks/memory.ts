// Resident memory of one worker of Paritygate: under load, with many idle connections, and over millions of requests.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CONTENDERS } from './contenders.ts';
import { readChildren, readRssMib, settle } from './cpu.ts';
import type { Standing } from './ground.ts';
import { startChild, untilReady } from './processes.ts';
import type { Run, Section } from './section.ts';
import { chooseContenders, startAll, stopStandings } from './standings.ts';
import { slopeOf, spreadOf } from './statistics.ts';
import { formatTable } from './table.ts';
import type { Target } from './targets.ts';
import { MAIN_CELL, runLoad } from './wrk.ts';

const IDLE_CONNECTIONS = 10_000;
const MANY_REQUESTS = 2_000_000;

interface Proxy {
  readonly port: number;
  /** Of the worker. */
  readonly pid: number;
}

/** `long`: also over two million requests. */
export async function runMemory(run: Run, long: boolean): Promise<Section> {
  const contenders = CONTENDERS.filter(({ name }) => name === 'paritygate-mirror');
  const standings = await startAll(run, chooseContenders(contenders, run.ground).active);
  const proxy = proxyOf(standings);
  const idle = readRssMib(proxy.pid);
  const loaded = await measureLoaded(run, proxy);
  const growth = long ? await measureGrowth(run, proxy) : undefined;
  const connected = await measureConnected(run, proxy);
  await stopStandings(standings);
  const rows = [
    ['after the start', `${idle.toFixed(0)} MiB`],
    ['after 10 s of load on 32 connections', `${loaded.toFixed(0)} MiB`],
    [`with ${IDLE_CONNECTIONS} idle connections`, describeConnected(connected, growth?.at(-1)?.rssMib ?? loaded)],
    ...(growth ? describeGrowth(growth) : [['over 2 million requests', 'not measured without --memory']]),
  ];
  return {
    title: 'Resident memory of a worker, mirroring and comparing',
    text: formatTable([['', 'VmRSS'], ...rows]),
    targets: growth ? [growthTarget(growth)] : [],
    data: { idleMib: idle, loadedMib: loaded, connected, growth },
  };
}

function proxyOf([standing]: readonly Standing[]): Proxy {
  const [worker, ...others] = standing?.child ? readChildren(standing.child.pid) : [];
  if (!standing || worker === undefined || others.length > 0) throw new Error('a proxy with one worker was expected');
  return { port: standing.port, pid: worker };
}

async function measureLoaded({ ground, onProgress }: Run, { port, pid }: Proxy): Promise<number> {
  onProgress('memory on 32 connections');
  await runLoad({ ...ground, port, cell: MAIN_CELL, seconds: 10 });
  await settle(pid);
  return readRssMib(pid);
}

type Connected =
  | { readonly kind: 'measured'; readonly rssMib: number }
  | { readonly kind: 'skipped'; readonly why: string };

async function measureConnected({ ground, onProgress }: Run, { port, pid }: Proxy): Promise<Connected> {
  const files = maxOpenFiles(pid);
  const needed = IDLE_CONNECTIONS + 1_000;
  if (files < needed)
    return { kind: 'skipped', why: `a process may open ${files} files; run \`ulimit -Hn ${needed}\` first` };
  onProgress(`opening ${IDLE_CONNECTIONS} connections`);
  const args = [join(import.meta.dirname, 'idle-connections.ts'), String(port), String(IDLE_CONNECTIONS)];
  const client = await startChild('the idle clients', { command: process.execPath, args, cwd: ground.directory });
  try {
    await untilReady(client, async () => client.output().startsWith('open'));
    await settle(pid);
    return { kind: 'measured', rssMib: readRssMib(pid) };
  } catch (error) {
    return { kind: 'skipped', why: error instanceof Error ? error.message : String(error) };
  } finally {
    await client.stop();
  }
}

/** The hard limit: Node raises its own soft limit to it. */
function maxOpenFiles(pid: number): number {
  const limit = /^Max open files\s+\S+\s+(\S+)/m.exec(readFileSync(`/proc/${pid}/limits`, 'utf8'))?.[1];
  return limit === 'unlimited' ? Number.POSITIVE_INFINITY : Number(limit);
}

function describeConnected(connected: Connected, loadedMib: number): string {
  if (connected.kind === 'skipped') return `skipped: ${connected.why}`;
  const kib = ((connected.rssMib - loadedMib) * 1024) / IDLE_CONNECTIONS;
  return `${connected.rssMib.toFixed(0)} MiB (${kib.toFixed(1)} KiB each)`;
}

interface Point {
  readonly requests: number;
  readonly rssMib: number;
}

async function measureGrowth({ ground, onProgress }: Run, { port, pid }: Proxy): Promise<readonly Point[]> {
  const points: Point[] = [];
  for (let requests = 0; requests < MANY_REQUESTS; ) {
    requests += (await runLoad({ ...ground, port, cell: MAIN_CELL, seconds: 10 })).requests;
    await settle(pid);
    points.push({ requests, rssMib: readRssMib(pid) });
    onProgress(`${requests} of ${MANY_REQUESTS} requests: ${points.at(-1)?.rssMib.toFixed(0)} MiB`);
  }
  return points;
}

/** MiB per million requests. A heap finds its size in the first half; what grows without end also grows in the second. */
function growthOf(points: readonly Point[]): number {
  const half = points.slice(Math.floor(points.length / 2));
  return slopeOf(half.map(({ requests, rssMib }) => ({ x: requests / 1e6, y: rssMib })));
}

/** A heap breathes by some MiB between two collections. */
const MAX_GROWTH_MIB = 5;

function growthTarget(points: readonly Point[]): Target {
  const value = spreadOf([growthOf(points)]);
  return { what: 'MiB that a worker grows by in a million requests', limit: MAX_GROWTH_MIB, value };
}

function describeGrowth(points: readonly Point[]): readonly (readonly string[])[] {
  const [first, last] = [points[0], points.at(-1)];
  return [
    [`after ${first?.requests} requests`, `${first?.rssMib.toFixed(0)} MiB`],
    [`after ${last?.requests} requests`, `${last?.rssMib.toFixed(0)} MiB`],
    ['slope over the second half', `${growthOf(points).toFixed(1)} MiB per million requests`],
  ];
}
