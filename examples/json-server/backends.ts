import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { request } from 'undici';
import { type Program, startProgram, untilExit, untilReady } from './processes.ts';
import type { Side, Workspace } from './workspace.ts';

const MODULES = join(import.meta.dirname, 'node_modules');
const SCRIPTS: Readonly<Record<Side, string>> = {
  legacy: join(MODULES, 'json-server-legacy/lib/cli/bin.js'),
  candidate: join(MODULES, 'json-server-candidate/lib/bin.js'),
};

/** Both versions of json-server, from this folder's own lock file, unless they are there already. */
export async function installBackends(): Promise<void> {
  if (Object.values(SCRIPTS).every((script) => existsSync(script))) return;
  console.log('Installing json-server 0.17.4 and 1.0.0-beta.15 into examples/json-server/node_modules (npm ci) ...');
  const install = startProgram({
    name: 'npm ci',
    command: process.platform === 'win32' ? 'npm.cmd' : 'npm',
    args: ['ci', '--no-audit', '--no-fund'],
    cwd: import.meta.dirname,
  });
  const exitCode = await untilExit(install);
  if (exitCode !== 0) throw new Error(`npm ci ended with ${exitCode}:\n${install.output()}`);
}

/** Starts one side on its own copy of the database, in its own directory: json-server serves `./public` if it is there. */
export async function startBackend(side: Side, { directory, ports }: Workspace): Promise<Program> {
  const args = side === 'legacy' ? legacyArgs(ports.legacy) : candidateArgs(ports.candidate);
  const program = startProgram({ name: side, command: process.execPath, args, cwd: join(directory, side) });
  await untilReady(program, () => answers(`http://127.0.0.1:${ports[side]}/profile`));
  return program;
}

/** Without `--watch` it does not watch its file. */
function legacyArgs(port: number): readonly string[] {
  return [SCRIPTS.legacy, '--host', '127.0.0.1', '--port', String(port), '--quiet', 'db.json'];
}

/** The rewrite has neither of these switches. */
function candidateArgs(port: number): readonly string[] {
  const preload = pathToFileURL(join(import.meta.dirname, 'loopback-only.ts')).href;
  return ['--import', preload, SCRIPTS.candidate, '--host', '127.0.0.1', '--port', String(port), 'db.json'];
}

async function answers(url: string): Promise<boolean> {
  try {
    const { statusCode, body } = await request(url, { headersTimeout: 2_000, bodyTimeout: 2_000 });
    await body.dump();
    return statusCode === 200;
  } catch {
    return false;
  }
}
