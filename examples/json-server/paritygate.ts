import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { type Program, startProgram, stopProgram, untilExit, untilReady } from './processes.ts';
import type { Workspace } from './workspace.ts';

// All that the example knows about the command line of Paritygate.

const REPOSITORY = resolve(import.meta.dirname, '../..');

/** Exit codes of every command. */
export const EXIT = { pass: 0, fail: 1, inconclusive: 3 } as const;

const reportSchema = z.object({
  clusters: z.array(
    z.object({
      id: z.string(),
      rule: z.string(),
      class: z.string(),
      place: z.string(),
      title: z.string(),
      exchanges: z.number(),
    }),
  ),
});

export type ReportedCluster = z.infer<typeof reportSchema>['clusters'][number];

export interface WrittenReport {
  readonly directory: string;
  readonly clusters: readonly ReportedCluster[];
}

function startCommand(command: string, { config }: Workspace, show = false): Program {
  return startProgram({
    name: `paritygate ${command}`,
    command: process.execPath,
    args: [join(REPOSITORY, 'src/cli/main.ts'), command, '--config', config],
    cwd: REPOSITORY,
    show,
  });
}

/** Starts the proxy; it listens when it says so. */
export async function startProxy(workspace: Workspace): Promise<Program> {
  const proxy = startCommand('serve', workspace);
  await untilReady(proxy, async () => proxy.output().includes('listening on'));
  return proxy;
}

/** Asked to stop, the proxy finishes what it has mirrored and writes its last window. */
export async function drainProxy(proxy: Program): Promise<void> {
  const exitCode = await stopProgram(proxy);
  if (exitCode !== 0) throw new Error(`paritygate serve ended with ${exitCode}:\n${proxy.output()}`);
}

/** Writes the report into the repository's `reports/`, beside those of other runs. */
export async function writeReport(workspace: Workspace): Promise<WrittenReport> {
  const command = startCommand('report', workspace);
  const exitCode = await untilExit(command);
  const name = existsSync(workspace.reports) ? readdirSync(workspace.reports)[0] : undefined;
  if (name === undefined) throw new Error(`paritygate report ended with ${exitCode}:\n${command.output()}`);
  const directory = claimDirectory(join(REPOSITORY, 'reports', name));
  cpSync(join(workspace.reports, name), directory, { recursive: true });
  const { clusters } = reportSchema.parse(JSON.parse(readFileSync(join(directory, 'report.json'), 'utf8')));
  return { directory, clusters };
}

/** A new directory of that name, or with a number behind it: reports are named by the second, and two runs may share one. */
function claimDirectory(path: string, attempt = 1): string {
  const directory = attempt === 1 ? path : `${path}-${attempt}`;
  if (existsSync(directory)) return claimDirectory(path, attempt + 1);
  mkdirSync(directory, { recursive: true });
  return directory;
}

/** The exit code of the gate, whose reasons go to the terminal. */
export async function runGate(workspace: Workspace): Promise<number | null> {
  return untilExit(startCommand('gate', workspace, true));
}
