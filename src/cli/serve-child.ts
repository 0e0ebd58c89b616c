import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { extname } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { ParitygateError } from '../core/index.ts';

/** `paritygate serve` in a process of its own, which ends with this one. */
export interface ServeChild {
  readonly url: string;
  readonly control: string;
  /** Resolves once nothing is being mirrored and what was seen is in the store. */
  settle(): Promise<void>;
  /** Drains and ends it; harmless when it has ended. */
  stop(): Promise<void>;
}

export async function startServe(configFile: string): Promise<ServeChild> {
  const main = fileURLToPath(new URL(`./main${extname(import.meta.url)}`, import.meta.url));
  const child = fork(main, ['serve', '--config', configFile, '--json'], {
    execArgv: [],
    env: { ...process.env, LOG_LEVEL: 'warn' },
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  const exited = once(child, 'exit');
  const { url, control } = await readAddresses(child);
  return {
    url,
    control,
    settle: () => settle(control),
    stop: async () => {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
      await exited;
    },
  };
}

async function readAddresses(child: ChildProcess): Promise<{ readonly url: string; readonly control: string }> {
  const lines = child.stdout ? createInterface(child.stdout) : [];
  for await (const line of lines) return JSON.parse(line) as { url: string; control: string }; // serve.ts prints this shape
  throw new ParitygateError('PG_LISTEN', 'the proxy did not start', { fix: 'see what it said above' });
}

const SETTLE_TRIES = 100;
const WINDOW_MS = 1000;

async function settle(control: string): Promise<void> {
  for (let turn = 0; turn < SETTLE_TRIES; turn += 1) {
    const answer = await fetch(`${control}/v1/status`);
    const { shadow } = (await answer.json()) as { shadow: { inFlight: number; queued: number } }; // held to this by openapi/control.yaml
    if (shadow.inFlight === 0 && shadow.queued === 0) break;
    await delay(WINDOW_MS / 10);
  }
  // The windows are closed by the proxy's own clock: two of them later everything is written.
  await delay(WINDOW_MS * 2);
}
