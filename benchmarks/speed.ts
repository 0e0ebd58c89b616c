// The comparison of all contenders: the main cell, and the matrix of sizes, connections and methods.
import { CONTENDERS } from './contenders.ts';
import type { Standing } from './ground.ts';
import { formatSamples } from './main-table.ts';
import { formatMatrix, MATRIX, type MatrixRow } from './matrix.ts';
import { FIRST_WARM_UP, measureRounds } from './measure.ts';
import type { Run, Section } from './section.ts';
import { chooseContenders, describeRecorded, startAll, stopStandings } from './standings.ts';
import { speedTargets } from './targets.ts';
import { MAIN_CELL } from './wrk.ts';

export interface SpeedParts {
  readonly main: boolean;
  readonly matrix: boolean;
}

/** Starts everybody, checks them, measures them, and reads what was recorded once they have ended. */
export async function runSpeed(run: Run, parts: SpeedParts): Promise<readonly Section[]> {
  const { active, leftOut } = chooseContenders(CONTENDERS, run.ground, run.options.only);
  const standings = await startAll(run, active);
  const sections = [
    ...(parts.main ? [await runMain(run, standings, leftOut)] : []),
    ...(parts.matrix ? [await runMatrix(run, standings)] : []),
  ];
  const recorded = await stopStandings(standings);
  const title = 'What Paritygate recorded of all these requests';
  return [...sections, { title, text: describeRecorded(recorded), targets: [], data: recorded }];
}

async function runMain(run: Run, standings: readonly Standing[], leftOut: readonly string[]): Promise<Section> {
  const { quick } = run.options;
  const { rounds = quick ? 3 : 7, seconds = quick ? 2 : 4 } = run.options;
  const plan = { cell: MAIN_CELL, rounds, seconds, warmUp: FIRST_WARM_UP, onProgress: run.onProgress };
  const samples = await measureRounds(run.ground, standings, plan);
  return {
    title: `2 KB, 32 connections, GET; ${rounds} rounds of ${seconds} s, ratios within a round`,
    text: [formatSamples(standings, samples), ...leftOut].join('\n'),
    targets: speedTargets(samples),
    data: Object.fromEntries(samples),
  };
}

async function runMatrix(run: Run, standings: readonly Standing[]): Promise<Section> {
  const { rounds = 2, seconds = 1 } = run.options;
  const rows: MatrixRow[] = [];
  for (const [index, cell] of MATRIX.entries()) {
    const onProgress = (text: string): void => run.onProgress(`load ${index + 1} of ${MATRIX.length}, ${text}`);
    const plan = { cell, rounds, seconds, warmUp: { seconds: 1, requests: 0 }, onProgress };
    rows.push({ cell, samples: await measureRounds(run.ground, standings, plan) });
  }
  return {
    title: `CPU µs/request by size, connections and method; ${rounds} rounds of ${seconds} s`,
    text: formatMatrix(standings, rows),
    targets: [],
    data: rows.map(({ cell, samples }) => ({ cell, samples: Object.fromEntries(samples) })),
  };
}
