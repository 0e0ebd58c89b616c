// How far a candidate can slow the live requests beside it: their p99 with a hostile candidate as the shadow, against that
// of a proxy without a shadow which gets every second request of the same load.
import { type Ending, type HostileKind, startHostile } from '../src/testing/hostile-upstreams.ts';
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

/** What mirroring itself costs, and how far the measure scatters: the backend that all other sections have. */
const FRIENDLY = 'answers as legacy does';

/** Of both proxies together: a busy service, and yet so little that neither load nor backends wait for a processor. */
const RATE = 2_000;
const LIMIT = 1.1;

interface Hurt {
  readonly kind: HostileKind | typeof FRIENDLY;
  readonly beside: readonly OpenLoopResult[];
  readonly without: readonly OpenLoopResult[];
  /** What became of the mirrored requests. */
  readonly recorded: string;
}

interface Plan {
  readonly rounds: number;
  readonly seconds: number;
}

export async function runHostile(run: Run): Promise<Section> {
  const { rounds = 3, seconds = 6 } = run.options;
  const hurts: Hurt[] = [];
  for (const kind of [FRIENDLY, ...KINDS] as const) hurts.push(await measureBeside(run, kind, { rounds, seconds }));
  return {
    title: `Live p99 beside a hostile candidate, ${RATE / 2} requests/s; ${rounds} rounds of ${seconds} s`,
    text: formatTable([HEAD, ...hurts.map(rowOf)]),
    targets: hurts.filter(({ kind }) => kind !== FRIENDLY).map(targetOf),
    data: hurts,
  };
}

async function measureBeside(run: Run, kind: Hurt['kind'], { rounds, seconds }: Plan): Promise<Hurt> {
  const ends: (() => unknown)[] = [];
  const onEnd: Ending['after'] = (end) => void (end && ends.push(end as () => unknown)); // it looks at no context
  const candidate =
    kind === FRIENDLY ? run.ground.candidate : Number((await startHostile({ after: onEnd }, kind)).origin.port);
  const beside = await startWarm(run, BESIDE_HOSTILE, candidate);
  // As young as the other, since a script becomes faster for minutes.
  const without = await startWarm(run, FORWARDING);
  const results = { beside: [] as OpenLoopResult[], without: [] as OpenLoopResult[] };
  for (let round = 1; round <= rounds; round++) {
    run.onProgress(`round ${round} of ${rounds}: a candidate that ${kind}`);
    const load = { ports: [beside.port, without.port], rate: RATE, seconds: seconds + 1, seed: round };
    const [hurt, unhurt] = await sendAtRate(load);
    if (hurt) results.beside.push(hurt);
    if (unhurt) results.without.push(unhurt);
  }
  const [recorded] = await stopStandings([beside, without]);
  for (const end of ends) await end();
  return { kind, ...results, recorded: recorded ? describeOutcomes(recorded.outcomes) : '' };
}

async function startWarm(run: Run, contender: ProcessContender, candidate = run.ground.candidate): Promise<Standing> {
  const [standing] = await startAll({ ...run, ground: { ...run.ground, candidate } }, [contender]);
  if (!standing) throw new Error(`${contender.name} was not started`);
  run.onProgress(`warming up ${contender.name}`);
  await warm({ ...run.ground, port: standing.port, cell: MAIN_CELL }, FIRST_WARM_UP);
  return standing;
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
