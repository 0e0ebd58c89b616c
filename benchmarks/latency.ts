// What a proxy adds to a request's time, at half of the rate that Paritygate can take with shadowing on.
import { CONTENDERS } from './contenders.ts';
import { sendAtRate } from './fixed-rate.ts';
import type { Standing } from './ground.ts';
import { rangeOf } from './main-table.ts';
import { FIRST_WARM_UP, warm } from './measure.ts';
import type { OpenLoopResult } from './open-loop.ts';
import { type Interval, p99Ratio, type Seconds, typicalP99Ratio } from './p99-ratio.ts';
import { describePriority, putBack, putFirst } from './priority.ts';
import type { Run, Section } from './section.ts';
import { chooseContenders, startAll, stopStandings } from './standings.ts';
import { createRandom, shuffle, spreadOf } from './statistics.ts';
import { formatTable } from './table.ts';
import { stateOf, type Target } from './targets.ts';
import { MAIN_CELL, runLoad } from './wrk.ts';

const SHADOW_OFF = 'paritygate-forward';
const SHADOW_ON = 'paritygate-mirror';
const NAMES = ['direct', 'nginx', 'nginx-mirror', SHADOW_OFF, SHADOW_ON];
const SEED = 7;

type Pair = readonly [OpenLoopResult, OpenLoopResult];

/** The results of each contender, by name, in the order of the rounds. */
type Results = ReadonlyMap<string, readonly OpenLoopResult[]>;

export async function runLatency(run: Run): Promise<Section> {
  const contenders = CONTENDERS.filter(({ name }) => NAMES.includes(name));
  const standings = await startAll(run, chooseContenders(contenders, run.ground).active);
  const rate = Math.floor((await measureCapacity(run, standings)) / 2);
  const { rounds = 5, seconds = 8 } = run.options;
  // The candidate too: nginx with `mirror` waits for it.
  const backends = [run.ground.legacyPid, run.ground.candidatePid];
  const isFirst = await putFirst([...backends, ...standings.flatMap(({ child }) => (child ? [child.pid] : []))]);
  const plan = { rate, rounds, seconds, isFirst };
  const results = await measureRounds(run, standings, plan);
  const byLot = await measurePairs(run, standings, plan, BY_LOT);
  const inTurns = await measurePairs(run, standings, plan, IN_TURNS);
  await putBack(backends);
  await stopStandings(standings);
  return {
    title: `Latency at ${rate} requests/s, half of what Paritygate takes with shadowing on, ${describePriority(isFirst)}; ${rounds} rounds of ${seconds} s`,
    text: formatResults(standings, results),
    targets: [targetOf(byLot, BY_LOT), targetOf(inTurns, IN_TURNS)],
    data: { rate, results: Object.fromEntries(results), byLot, inTurns },
  };
}

/** Requests per second through the one that does most; every contender is warm afterwards. */
async function measureCapacity({ ground, onProgress }: Run, standings: readonly Standing[]): Promise<number> {
  let capacity = 0;
  for (const { name, port } of standings) {
    onProgress(`warming up ${name}`);
    const load = { ...ground, port, cell: MAIN_CELL };
    await warm(load, FIRST_WARM_UP);
    if (name !== SHADOW_ON) continue;
    const { requests, durationUs } = await runLoad({ ...load, seconds: 4 });
    capacity = requests / (durationUs / 1e6);
  }
  return capacity;
}

interface Plan {
  readonly rate: number;
  readonly rounds: number;
  readonly seconds: number;
  readonly isFirst: boolean;
}

async function measureRounds(
  run: Run,
  standings: readonly Standing[],
  { rate, rounds, seconds, isFirst }: Plan,
): Promise<Results> {
  const random = createRandom(SEED);
  const results = new Map(standings.map(({ name }) => [name, [] as OpenLoopResult[]]));
  for (let round = 1; round <= rounds; round++)
    for (const { name, port } of shuffle(standings, random)) {
      run.onProgress(`round ${round} of ${rounds}: ${name} at ${rate} requests/s`);
      results.get(name)?.push(...(await sendAtRate({ ports: [port], rate, seconds, seed: round }, isFirst)));
    }
  return results;
}

/** How the requests are dealt out between the one with a shadow and the one without, so that both meet the same moments. */
interface Dealing {
  readonly what: string;
  readonly sliceMs: number | undefined;
  readonly ratio: (side: Seconds, other: Seconds) => Interval;
}

