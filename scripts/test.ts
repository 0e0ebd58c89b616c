// Runs every test file with node:test, and fails the run when a test process printed a Node warning: a deprecation or a
// leak that nobody reads today is tomorrow's incident.
import { spawn } from 'node:child_process';
import { globSync } from 'node:fs';

const patterns = process.argv.slice(2);
const files = globSync(patterns.length > 0 ? patterns : ['{src,examples,benchmarks}/**/*.test.ts']).sort();
const args = ['--test', '--test-reporter=dot', '--test-concurrency=2', '--test-timeout=120000', ...files];
const child = spawn(process.execPath, args, { stdio: ['ignore', 'inherit', 'pipe'] });
// A file whose process never ends is a leak, and no test's own timeout sees it.
const deadline = setTimeout(() => child.kill('SIGKILL'), 15 * 60_000);
let warnings = '';
child.stderr.on('data', (chunk: Buffer) => {
  process.stderr.write(chunk);
  warnings +=
    chunk
      .toString()
      .match(/^.*\b\w*Warning:.*$/gm)
      ?.join('\n') ?? '';
});
child.on('close', (code) => {
  clearTimeout(deadline);
  if (warnings !== '') console.error(`\na test printed a warning:\n${warnings}`);
  process.exitCode = code === 0 && warnings !== '' ? 1 : (code ?? 1);
});
