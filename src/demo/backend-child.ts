import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { extname } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { ParitygateError, type Side } from '../core/index.ts';
import type { DriftId } from './drifts.ts';

export interface BackendChildOptions {
  readonly side: Side;
  readonly seed: number;
  /** 0, the default, takes a free one. */
  readonly port?: number;
  /** Drifts that are not planted; `all` plants none. */
  readonly without?: readonly DriftId[] | 'all';
}

/** A demo backend in a process of its own, which ends with this one. */
export interface BackendChild {
  readonly origin: string;
  readonly pid: number;
  /** Kills it at once, as a crash would. */
  kill(): Promise<void>;
  /** Ends it by SIGTERM; resolves with its exit code. */
  stop(): Promise<number | null>;
}

/** Starts a backend under the same Node; resolves once it listens. */
export async function startBackend(options: BackendChildOptions): Promise<BackendChild> {
  const file = fileURLToPath(new URL(`./${options.side}${extname(import.meta.url)}`, import.meta.url));
  const stdio = ['ignore', 'pipe', 'pipe', 'ipc'] as const;
  const child = fork(file, argumentsOf(options), { execArgv: [], stdio: [...stdio] });
  const exited = once(child, 'exit');
  const origin = await readOrigin(child, options.side);
  const end = async (signal: NodeJS.Signals) => {
    child.kill(signal);
    await exited;
    return child.exitCode;
  };
  return { origin, pid: child.pid ?? 0, kill: async () => void (await end('SIGKILL')), stop: () => end('SIGTERM') };
}

function argumentsOf({ port = 0, seed, without = [] }: BackendChildOptions): string[] {
  const drifts = without === 'all' ? ['--no-drifts'] : without.flatMap((id) => ['--without', id]);
  return ['--port', String(port), '--seed', String(seed), ...drifts];
}

async function readOrigin(child: ChildProcess, side: Side): Promise<string> {
  const complaint: string[] = [];
  const closed = once(child, 'close');
  child.stderr?.on('data', (chunk) => complaint.push(String(chunk)));
  const lines = child.stdout ? createInterface(child.stdout) : [];
  for await (const line of lines) {
    const [, origin] = /^listening on (http:\S+)$/.exec(line) ?? [];
    if (origin !== undefined) return origin;
  }
  await closed;
  const why = complaint.join('').trim();
  throw new ParitygateError('PG_LISTEN', `the demo's ${side} did not start: ${why}`, {
    fix: `free its port, or run src/demo/${side}.ts by hand to see what it says`,
  });
}