/** Both at once, each with half of the rate: the same moments for both, and a thread that is half as busy as it might be. */
const BY_LOT: Dealing = { what: 'asked by lot, half of the rate each', sliceMs: undefined, ratio: p99Ratio };
/** Each with the whole rate while it is its turn: a stall of the machine that is shorter than a turn is felt by one alone. */
const IN_TURNS: Dealing = {
  what: 'asked in turns, the whole rate each, in a typical second',
  sliceMs: 250,
  ratio: typicalP99Ratio,
};

/** Rounds of a pair, until its target is decided (decision 0023). */
const MAX_PAIR_ROUNDS = 30;

async function measurePairs(
  run: Run,
  standings: readonly Standing[],
  { rate, rounds, seconds, isFirst }: Plan,
  dealing: Dealing,
): Promise<readonly Pair[]> {
  const ports = [SHADOW_ON, SHADOW_OFF].flatMap((name) => standings.filter((each) => each.name === name));
  const pairs: Pair[] = [];
  for (let round = 1; round <= MAX_PAIR_ROUNDS; round++) {
    if (round > rounds && stateOf(targetOf(pairs, dealing)) !== 'undecided') break;
    run.onProgress(`round ${round}, at most ${MAX_PAIR_ROUNDS}: with and without a shadow, ${dealing.what}`);
    const { sliceMs } = dealing;
    const load = { ports: ports.map(({ port }) => port), sliceMs, rate, seconds, seed: round };
    const [on, off] = await sendAtRate(load, isFirst);
    if (on && off) pairs.push([on, off]);
  }
  return pairs;
}

function formatResults(standings: readonly Standing[], results: Results): string {
  const cells = (name: string, pick: 'p50Us' | 'p99Us'): readonly string[] => {
    const spread = spreadOf(valuesOf(results, name, pick));
    if (!spread) return ['-', '-', '-'];
    const added = spreadOf(pairsOf(results, name, 'direct').map(([own, direct]) => own[pick] - direct[pick]));
    return [spread.median.toFixed(0), rangeOf(spread, 0), added?.median.toFixed(0) ?? '-'];
  };
  const rows = standings.map(({ name, label }) => [label, ...cells(name, 'p50Us'), ...cells(name, 'p99Us')]);
  return [
    formatTable([['', 'p50 µs', 'min..max', 'added', 'p99 µs', 'min..max', 'added'], ...rows]),
    `Counted from the moment a request was due. ${describeLateness(results)}`,
  ].join('\n');
}

function describeLateness(results: Results): string {
  const late = `The generator itself was late by ${latenessUs(results).toFixed(0)} µs (p99, without a proxy)`;
  if (!isDisturbed(results)) return `${late}.`;
  return `${late}: the machine was too busy with other things for a p99 that means anything.`;
}

/** Without a proxy a connection is always free, so that only the generator's own thread can be late. */
function latenessUs(results: Results): number {
  return spreadOf(valuesOf(results, 'direct', 'lateP99Us'))?.median ?? NaN;
}

const MAX_LATENESS_US = 1_000;

function isDisturbed(results: Results): boolean {
  return latenessUs(results) > MAX_LATENESS_US;
}

function valuesOf(results: Results, name: string, pick: Exclude<keyof OpenLoopResult, 'seconds'>): readonly number[] {
  return (results.get(name) ?? []).map((result) => result[pick]);
}

/** The results of two contenders in the same round. */
function pairsOf(results: Results, name: string, against: string): readonly Pair[] {
  const others = results.get(against) ?? [];
  return (results.get(name) ?? []).flatMap((result, round) => {
    const other = others[round];
    return other ? [[result, other] as const] : [];
  });
}

function targetOf(pairs: readonly Pair[], { what, ratio }: Dealing): Target {
  const sides = [0, 1].map((side) => pairs.flatMap((pair) => pair[side]?.seconds ?? []));
  const { value, low, high } = ratio(sides[0] ?? [], sides[1] ?? []);
  return {
    what: `p99 at a fixed rate: shadow on / shadow off, ${what}, ${pairs.length} rounds`,
    limit: 1.25,
    value: { median: value, min: low, max: high, n: pairs.length },
    isInterval: true,
  };
}
