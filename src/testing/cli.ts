import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { StatusDocument } from '../control/index.ts';
import type { ErrorCode, Side } from '../core/index.ts';
import { flagsDocument, NO_PROBES } from './app.ts';
import { startBackend } from './servers.ts';

// The command line as its user meets it: the real main.ts in a process of its own, in a directory of its own. Every
// process has a time limit, and is killed by its id when the test ends.

/** A test, or whatever else says when it is over. */
export interface Scope {
  after(work: () => unknown): void;
}

/** A directory with a user's files, which commands run in. */
export interface Workspace {
  readonly directory: string;
  path(name: string): string;
  read(name: string): string;
  write(name: string, text: string): void;
  /** The content of every file, by name; those of directories are left out. */
  snapshot(): Readonly<Record<string, string>>;
}

export function createWorkspace(scope: Scope, files: Readonly<Record<string, string>>): Workspace {
  // Resolved: a process that starts in a link sees the real path, and names it in errors.
  const directory = realpathSync(mkdtempSync(join(tmpdir(), 'paritygate-cli-')));
  scope.after(() => rmSync(directory, { recursive: true }));
  // A command may be run as a user without rights.
  chmodSync(directory, 0o755);
  const path = (name: string): string => join(directory, name);
  const write = (name: string, text: string): void => {
    mkdirSync(dirname(path(name)), { recursive: true });
    writeFileSync(path(name), text);
  };
  for (const [name, text] of Object.entries(files)) write(name, text);
  const snapshot = (): Record<string, string> => {
    const found = readdirSync(directory, { withFileTypes: true }).filter((entry) => entry.isFile());
    return Object.fromEntries(found.map(({ name }) => [name, readFileSync(path(name), 'latin1')]));
  };
  return { directory, path, write, read: (name) => readFileSync(path(name), 'utf8'), snapshot };
}

export interface Migration {
  readonly legacy: string;
  readonly candidate: string;
  /** Percent of the group `things`. */
  readonly weight?: number;
  /** More lines of config. */
  readonly more?: string;
}

/** A user's files: a contract with the one operation `getThing`, alone in the group `things`. */
export function filesOf({ legacy, candidate, weight = 0, more = '' }: Migration): Readonly<Record<string, string>> {
  return {
    'paritygate.yaml': `contract: openapi.yaml
listen: 127.0.0.1:0
control: { listen: 127.0.0.1:0 }
backends: { legacy: ${legacy}, candidate: ${candidate} }
groups:
  things: { operations: [getThing], flag: migrate.things }
flags: { file: flags.json }
stickiness: [header:x-user-id, ip]
store: sqlite:observations.db
window: 100ms
${more}${more.includes('probe:') ? '' : `${NO_PROBES}\n`}`,
    'openapi.yaml': `openapi: 3.1.0
info: { title: Things, version: '1' }
paths:
  /things/{id}:
    get:
      operationId: getThing
      tags: [things]
      responses:
        '200':
          description: ok
          content: { application/json: { schema: { $ref: '#/components/schemas/Thing' } } }
components:
  schemas:
    Thing: { type: object, required: [id, size], properties: { id: { type: string }, size: { type: integer } } }
`,
    'flags.json': `${flagsDocument({ 'migrate.things': weight })}\n`,
  };
}

/** The two backends of `filesOf`, which agree until a test lets them differ. Each names itself in `X-Side`. */
export interface Pair {
  readonly legacy: string;
  readonly candidate: string;
  differ(): void;
}

export async function startPair(t: TestContext): Promise<Pair> {
  let candidateSize = 1;
  const start = async (side: Side): Promise<string> => {
    const { origin } = await startBackend(t, (request, response) => {
      response.writeHead(200, { 'Content-Type': 'application/json', 'X-Side': side });
      response.end(JSON.stringify({ id: request.url, size: side === 'legacy' ? 1 : candidateSize }));
    });
    return origin.origin;
  };
  const differ = (): void => {
    candidateSize = 2;
  };
  const [legacy, candidate] = [await start('legacy'), await start('candidate')];
  return { legacy, candidate, differ };
}

