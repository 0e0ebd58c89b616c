// Child processes of a run: each is known by its id, is asked to end when it is no longer needed, and outlives the run in
// no case that this process can see.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

export interface Command {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
}

export interface Child {
  readonly name: string;
  readonly pid: number;
  /** What it has printed to both streams, the last part of it. */
  output(): string;
  hasEnded(): boolean;
  /** Asks it to end, and after `graceMs` makes it. */
  stop(graceMs?: number): Promise<void>;
}

const running = new Map<ChildProcess, Child>();

/** Whatever ends this process, no child outlives it. */
process.on('exit', () => {
  for (const child of running.keys()) child.kill('SIGKILL');
});

export async function stopAll(): Promise<void> {
  await Promise.all([...running.values()].map((child) => child.stop()));
}

const MAX_OUTPUT = 20_000;

export async function startChild(name: string, { command, args, cwd }: Command): Promise<Child> {
  const env = { ...process.env, NODE_ENV: 'production', LOG_LEVEL: 'warn' };
  const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      output = (output + text).slice(-MAX_OUTPUT);
    });
  await once(child, 'spawn');
  const hasEnded = (): boolean => child.exitCode !== null || child.signalCode !== null;
  // `spawn` has come, so that there is an id.
  const started: Child = {
    name,
    pid: child.pid ?? 0,
    output: () => output,
    hasEnded,
    stop: (graceMs) => stop(child, graceMs),
  };
  running.set(child, started);
  child.once('exit', () => running.delete(child));
  return started;
}

async function stop(child: ChildProcess, graceMs = 8_000): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  const timer = setTimeout(() => child.kill('SIGKILL'), graceMs);
  child.kill('SIGTERM');
  await exited;
  clearTimeout(timer);
}

const READY_MS = 20_000;

/** Asks until `isReady`; rejects with the child's own words when it ended or is not ready in time. */
export async function untilReady(child: Child, isReady: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + READY_MS;
  while (!(await isReady())) {
    if (child.hasEnded()) throw new Error(`${child.name} ended before it was ready:\n${child.output()}`);
    if (performance.now() > deadline) throw new Error(`${child.name} was not ready in time:\n${child.output()}`);
    await delay(50);
  }
}

/** Runs a program to its end and returns what it wrote to stdout; bounded in time. */
export async function runToEnd({ command, args, cwd }: Command, timeoutMs: number): Promise<string> {
  const child = spawn(command, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  const known: Child = {
    name: command,
    pid: child.pid ?? 0,
    output: () => '',
    hasEnded: () => child.exitCode !== null,
    stop: (graceMs) => stop(child, graceMs),
  };
  running.set(child, known);
  const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs);
  const texts = { out: '', err: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (texts.out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (texts.err += text));
  try {
    const [code] = await once(child, 'close');
    if (code !== 0) throw new Error(`${command} ended with ${code}: ${texts.err || texts.out}`);
    return texts.out;
  } finally {
    clearTimeout(timer);
    running.delete(child);
  }
}

/** Ports that were free a moment ago, all different. */
export async function findFreePorts(count: number): Promise<readonly number[]> {
  const servers = await Promise.all(Array.from({ length: count }, () => listenAnywhere()));
  const ports = servers.map(({ port }) => port);
  await Promise.all(servers.map(({ close }) => close()));
  return ports;
}

async function listenAnywhere(): Promise<{ readonly port: number; close(): Promise<unknown> }> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return { port, close: () => once(server.close(), 'close') };
}
