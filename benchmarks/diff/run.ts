// `npm run bench:diff`: what comparing two long lists costs, beside the libraries that compare JSON, in one run.
import { parseArgs } from 'node:util';
import { type Spread, spreadOf } from '../statistics.ts';
import { formatTable } from '../table.ts';
import { formatTargets, stateOf, type Target } from '../targets.ts';
import {
  type DiffContender,
  JSON_DIFF,
  JSON_DIFF_TS,
  JSONDIFFPATCH,
  MICRODIFF,
  OURS,
  OURS_ORDERED,
  PARSE_ONLY,
} from './contenders.ts';
import { bodyOf, CASES, type Case, createRows } from './rows.ts';
import { measureThroughput } from './throughput.ts';

const MANY = 5_000;
const FEW = 1_000;
const WARM_UPS = 5;

interface Measured {
  readonly of: Case;
  /** Milliseconds of each round, by contender. */
  readonly times: ReadonlyMap<string, readonly number[]>;
}

async function run(): Promise<boolean> {
  const rounds = roundsOf(process.argv.slice(2));
  for (const each of CASES) checkFindings(each);
  const many = CASES.map((of) =>
    measure(of, MANY, [PARSE_ONLY, OURS, OURS_ORDERED, JSONDIFFPATCH, JSON_DIFF_TS, MICRODIFF], rounds),
  );
  const few = CASES.map((of) => measure(of, FEW, [OURS, JSON_DIFF], 3));
  const targets = [...many.map(parseTarget), ...few.map(jsonDiffTarget)];
  console.log(
    `\n## ${MANY} rows, ${bodyOf(createRows(MANY)).length} bytes a side; milliseconds, median of ${rounds} rounds\n`,
  );
  console.log(tableOf(many));
  console.log(`\n## ${FEW} rows, against json-diff\n`);
  console.log(tableOf(few));
  console.log(`\n## One analysis thread\n\n${await measureThroughput()}`);
  console.log(`\n## Targets\n\n${formatTargets(targets)}`);
  return targets.every((target) => stateOf(target) === 'held');
}

function roundsOf(args: readonly string[]): number {
  const { values } = parseArgs({ args: [...args], options: { rounds: { type: 'string', default: '9' } } });
  return Number(values.rounds);
}

/** A fast wrong answer is none: what is found is looked at before it is timed. */
function checkFindings({ name, change, expected }: Case): void {
  for (const count of [FEW, MANY]) {
    const rows = createRows(count);
    const seen = OURS.compare(bodyOf(rows), bodyOf(change(rows)));
    if (seen.findings !== expected.findings || seen.outcome !== expected.outcome)
      throw new Error(`${name}: expected ${JSON.stringify(expected)}, got ${JSON.stringify(seen)}`);
  }
}

/** All contenders in turn in each round, so that all meet the same moments of the machine. */
function measure(of: Case, count: number, contenders: readonly DiffContender[], rounds: number): Measured {
  const rows = createRows(count);
  const [legacy, candidate] = [bodyOf(rows), bodyOf(of.change(rows))];
  const times = new Map<string, number[]>(contenders.map(({ name }) => [name, []]));
  for (const contender of contenders)
    for (let turn = 0; turn < (contender === JSON_DIFF ? 0 : WARM_UPS); turn++) contender.compare(legacy, candidate);
  for (let round = 0; round < rounds; round++)
    for (const contender of contenders)
      times.get(contender.name)?.push(timeOf(() => contender.compare(legacy, candidate)));
  return { of, times };
}

/** How long a contender is timed for in one round, once or as often as it fits. */
const TIMED_MS = 50;

/** Of one call. A single short one would be told by what the one before left behind: its garbage, and none of our caches. */
function timeOf(work: () => unknown): number {
  const startMs = performance.now();
  let calls = 0;
  let nowMs = startMs;
  while (nowMs - startMs < TIMED_MS) {
    work();
    calls += 1;
    nowMs = performance.now();
  }
  return (nowMs - startMs) / calls;
}

function tableOf(measured: readonly Measured[]): string {
  const names = [...(measured[0]?.times.keys() ?? [])];
  const rows = measured.map(({ of, times }) => [
    of.name,
    ...names.map((name) => spreadOf(times.get(name) ?? [])?.median.toFixed(1) ?? '-'),
  ]);
  return formatTable([['change', ...names], ...rows]);
}

function ratios({ times }: Measured, over: DiffContender, under: DiffContender): Spread | undefined {
  const below = times.get(under.name) ?? [];
  return spreadOf((times.get(over.name) ?? []).map((time, round) => time / (below[round] ?? NaN)));
}

function parseTarget(measured: Measured): Target {
  return {
    what: `${measured.of.name}: paritygate / JSON.parse of both`,
    limit: 3,
    value: ratios(measured, OURS, PARSE_ONLY),
  };
}

function jsonDiffTarget(measured: Measured): Target {
  return {
    what: `${measured.of.name}, ${FEW} rows: paritygate / json-diff`,
    limit: 1 / 500,
    value: ratios(measured, OURS, JSON_DIFF),
  };
}

process.exitCode = (await run()) ? 0 : 1;
