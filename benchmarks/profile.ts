// Where each microsecond of mirroring and comparing goes, on the main thread.
import { copyFileSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { PROFILED } from './contenders.ts';
import { readThreads, settle, type ThreadTimes } from './cpu.ts';
import { type CpuProfile, functionOf, ownerOf, type SelfTime, sumSelfTimes, type Window } from './cpu-profile.ts';
import { FIRST_WARM_UP, warm } from './measure.ts';
import type { Run, Section } from './section.ts';
import { startAll } from './standings.ts';
import { formatTable } from './table.ts';
import { MAIN_CELL, runLoad } from './wrk.ts';

const FUNCTIONS = 40;
const OWNERS = 25;

export async function runProfile(run: Run): Promise<Section> {
  const [standing] = await startAll(run, [PROFILED]);
  if (!standing?.child || standing.configFile === undefined) throw new Error('the proxy was not started');
  const load = await loadWithin(run, { port: standing.port, pid: standing.child.pid });
  await standing.child.stop(20_000);
  const file = keepProfile(join(dirname(standing.configFile), 'profiles'));
  const profile = JSON.parse(readFileSync(file, 'utf8')) as CpuProfile; // the format of V8
  const { requests, cpuMs, threads, window } = load;
  const functions = sumSelfTimes(profile, window, functionOf);
  const owners = sumSelfTimes(profile, window, ownerOf);
  const busy = owners.filter(isBusy).reduce((sum, { us }) => sum + us, 0) / requests;
  return {
    title: `CPU profile of mirroring and comparing: ${requests} requests, 2 KB, 32 connections, GET`,
    text: [
      `By the samples, which also hold waiting for a processor, the main thread was busy for ${busy.toFixed(1)} µs/request.`,
      `The whole process, profiler included, used ${((cpuMs * 1000) / requests).toFixed(1)} µs/request of CPU time.`,
      formatTimes('function (time in itself)', functions.slice(0, FUNCTIONS), requests),
      formatTimes('owner', owners.slice(0, OWNERS), requests),
      formatTimes('thread (CPU time, by the kernel)', threads, requests),
      `The profile: ${file}`,
    ].join('\n\n'),
    targets: [],
    data: { requests, cpuMs, threads, functions: functions.slice(0, 200), owners },
  };
}

interface Loaded {
  readonly requests: number;
  readonly cpuMs: number;
  readonly threads: readonly SelfTime[];
  readonly window: Window;
}

async function loadWithin({ ground, options, onProgress }: Run, proxy: { port: number; pid: number }): Promise<Loaded> {
  const load = { ...ground, port: proxy.port, cell: MAIN_CELL };
  onProgress('warming up');
  await warm(load, FIRST_WARM_UP);
  const before = await settle(proxy.pid);
  const threads = readThreads(proxy.pid);
  const fromUs = nowUs();
  onProgress('profiling');
  const { requests } = await runLoad({ ...load, seconds: options.seconds ?? 10 });
  const cpuMs = (await settle(proxy.pid)) - before;
  const spent = spentBetween(threads, readThreads(proxy.pid));
  return { requests, cpuMs, threads: spent, window: { fromUs, toUs: nowUs() } };
}

/** Threads of one name together: V8 has several helpers, and the profiler one for each thread it samples. */
function spentBetween(before: ThreadTimes, after: ThreadTimes): readonly SelfTime[] {
  const sums = new Map<string, number>();
  for (const [id, { name, us }] of after) sums.set(name, (sums.get(name) ?? 0) + us - (before.get(id)?.us ?? 0));
  return [...sums].map(([what, us]) => ({ what, us })).toSorted((a, b) => b.us - a.us);
}

/** The clock that V8 stamps its samples with. */
function nowUs(): number {
  return Number(process.hrtime.bigint() / 1000n);
}

/** Node writes one profile for each thread: `CPU.<day>.<time>.<process>.<thread>.<number>.cpuprofile`. */
function keepProfile(directory: string): string {
  const main = readdirSync(directory).find((name) => name.split('.')[4] === '0');
  if (main === undefined) throw new Error('the proxy wrote no profile of its main thread');
  const results = join(import.meta.dirname, 'results');
  mkdirSync(results, { recursive: true });
  const kept = join(results, 'paritygate.cpuprofile');
  copyFileSync(join(directory, main), kept);
  return kept;
}

function isBusy({ what }: SelfTime): boolean {
  return what !== '(idle)';
}

function formatTimes(title: string, times: readonly SelfTime[], requests: number): string {
  const rows = times.map(({ what, us }) => [what, (us / requests).toFixed(2)]);
  return formatTable([[title, 'µs/request'], ...rows]);
}
