// The programs that a run needs and that npm does not bring.
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

export type ProgramName = 'nginx' | 'wrk' | 'haproxy';

/** Where each program is; undefined where it is not installed. */
export type Programs = Readonly<Record<ProgramName, string | undefined>>;

/** Servers live in directories that are often not on a user's PATH. */
const MORE_DIRECTORIES = ['/usr/sbin', '/usr/local/sbin'];

export function findPrograms(path = process.env['PATH'] ?? ''): Programs {
  const directories = [...path.split(delimiter), ...MORE_DIRECTORIES].filter((directory) => directory !== '');
  const find = (name: ProgramName): string | undefined =>
    directories.map((directory) => join(directory, name)).find(isExecutable);
  return { nginx: find('nginx'), wrk: find('wrk'), haproxy: find('haproxy') };
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** One line for a person: what is missing and how to get it. */
export function howToInstall(missing: readonly string[]): string {
  return `not installed: ${missing.join(', ')}; install with \`apt-get install ${missing.join(' ')}\``;
}
