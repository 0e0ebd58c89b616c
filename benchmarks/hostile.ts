// How far a candidate can slow the live requests beside it: their p99 with a hostile candidate as the shadow, against that
// of a proxy without a shadow which gets every second request of the same load.
import { type Answers, type Ending, type HostileKind, startHostile } from '../src/testing/hostile-upstreams.ts';
import { BESIDE_HOSTILE, FORWARDING, type ProcessContender } from './contenders.ts';
import { readCpuMs } from './cpu.ts';
import { sendAtRate } from './fixed-rate.ts';
import type { Standing } from './ground.ts';
import { ITEMS_PER_SIZE, targetOf } from './items.ts';
import { FIRST_WARM_UP, warm } from './measure.ts';
import type { OpenLoopResult } from './open-loop.ts';
import { describeOutcomes, type Outcomes, sumOutcomes } from './outcomes.ts';
import { type Interval, p99Ratio, type Seconds } from './p99-ratio.ts';
import { describePriority, putBack, putFirst } from './priority.ts';
import type { Run, Section } from './section.ts';
import { startAll, stopStandings } from './standings.ts';
import { spreadOf } from './statistics.ts';
import { formatTable } from './table.ts';
import type { Target } from './targets.ts';
import { MAIN_CELL } from './wrk.ts';

/** Its answers are what legacy says, so that only closing is hostile; or each another body, which is analysed as well. */
const AT_RANDOM = 'closes at random';
const ALL_DIFFERENT = 'closes at random, all bodies differ';

/** One of each family; `src/app-hostile-candidate.test.ts` has them all. */
const KINDS: readonly Kind[] = [
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
  AT_RANDOM,
  ALL_DIFFERENT,
];

/** What mirroring itself costs, and how far the measure scatters: the backend that all other sections have. */
const FRIENDLY = 'answers as legacy does' as const;

type Kind = HostileKind | typeof FRIENDLY | typeof ALL_DIFFERENT;

/** Of both proxies together: a busy service, and yet so little that neither load nor backends wait for a processor. */
const RATE = 2_000;
const LIMIT = 1.1;

/** Until the limit lies outside of what the ratio could be, so many rounds. */
const ROUNDS = { min: 6, max: 30 };

/**
 * Two processes of one program are not equally fast, and stay so: after so many rounds both are started anew, or the ratio
 * would be one of two processes and not of two programs.
 */
const ROUNDS_OF_A_PAIR = 3;

interface Hurt {
  readonly kind: Kind;
  readonly beside: readonly OpenLoopResult[];
  readonly without: readonly OpenLoopResult[];
  readonly ratio: Interval;
  /** Of the proxy with all its threads, for each live request. */
  readonly cpuUs: { readonly beside: number; readonly without: number };
  /** What became of the mirrored requests. */
  readonly recorded: string;
}

/** What one process of each program did. */
interface Pair extends Pick<Hurt, 'beside' | 'without'> {
  readonly cpuMs: { readonly beside: number; readonly without: number };
  readonly outcomes: Outcomes;
}

interface Plan {
  readonly maxRounds: number;
  readonly seconds: number;
  readonly isFirst: boolean;
}

export async function runHostile(run: Run): Promise<Section> {
  const { rounds: maxRounds = ROUNDS.max, seconds = 10, beside = '' } = run.options;
  const isFirst = await putFirst([run.ground.legacyPid]);
  const hurts: Hurt[] = [];
  for (const kind of [FRIENDLY, ...KINDS].filter((each) => each.includes(beside)))
    hurts.push(await measureKind(run, kind, { maxRounds, seconds, isFirst }));
  await putBack([run.ground.legacyPid]);
  return {
    title: `Live p99 beside a hostile candidate, ${RATE / 2} requests/s, ${describePriority(isFirst)}; rounds of ${seconds} s until it is decided, at most ${maxRounds}`,
    text: formatTable([HEAD, ...hurts.map(rowOf)]),
    targets: hurts.filter(({ kind }) => kind !== FRIENDLY).map(targetFor),
    data: hurts,
  };
}

async function measureKind(run: Run, kind: Kind, plan: Plan): Promise<Hurt> {
  const ends: (() => unknown)[] = [];
  const onEnd: Ending['after'] = (end) => void (end && ends.push(end as () => unknown)); // it looks at no context
  const candidate = await startCandidate(run, kind, { after: onEnd });
  const pairs: Pair[] = [];
  let hurt: Hurt;
  do {
    pairs.push(await measurePair(run, { kind, candidate, before: roundsIn(pairs) }, plan));
    hurt = sumUp(kind, pairs);
  } while (roundsIn(pairs) < plan.maxRounds && !(roundsIn(pairs) >= ROUNDS.min && isDecided(hurt.ratio)));
  for (const end of ends) await end();
  return hurt;
}

function roundsIn(pairs: readonly Pair[]): number {
  return pairs.reduce((sum, { beside }) => sum + beside.length, 0);
}

function sumUp(kind: Kind, pairs: readonly Pair[]): Hurt {
  const [beside, without] = [pairs.flatMap((pair) => pair.beside), pairs.flatMap((pair) => pair.without)];
  const cpuMs = (side: 'beside' | 'without'): number => pairs.reduce((sum, pair) => sum + pair.cpuMs[side], 0);
  return {
    kind,
    beside,
    without,
    ratio: p99Ratio(secondsOf(beside), secondsOf(without)),
    cpuUs: { beside: perRequestUs(cpuMs('beside'), beside), without: perRequestUs(cpuMs('without'), without) },
    recorded: describeOutcomes(sumOutcomes(pairs.map(({ outcomes }) => outcomes))),
  };
}