/** Asks for one thing as each of so many users, and tells how many the candidate served. */
export async function sendUsers(url: string, users: number): Promise<{ readonly byCandidate: number }> {
  const sides: (string | null)[] = [];
  let user = 0;
  const client = async (): Promise<void> => {
    while (user < users) {
      const answer = await fetch(`${url}/things/1`, { headers: { 'X-User-Id': `user-${user++}` } });
      assert.equal(answer.status, 200);
      await answer.arrayBuffer();
      sides.push(answer.headers.get('x-side'));
    }
  };
  await Promise.all([client(), client(), client(), client()]);
  return { byCandidate: sides.filter((side) => side === 'candidate').length };
}

/** What a command printed, and how it ended. */
export interface Run {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Runs it as this user. */
  readonly uid?: number | undefined;
}

/** Runs one command to its end. */
export async function runCommand(
  { directory }: Pick<Workspace, 'directory'>,
  args: readonly string[],
  options: RunOptions = {},
): Promise<Run> {
  const command = launch(directory, args, options);
  const run = await command.ended;
  assert.equal(isAlive(command.child), false, 'a process that the command started is still running');
  return run;
}

/** `paritygate serve`, listening. */
export interface RunningServe {
  readonly url: string;
  readonly control: string;
  readonly pid: number;
  /** What it printed so far. */
  printed(): { readonly stdout: string; readonly stderr: string };
  signal(name: NodeJS.Signals): void;
  /** Resolves when it has ended. */
  readonly ended: Promise<Run>;
  /** Asks it to end, and resolves when it has. */
  stop(signal?: NodeJS.Signals): Promise<Run>;
}

export interface ServeSetup extends Pick<RunOptions, 'env'> {
  readonly args?: readonly string[];
}

/** Starts the proxy; the port of the control API then stands in the config, so that `status` finds it. */
export async function startServe(
  scope: Scope,
  workspace: Workspace,
  { args = ['--json'], env = {} }: ServeSetup = {},
): Promise<RunningServe> {
  const { child, ended, printed } = launch(workspace.directory, ['serve', ...args], { env });
  scope.after(async () => {
    killGroup(child);
    await ended;
  });
  const line = await until(() => {
    if (child.exitCode !== null) throw new Error(`serve ended with ${child.exitCode}: ${printed().stderr}`);
    return /^.*\n/.exec(printed().stdout)?.[0];
  });
  const [url = '', control = ''] = line.match(/http:\/\/127\.0\.0\.1:\d+/g) ?? [];
  const config = workspace.read('paritygate.yaml');
  workspace.write('paritygate.yaml', config.replace(/^control: .*$/m, `control: { listen: ${new URL(control).host} }`));
  const stop = (signal: NodeJS.Signals = 'SIGTERM'): Promise<Run> => {
    child.kill(signal);
    return ended;
  };
  return { url, control, pid: child.pid ?? 0, printed, signal: (name) => void child.kill(name), ended, stop };
}

const TIME_LIMIT_MS = 30_000;
const MAIN = fileURLToPath(new URL('../cli/main.ts', import.meta.url));
/** Halves the start of a command; keyed by content, and a directory that cannot be written is no error. */
const COMPILE_CACHE = fileURLToPath(new URL('../../node_modules/.cache/node', import.meta.url));

interface Launched {
  readonly child: ChildProcess;
  readonly ended: Promise<Run>;
  readonly printed: () => { readonly stdout: string; readonly stderr: string };
}

function launch(directory: string, args: readonly string[], { env, uid }: RunOptions): Launched {
  const child = spawn(process.execPath, [MAIN, ...args], {
    cwd: directory,
    env: { ...cleanEnvironment(), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A process group of its own, so that what it leaves behind can be seen, and killed by id.
    detached: true,
    ...(uid === undefined ? {} : { uid, gid: uid }),
  });
  const printed = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.setEncoding('utf8').on('data', (text: string) => {
      printed[name] += text;
    });
  }
  const limit = setTimeout(() => killGroup(child), TIME_LIMIT_MS);
  const ended = once(child, 'close').then(([exitCode, signal]): Run => {
    clearTimeout(limit);
    return { exitCode, signal, ...printed };
  });
  return { child, ended, printed: () => printed };
}

