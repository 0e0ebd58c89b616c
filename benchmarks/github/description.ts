// GitHub's description of its REST API, the largest that is public: 13 MB, 1,223 operations.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** 400 MB when it is unpacked, so no dependency: fetched when it is first asked for, and kept. */
const PACKAGE = '@octokit/openapi@23.0.2';
const INSIDE = 'package/generated/api.github.com.json';

const CACHE = join(import.meta.dirname, '../../node_modules/.cache/paritygate');

/** The path of the file. Throws when the package cannot be fetched. */
export function githubDescription(): string {
  const file = join(CACHE, 'api.github.com-23.0.2.json');
  if (!existsSync(file)) fetchTo(file);
  return file;
}

function fetchTo(file: string): void {
  mkdirSync(CACHE, { recursive: true });
  const directory = mkdtempSync(join(CACHE, 'fetch-'));
  try {
    execFileSync('npm', ['pack', PACKAGE, '--pack-destination', directory], { stdio: ['ignore', 'ignore', 'inherit'] });
    const [archive = ''] = readdirSync(directory);
    execFileSync('tar', ['-xzf', join(directory, archive), '-C', directory, INSIDE]);
    renameSync(join(directory, INSIDE), file);
  } finally {
    rmSync(directory, { recursive: true });
  }
}
