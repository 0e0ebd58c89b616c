// CPU time and memory of a process and its children, from Linux's /proc.
import { readdirSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';

interface ProcessStat {
  readonly pid: number;
  readonly parent: number;
  readonly cpuMs: number;
}

/** Linux tells CPU time in ticks of 10 ms to every program (USER_HZ), whatever the kernel's own clock. */
const TICK_MS = 10;

/** CPU time that a process, with all its threads, and its living descendants have used, in steps of 10 ms. */
export function readCpuMs(pid: number): number {
  const all = readAllStats();
  const family = new Set([pid]);
  // Ids can wrap around, so that a child may come before its parent: until nobody is added.
  for (let size = 0; size < family.size; ) {
    size = family.size;
    for (const { pid: child, parent } of all) if (family.has(parent)) family.add(child);
  }
  return all.filter((stat) => family.has(stat.pid)).reduce((sum, { cpuMs }) => sum + cpuMs, 0);
}

function readAllStats(): readonly ProcessStat[] {
  return readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? readStat(name) : []));
}

/** The processes that a process has started itself. */
export function readChildren(pid: number): readonly number[] {
  return readAllStats().flatMap((stat) => (stat.parent === pid ? [stat.pid] : []));
}

function readStat(name: string): readonly ProcessStat[] {
  const text = readIfThere(`/proc/${name}/stat`);
  if (text === undefined) return [];
  // The name of the program stands in parentheses and may hold anything, proc(5).
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const [parent, user, system] = [fields[1], fields[11], fields[12]].map(Number);
  return [{ pid: Number(name), parent: parent ?? 0, cpuMs: ((user ?? 0) + (system ?? 0)) * TICK_MS }];
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

/** Processor time that the whole machine and this program have used. */
export interface MachineTime {
  readonly atMs: number;
  /** All processors together, with what the host took away from a virtual machine. */
  readonly busyMs: number;
  /** This process and its children, those that have ended among them. */
  readonly ownMs: number;
}

export function readMachine(): MachineTime {
  // user, nice, system, idle, iowait, irq, softirq, steal: proc_stat(5).
  const fields = readFileSync('/proc/stat', 'utf8').split('\n', 1)[0]?.split(/\s+/).slice(1).map(Number) ?? [];
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, steal = 0] = fields;
  const busyMs = (user + nice + system + irq + softirq + steal) * TICK_MS;
  return { atMs: performance.now(), busyMs, ownMs: readCpuMs(process.pid) + readEndedMs() };
}

/** CPU time of children that have ended. */
function readEndedMs(): number {
  const text = readFileSync('/proc/self/stat', 'utf8');
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[13]) + Number(fields[14])) * TICK_MS;
}

/** The share of all processors that others used between two readings, 0 to 1: how much a measurement was disturbed. */
export function disturbance(before: MachineTime, after: MachineTime): number {
  const othersMs = after.busyMs - before.busyMs - (after.ownMs - before.ownMs);
  return Math.max(0, othersMs / ((after.atMs - before.atMs) * availableParallelism()));
}

const LOOK_MS = 60;
const QUIET_LOOKS = 3;
const SETTLE_MS = 30_000;

/** Waits until the process has stopped working, at most 30 s; resolves with its CPU time then. */
export async function settle(pid: number): Promise<number> {
  const deadline = performance.now() + SETTLE_MS;
  let last = readCpuMs(pid);
  for (let quiet = 0; quiet < QUIET_LOOKS && performance.now() < deadline; ) {
    await delay(LOOK_MS);
    const now = readCpuMs(pid);
    quiet = now === last ? quiet + 1 : 0;
    last = now;
  }
  return last;
}

/** Resident memory in MiB. */
export function readRssMib(pid: number): number {
  const kib = /^VmRSS:\s+(\d+) kB$/m.exec(readIfThere(`/proc/${pid}/status`) ?? '')?.[1];
  return Number(kib ?? NaN) / 1024;
}

/** CPU time of each living thread of a process, in microseconds, by the thread's id. */
export type ThreadTimes = ReadonlyMap<string, { readonly name: string; readonly us: number }>;

export function readThreads(pid: number): ThreadTimes {
  const directory = `/proc/${pid}/task`;
  return new Map(
    readdirSync(directory).map((id) => {
      const name = readIfThere(`${directory}/${id}/comm`)?.trim() ?? '';
      // Time on a processor in nanoseconds comes first: Documentation/scheduler/sched-stats.rst of Linux.
      const ns = Number(readIfThere(`${directory}/${id}/schedstat`)?.split(' ')[0] ?? NaN);
      return [id, { name, us: ns / 1000 }];
    }),
  );
}
