import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

/** A child process and what it has printed. */
export interface Program {
  readonly name: string;
  readonly child: ChildProcess;
  /** Standard output and error so far, joined. */
  output(): string;
}

export interface ProgramSpec {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** Also prints what the program prints. */
  readonly show?: boolean;
}

const running = new Set<ChildProcess>();

/** Whatever ends this process, no child outlives it. */
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** An interrupt must run the exit handlers, which the default action does not. */
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(130));

export function startProgram({ name, command, args, cwd, show = false }: ProgramSpec): Program {
  // NODE_ENV changes what both servers do (error pages, file watching): the example runs them as a newcomer would.
  const { NODE_ENV: _ignored, ...env } = process.env;
  const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const chunks: string[] = [];
  running.add(child);
  child.once('exit', () => running.delete(child));
  // Not started at all: `exit` does not come, `close` does.
  child.once('error', (error) => {
    running.delete(child);
    chunks.push(String(error));
  });
  collect(child, (text) => {
    chunks.push(text);
    if (show) process.stdout.write(text);
  });
  return { name, child, output: () => chunks.join('') };
}

function collect({ stdout, stderr }: ChildProcess, take: (text: string) => void): void {
  for (const stream of [stdout, stderr]) stream?.setEncoding('utf8').on('data', take);
}

/** Its exit code once it ended and all its output is in; null when a signal ended it. */
export async function untilExit({ child }: Program): Promise<number | null> {
  if (!child.stdout?.closed || !child.stderr?.closed) await once(child, 'close').catch(() => undefined);
  return child.exitCode;
}

/** Tries every 50 ms until `isReady`. Throws with the program's own words when it ended, or is not ready in time. */
export async function untilReady(program: Program, isReady: () => Promise<boolean>, timeoutMs = 20_000): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (!(await isReady())) {
    if (hasEnded(program)) throw new Error(`${program.name} ended before it was ready:\n${program.output()}`);
    if (performance.now() > deadline) throw new Error(`${program.name} was not ready in time:\n${program.output()}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function hasEnded({ child }: Program): boolean {
  return child.pid === undefined || child.exitCode !== null || child.signalCode !== null;
}

/** Asks it to stop, and after `timeoutMs` makes it. Its exit code; null when it had to be killed. */
export async function stopProgram(program: Program, timeoutMs = 30_000): Promise<number | null> {
  if (hasEnded(program)) return program.child.exitCode;
  const timer = setTimeout(() => program.child.kill('SIGKILL'), timeoutMs);
  const ended = untilExit(program);
  program.child.kill('SIGTERM');
  return ended.finally(() => clearTimeout(timer));
}
