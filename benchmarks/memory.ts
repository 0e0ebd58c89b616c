// Memory of one worker of Paritygate: under load, with many idle connections, and over millions of requests.
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { collectGarbage } from './alive.ts';
import { COLLECTED } from './contenders.ts';
import { readChildren, readRssMib, settle } from './cpu.ts';
import type { Standing } from './ground.ts';
import { startChild, untilReady } from './processes.ts';
import type { Run, Section } from './section.ts';
import { startAll, stopStandings } from './standings.ts';
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
  /** Where it was started. */
  readonly directory: string;
}

/** `long`: also over two million requests. */
export async function runMemory(run: Run, long: boolean): Promise<Section> {
  const standings = await startAll(run, [COLLECTED]);
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
    ...(growth ? [] : [['over 2 million requests', 'not measured without --memory']]),
  ];
  return {
    title: 'Memory of a worker, mirroring and comparing',
    text: [formatTable([['', 'VmRSS'], ...rows]), ...(growth ? [describeGrowth(growth)] : [])].join('\n\n'),
    targets: growth ? growthTargets(growth) : [],
    data: { idleMib: idle, loadedMib: loaded, connected, growth },
  };
}

function proxyOf([standing]: readonly Standing[]): Proxy {
  const [worker, ...others] = standing?.child ? readChildren(standing.child.pid) : [];
  if (!standing?.configFile || worker === undefined || others.length > 0)
    throw new Error('a proxy with one worker was expected');
  return { port: standing.port, pid: worker, directory: dirname(standing.configFile) };
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
  /** Resident, as V8 left it. */
  readonly rssMib: number;
  /** Resident, once all garbage was collected. */
  readonly collectedMib: number;
  /** What V8 then holds, in its heap and outside of it. */
  readonly aliveMib: number;
}

async function measureGrowth(run: Run, proxy: Proxy): Promise<readonly Point[]> {
  const points: Point[] = [];
  for (let requests = 0; requests < MANY_REQUESTS; ) {
    requests += (await runLoad({ ...run.ground, port: proxy.port, cell: MAIN_CELL, seconds: 10 })).requests;
    const point = { requests, ...(await weigh(proxy)) };
    run.onProgress(`${requests} of ${MANY_REQUESTS} requests: ${point.aliveMib.toFixed(1)} MiB alive`);
    points.push(point);
  }
  return points;
}

async function weigh({ pid, directory }: Proxy): Promise<Omit<Point, 'requests'>> {
  await settle(pid);
  const rssMib = readRssMib(pid);
  const { heapBytes, externalBytes } = await collectGarbage(pid, directory);
  return { rssMib, collectedMib: readRssMib(pid), aliveMib: (heapBytes + externalBytes) / 2 ** 20 };
}

type Weight = Exclude<keyof Point, 'requests'>;

/** MiB per million requests. A heap finds its size in the first half; what grows without end also grows in the second. */
function growthOf(points: readonly Point[], weight: Weight): number {
  const half = points.slice(Math.floor(points.length / 2));
  return slopeOf(half.map((point) => ({ x: point.requests / 1e6, y: point[weight] })));
}

/** Half a byte a request, less than the smallest object: nothing that each of them leaves behind could hide in it. */
const MAX_ALIVE_GROWTH_MIB = 0.5;
/** The allocator of C keeps what was let go in pages that are partly in use. */
const MAX_COLLECTED_GROWTH_MIB = 2;

function growthTargets(points: readonly Point[]): readonly Target[] {
  const growth = (weight: Weight) => spreadOf([growthOf(points, weight)]);
  return [
    { what: 'MiB alive a million requests', limit: MAX_ALIVE_GROWTH_MIB, value: growth('aliveMib') },
    {
      what: 'MiB resident a million requests, garbage collected',
      limit: MAX_COLLECTED_GROWTH_MIB,
      value: growth('collectedMib'),
    },
  ];
}

function describeGrowth(points: readonly Point[]): string {
  const row = (first: string, mibOf: (weight: Weight) => number): readonly string[] => [
    first,
    ...(['rssMib', 'collectedMib', 'aliveMib'] as const).map((weight) => mibOf(weight).toFixed(1)),
  ];
  return formatTable([
    ['requests', 'VmRSS', 'VmRSS, garbage collected', 'alive'],
    ...points.map((point) => row(String(point.requests), (weight) => point[weight])),
    row('MiB a million, second half', (weight) => growthOf(points, weight)),
  ]);
}
