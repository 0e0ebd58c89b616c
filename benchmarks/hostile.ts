// How far a candidate can slow the live requests beside it: their p99 with a hostile candidate as the shadow, against the
// same load through a proxy without a shadow.
import { type HostileKind, startHostile } from '../src/testing/hostile-upstreams.ts';
import { BESIDE_HOSTILE, FORWARDING, type ProcessContender } from './contenders.ts';
import { sendAtRate } from './fixed-rate.ts';
import type { Standing } from './ground.ts';
import { rangeOf } from './main-table.ts';
import { FIRST_WARM_UP, warm } from './measure.ts';
import type { OpenLoopResult } from './open-loop.ts';
import { describeOutcomes } from './outcomes.ts';
import type { Run, Section } from './section.ts';
import { startAll, stopStandings } from './standings.ts';
import { type Spread, spreadOf } from './statistics.ts';
import { formatTable } from './table.ts';
import type { Target } from './targets.ts';
import { MAIN_CELL } from './wrk.ts';

/** One of each family; `src/app-hostile-candidate.test.ts` has them all. */
const KINDS: readonly HostileKind[] = [
  'is dead',
  'resets every connection',
  'lets nobody connect',
  'never answers',
  'never reads',
  'answers after 30 seconds',
  'dribbles a body that never ends',
  'sends a body without end',
  'sends 10 MB of headers in short lines',
  'resets in the middle of a body',
  'promises more than it sends',
  'closes at random',
];

/**
 * A busy service, and yet so little that neither load, backends nor proxy wait for a processor: beyond, a p99 tells how
 * many processors there are.
 */
const RATE = 1_000;
const LIMIT = 1.1;

interface Hurt {
  readonly kind: HostileKind;
  readonly beside: readonly OpenLoopResult[];
  readonly without: readonly OpenLoopResult[];
  /** What became of the mirrored requests. */
  readonly recorded: string;
}

interface Plan {
  readonly kind: HostileKind;
  readonly without: Standing;
  readonly rounds: number;
  readonly seconds: number;
}

export async function runHostile(run: Run): Promise<Section> {
  const { rounds = 5, seconds = 6 } = run.options;
  const without = await startWarm(run, FORWARDING);
  const hurts: Hurt[] = [];
  for (const kind of KINDS) hurts.push(await measureBeside(run, { kind, without, rounds, seconds }));
  await stopStandings([without]);
  return {
    title: `Live p99 beside a hostile candidate, ${RATE} requests/s; ${rounds} rounds of ${seconds} s`,
    text: formatTable([HEAD, ...hurts.map(rowOf)]),
    targets: hurts.map(targetOf),
    data: hurts,
  };
}

async function startWarm(run: Run, contender: ProcessContender): Promise<Standing> {
  const [standing] = await startAll(run, [contender]);
  if (!standing) throw new Error(`${contender.name} was not started`);
  run.onProgress(`warming up ${contender.name}`);
  await warm({ ...run.ground, port: standing.port, cell: MAIN_CELL }, FIRST_WARM_UP);
  return standing;
}

/** Each round asks both, one right after the other, and the one first that was second in the round before. */
async function measureBeside(run: Run, { kind, without, rounds, seconds }: Plan): Promise<Hurt> {
  const ends: (() => unknown)[] = [];
  const { origin } = await startHostile({ after: (end) => void (end && ends.push(end as () => unknown)) }, kind);
  const ground = { ...run.ground, candidate: Number(origin.port) };
  const beside = await startWarm({ ...run, ground }, BESIDE_HOSTILE);
  const results = { beside: [] as OpenLoopResult[], without: [] as OpenLoopResult[] };
  for (let round = 1; round <= rounds; round++) {
    run.onProgress(`round ${round} of ${rounds}: a candidate that ${kind}`);
    const pair = [
      { to: beside, into: results.beside },
      { to: without, into: results.without },
    ];
    for (const { to, into } of round % 2 === 0 ? pair : pair.toReversed())
      into.push(await sendAtRate(kind, { port: to.port, rate: RATE, seconds: seconds + 1, seed: round }));
  }
  const [recorded] = await stopStandings([beside]);
  for (const end of ends) await end();
  return { kind, ...results, recorded: recorded ? describeOutcomes(recorded.outcomes) : '' };
}

const HEAD = ['a candidate that', 'p50 µs', 'p99 µs', 'min..max', 'p99 without', 'ratio', 'min..max', 'recorded'];

function rowOf(hurt: Hurt): readonly string[] {
  const p99 = spreadOf(hurt.beside.map(({ p99Us }) => p99Us));
  const ratio = ratioOf(hurt);
  return [
    hurt.kind,
    formatMedian(spreadOf(hurt.beside.map(({ p50Us }) => p50Us)), 0),
    formatMedian(p99, 0),
    p99 ? rangeOf(p99, 0) : '-',
    formatMedian(spreadOf(hurt.without.map(({ p99Us }) => p99Us)), 0),
    formatMedian(ratio, 2),
    ratio ? rangeOf(ratio, 2) : '-',
    hurt.recorded,
  ];
}

function formatMedian(spread: Spread | undefined, digits: number): string {
  return spread?.median.toFixed(digits) ?? '-';
}

function ratioOf({ beside, without }: Hurt): Spread | undefined {
  return spreadOf(beside.map(({ p99Us }, round) => p99Us / (without[round]?.p99Us ?? NaN)));
}

function targetOf(hurt: Hurt): Target {
  return { what: `live p99: a candidate that ${hurt.kind} / no shadow`, limit: LIMIT, value: ratioOf(hurt) };
}
