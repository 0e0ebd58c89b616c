// The programs whose latency is measured come before all else on the machine, where that is allowed. On few processors the
// longest answers are otherwise those that waited for somebody else: a thread of the kernel that walks through memory twice a
// second for 2.6 ms (seen here) makes the p99 of a proxy at a thousand requests a second four times as long, and what one
// run says of it changes by a fifth in the next.
import { readChildren } from './cpu.ts';
import { type Command, runToEnd } from './processes.ts';

const CHRT = 'chrt';
const MS = 10_000;

/** Real-time, in turns with its like, sched(7). All threads of the processes and of their children; false where it is not allowed. */
export function putFirst(pids: readonly number[]): Promise<boolean> {
  return schedule(pids, ['--rr', '1']);
}

/** As all programs are. */
export function putBack(pids: readonly number[]): Promise<boolean> {
  return schedule(pids, ['--other', '0']);
}

async function schedule(pids: readonly number[], [policy, priority]: readonly [string, string]): Promise<boolean> {
  const all = pids.flatMap((pid) => [pid, ...readChildren(pid)]);
  const set = (pid: number): Promise<unknown> =>
    runToEnd({ command: CHRT, args: ['--all-tasks', policy, '--pid', priority, String(pid)], cwd: '/' }, MS);
  return Promise.all(all.map(set)).then(
    () => true,
    () => false,
  );
}

/** The same for a program that is yet to start; only where `putFirst` was allowed. */
export function first({ command, args, cwd }: Command): Command {
  return { command: CHRT, args: ['--rr', '1', command, ...args], cwd };
}

/** For the title of a table. */
export function describePriority(isFirst: boolean): string {
  return isFirst
    ? 'before all other programs'
    : 'without a right to come before other programs, so that these are felt';
}
