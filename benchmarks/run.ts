// `npm run bench`: Paritygate beside nginx, HAProxy and the proxies of Node, in one run on one machine.
import { writeFileSync } from 'node:fs';
import { startGround } from './ground.ts';
import { runHostile } from './hostile.ts';
import { runLatency } from './latency.ts';
import { runMemory } from './memory.ts';
import { runOperations } from './operations.ts';
import { type Options, parseOptions, USAGE, UsageError } from './options.ts';
import { stopAll } from './processes.ts';
import { runProfile } from './profile.ts';
import { findPrograms, howToInstall, type Programs } from './programs.ts';
import { IncorrectAnswer, type Run, type Section } from './section.ts';
import { runSpeed } from './speed.ts';
import { formatTargets, stateOf, type Target } from './targets.ts';

const EXIT = { done: 0, incorrect: 1, usage: 2, couldNotRun: 4, interrupted: 130 } as const;

/** No run takes longer, whatever hangs. */
const MAX_RUN_MS = 90 * 60_000;

async function run(args: readonly string[]): Promise<number> {
  if (args.includes('--help')) {
    console.log(USAGE);
    return EXIT.done;
  }
  const options = parseOptions(args);
  const programs = findRequired();
  const ground = await startGround(programs);
  const sections = await runParts({ ground, options, onProgress });
  report(sections, options);
  return EXIT.done;
}

function findRequired(): Programs & { readonly nginx: string; readonly wrk: string } {
  const programs = findPrograms();
  const { nginx, wrk } = programs;
  if (nginx !== undefined && wrk !== undefined) return { ...programs, nginx, wrk };
  const missing = Object.entries(programs).flatMap(([name, file]) => (file === undefined ? [name] : []));
  throw new UsageError(howToInstall(missing));
}

async function runParts(run: Run): Promise<readonly Section[]> {
  const { quick, parts } = run.options;
  const whole = parts.size === 0 && !quick;
  const sections: Section[] = [];
  const add = (more: readonly Section[]): void => {
    for (const section of more) console.log(`\n## ${section.title}\n\n${section.text}`);
    sections.push(...more);
  };
  if (quick || whole || parts.has('matrix'))
    add(await runSpeed(run, { main: quick || whole, matrix: whole || parts.has('matrix') }));
  if (whole || parts.has('operations')) add([await runOperations(run)]);
  if (whole || parts.has('latency')) add([await runLatency(run)]);
  if (whole || parts.has('hostile')) add([await runHostile(run)]);
  if (whole || parts.has('memory')) add([await runMemory(run, parts.has('memory'))]);
  if (parts.has('profile')) add([await runProfile(run)]);
  return sections;
}

function report(sections: readonly Section[], { json }: Options): void {
  const targets: readonly Target[] = sections.flatMap((section) => section.targets);
  if (targets.length > 0) console.log(`\n## Targets\n\n${formatTargets(targets)}`);
  if (json === undefined) return;
  const states = targets.map((target) => ({ ...target, state: stateOf(target) }));
  const node = process.version;
  writeFileSync(
    json,
    `${JSON.stringify({ node, at: new Date().toISOString(), targets: states, sections }, null, 2)}\n`,
  );
}

function onProgress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
}

function exitCodeOf(error: unknown): number {
  console.error(error instanceof Error ? error.message : error);
  if (error instanceof UsageError) return EXIT.usage;
  return error instanceof IncorrectAnswer ? EXIT.incorrect : EXIT.couldNotRun;
}

let isEnding = false;

function endWith(code: number): void {
  // What an interrupt breaks off fails, and that is no news.
  if (isEnding) return;
  isEnding = true;
  // `exit` and not `exitCode`: a handle that is still open must not keep a finished run alive.
  void stopAll().finally(() => process.exit(code));
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => endWith(EXIT.interrupted));
setTimeout(() => endWith(exitCodeOf(new Error('the run took too long and was ended'))), MAX_RUN_MS).unref();

run(process.argv.slice(2)).then(endWith, (error: unknown) => isEnding || endWith(exitCodeOf(error)));