/** Of the environment of the tests, nothing that changes what a command says. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  const noise = ['FORCE_COLOR', 'NO_COLOR', 'NODE_OPTIONS', 'NODE_TEST_CONTEXT', 'PARITYGATE_USER', 'SUDO_USER'];
  const kept = Object.entries(process.env).filter(([name]) => !noise.includes(name));
  return { ...Object.fromEntries(kept), NODE_COMPILE_CACHE: COMPILE_CACHE };
}

function killGroup({ pid }: ChildProcess): void {
  if (pid !== undefined && isAlive({ pid })) process.kill(-pid, 'SIGKILL');
}

const HOLDER = `
  import { DatabaseSync } from 'node:sqlite';
  globalThis.database = new DatabaseSync('observations.db');
  database.exec('PRAGMA busy_timeout = 10000; BEGIN IMMEDIATE');
  console.log('locked');
  process.stdin.resume();
`;

/** Locks the store of a running proxy from another process; resolves with what lets go of it. */
export async function lockStore(scope: Scope, { directory }: Workspace): Promise<() => Promise<unknown>> {
  const args = ['--input-type=module', '--eval', HOLDER];
  const stdio = ['pipe', 'pipe', 'inherit'] as const;
  const holder = spawn(process.execPath, args, { cwd: directory, stdio: [...stdio], timeout: TIME_LIMIT_MS });
  scope.after(() => holder.kill('SIGKILL'));
  const exited = once(holder, 'exit');
  if (holder.stdout) await once(holder.stdout, 'data');
  return () => {
    holder.stdin?.end();
    return exited;
  };
}

/** The status as the control API tells it. */
export async function statusOf({ control }: Pick<RunningServe, 'control'>): Promise<StatusDocument> {
  return (await fetch(`${control}/v1/status`)).json() as Promise<StatusDocument>; // held to it by openapi/control.yaml
}

export function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** Whether the process, or another one of its group, still runs. */
function isAlive({ pid }: Pick<ChildProcess, 'pid'>): boolean {
  try {
    return pid !== undefined && process.kill(-pid, 0);
  } catch {
    return false;
  }
}

/** Asks again until there is an answer, within a bound. */
export async function until<Found>(ask: () => Found | undefined | Promise<Found | undefined>): Promise<Found> {
  const patience = AbortSignal.timeout(TIME_LIMIT_MS / 2);
  for (;;) {
    const found = await ask();
    if (found !== undefined) return found;
    if (patience.aborted) throw new Error(`waited in vain for ${ask}`);
    await delay(20);
  }
}

export interface ExpectedError {
  readonly exitCode: number;
  readonly code: ErrorCode;
  /** `file:line:column`, as far as they are known. */
  readonly at?: string;
  readonly says: RegExp;
  readonly fix: RegExp;
}

/** One error in the form of the house, with a fix, and nothing else: neither a result nor a stack trace. */
export function assertOneError({ stdout, stderr, exitCode }: Run, expected: ExpectedError): void {
  const place = expected.at === undefined ? '' : `${expected.at}  `;
  assert.ok(stderr.startsWith(`${place}${expected.code}  `), stderr);
  assert.deepEqual(stderr.match(/\bPG_[A-Z_]+/g), [expected.code], stderr);
  const [message = '', fix = '', ...more] = stderr.split(/^ {2}fix: /m);
  assert.match(message, expected.says);
  assert.match(fix, expected.fix);
  assert.match(fix, /^.+\n$/, 'the fix is one line, and the last one');
  assert.deepEqual(more, [], 'there is one fix');
  assert.doesNotMatch(stderr, /^\s+at |node:internal|Warning:/m);
  assert.equal(stdout, '');
  assert.equal(exitCode, expected.exitCode);
}