interface PairPlan {
  readonly kind: Kind;
  readonly candidate: number;
  /** Rounds that were measured before it. */
  readonly before: number;
}

async function measurePair(run: Run, { kind, candidate, before }: PairPlan, plan: Plan): Promise<Pair> {
  const beside = await startWarm(run, BESIDE_HOSTILE, candidate);
  // As young as the other, since a script becomes faster for minutes.
  const without = await startWarm(run, FORWARDING);
  // The candidate is not put first: it stands for a machine of its own.
  if (plan.isFirst) await putFirst([beside, without].flatMap(({ child }) => (child ? [child.pid] : [])));
  const spentBefore = [beside, without].map(cpuMsOf);
  const results: [OpenLoopResult[], OpenLoopResult[]] = [[], []];
  const last = Math.min(plan.maxRounds, before + ROUNDS_OF_A_PAIR);
  for (let round = before + 1; round <= last; round++) {
    run.onProgress(`round ${round} of at most ${plan.maxRounds}: a candidate that ${kind}`);
    const ports = [beside.port, without.port];
    const [hurt, unhurt] = await sendAtRate({ ports, rate: RATE, seconds: plan.seconds, seed: round }, plan.isFirst);
    if (hurt) results[0].push(hurt);
    if (unhurt) results[1].push(unhurt);
  }
  const [hurtMs = NaN, unhurtMs = NaN] = [beside, without].map(
    (each, side) => cpuMsOf(each) - (spentBefore[side] ?? NaN),
  );
  const [recorded] = await stopStandings([beside, without]);
  if (!recorded) throw new Error('the proxy beside a candidate recorded nothing');
  return {
    beside: results[0],
    without: results[1],
    cpuMs: { beside: hurtMs, without: unhurtMs },
    outcomes: recorded.outcomes,
  };
}

async function startCandidate({ ground }: Run, kind: Kind, ending: Ending): Promise<number> {
  if (kind === FRIENDLY) return ground.candidate;
  const answers = kind === AT_RANDOM ? await answersOf(ground.legacy) : {};
  const { origin } = await startHostile(ending, kind === ALL_DIFFERENT ? AT_RANDOM : kind, answers);
  return Number(origin.port);
}

/** Of everything that the load asks for. */
async function answersOf(legacy: number): Promise<Answers> {
  const targets = Array.from({ length: ITEMS_PER_SIZE }, (_, number) => targetOf('medium', number));
  const entries = targets.map(async (target) => {
    const response = await fetch(`http://127.0.0.1:${legacy}${target}`);
    const head = ['content-type', 'content-length', 'last-modified', 'etag', 'accept-ranges'].flatMap((name) => {
      const value = response.headers.get(name);
      return value === null ? [] : [`${name}: ${value}\r\n`];
    });
    const body = Buffer.from(await response.arrayBuffer()).toString('latin1');
    return [target, `HTTP/1.1 200 OK\r\n${head.join('')}\r\n${body}`] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}

function cpuMsOf({ child }: Standing): number {
  return child ? readCpuMs(child.pid) : NaN;
}

/** Those before the first second that is counted were requests too. */
function perRequestUs(cpuMs: number, results: readonly OpenLoopResult[]): number {
  return (cpuMs * 1000) / results.reduce((sum, { asked }) => sum + asked, 0);
}

function secondsOf(results: readonly OpenLoopResult[]): Seconds {
  return results.flatMap(({ seconds }) => seconds);
}

function isDecided({ low, high }: Interval): boolean {
  return high <= LIMIT || low > LIMIT;
}

async function startWarm(run: Run, contender: ProcessContender, candidate = run.ground.candidate): Promise<Standing> {
  const [standing] = await startAll({ ...run, ground: { ...run.ground, candidate } }, [contender]);
  if (!standing) throw new Error(`${contender.name} was not started`);
  run.onProgress(`warming up ${contender.name}`);
  await warm({ ...run.ground, port: standing.port, cell: MAIN_CELL }, FIRST_WARM_UP);
  return standing;
}

const HEAD = [
  'a candidate that',
  'rounds',
  'p50 µs',
  'p99 µs',
  'p99 without',
  'ratio',
  '95 %',
  'CPU µs',
  'CPU without',
  'recorded',
];

function rowOf({ kind, beside, without, ratio, cpuUs, recorded }: Hurt): readonly string[] {
  return [
    kind,
    String(beside.length),
    medianOf(beside, 'p50Us'),
    medianOf(beside, 'p99Us'),
    medianOf(without, 'p99Us'),
    ratio.value.toFixed(2),
    `${ratio.low.toFixed(2)}..${ratio.high.toFixed(2)}`,
    cpuUs.beside.toFixed(0),
    cpuUs.without.toFixed(0),
    recorded,
  ];
}

function medianOf(results: readonly OpenLoopResult[], pick: 'p50Us' | 'p99Us'): string {
  return spreadOf(results.map((result) => result[pick]))?.median.toFixed(0) ?? '-';
}

function targetFor({ kind, beside, ratio }: Hurt): Target {
  const value = { median: ratio.value, min: ratio.low, max: ratio.high, n: beside.length };
  return { what: `live p99: a candidate that ${kind} / no shadow`, limit: LIMIT, value, isInterval: true };
}
