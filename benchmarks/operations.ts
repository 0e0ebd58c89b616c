// Does the cost grow with the contract? The same load through a contract of 10 operations and through one of 1,223.
import { CONTENDERS, LARGE_CONTRACT } from './contenders.ts';
import { formatSamples } from './main-table.ts';
import { FIRST_WARM_UP, measureRounds } from './measure.ts';
import { cpuRatio } from './ratios.ts';
import type { Run, Section } from './section.ts';
import { chooseContenders, startAll, stopStandings } from './standings.ts';
import { MAIN_CELL } from './wrk.ts';

const SMALL_CONTRACT = 'paritygate-mirror';

export async function runOperations(run: Run): Promise<Section> {
  const small = CONTENDERS.filter(({ name }) => name === SMALL_CONTRACT);
  const standings = await startAll(run, chooseContenders([...small, LARGE_CONTRACT], run.ground).active);
  const { rounds = 9, seconds = 4 } = run.options;
  const plan = { cell: MAIN_CELL, rounds, seconds, warmUp: FIRST_WARM_UP, onProgress: run.onProgress };
  const samples = await measureRounds(run.ground, standings, plan);
  await stopStandings(standings);
  const value = cpuRatio(samples, LARGE_CONTRACT.name, SMALL_CONTRACT);
  return {
    title: `A contract of 10 operations against one of 1,223; ${rounds} rounds of ${seconds} s`,
    text: formatSamples(standings, samples),
    targets: [{ what: 'CPU per request: 1,223 operations / 10 operations', limit: 1.05, value }],
    data: Object.fromEntries(samples),
  };
}
