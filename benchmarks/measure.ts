// One contender under one load for one moment: CPU time, throughput, and how much of it the candidate saw.
import { disturbance, readCpuMs, readMachine, settle } from './cpu.ts';
import type { Ground, Standing } from './ground.ts';
import { IncorrectAnswer } from './section.ts';
import { createRandom, shuffle } from './statistics.ts';
import { type Cell, type LoadOptions, type LoadResult, runLoad } from './wrk.ts';

export interface Sample {
  readonly round: number;
  readonly requests: number;
  /** Requests per second. */
  readonly rate: number;
  /** CPU time of the proxy and its children per request; absent without a proxy. */
  readonly cpuUs: number | undefined;
  /** Requests that reached the candidate, for each request of a client. */
  readonly mirrored: number;
  readonly p50Us: number;
  readonly p99Us: number;
  /** Share of the machine's processors that programs outside of this run used meanwhile. */
  readonly disturbance: number;
}

/** Node compiles what is run often: until then its requests cost several times more. */
export interface WarmUp {
  readonly seconds: number;
  /** At least so many requests, however long a busy machine takes for them (at most six times the seconds). */
  readonly requests: number;
}

/** Before the first load on a process. */
export const FIRST_WARM_UP: WarmUp = { seconds: 5, requests: 40_000 };

/** The samples of each contender, by name, in the order of the rounds. */
export type Samples = ReadonlyMap<string, readonly Sample[]>;

export interface Plan {
  readonly cell: Cell;
  readonly rounds: number;
  readonly seconds: number;
  readonly warmUp: WarmUp;
  readonly onProgress: (text: string) => void;
}

/** Every contender once in each round, in an order that is shuffled anew, so that slow changes of the machine hit all alike. */
export async function measureRounds(ground: Ground, standings: readonly Standing[], plan: Plan): Promise<Samples> {
  const { cell, rounds, seconds, warmUp, onProgress } = plan;
  const random = createRandom(SEED);
  for (const standing of standings) {
    onProgress(`warming up ${standing.name}`);
    await warm({ ...ground, port: standing.port, cell }, warmUp);
    if (standing.child) await settle(standing.child.pid);
  }
  const samples = new Map(standings.map(({ name }) => [name, [] as Sample[]]));
  for (let round = 1; round <= rounds; round++)
    for (const standing of shuffle(standings, random)) {
      onProgress(`round ${round} of ${rounds}: ${standing.name}`);
      samples.get(standing.name)?.push(await measure(ground, standing, { cell, seconds, round }));
    }
  return samples;
}

export async function warm(load: Omit<LoadOptions, 'seconds'>, { seconds, requests }: WarmUp): Promise<void> {
  for (let turn = 0, done = 0; turn < MAX_TURNS && (turn === 0 || done < requests); turn++)
    done += (await runLoad({ ...load, seconds })).requests;
}

const MAX_TURNS = 6;
const SEED = 20_260_101;

interface Moment {
  readonly cell: Cell;
  readonly seconds: number;
  readonly round: number;
}

/** Work that a mirroring proxy does after its client has been answered belongs to the request, so it is waited for. */
async function measure(ground: Ground, standing: Standing, { cell, seconds, round }: Moment): Promise<Sample> {
  const { name, port, child } = standing;
  const before = await readCounts(ground, standing);
  const machine = readMachine();
  const load = await runLoad({ ...ground, port, cell, seconds });
  const disturbed = disturbance(machine, readMachine());
  if (child) await settle(child.pid);
  const after = await readCounts(ground, standing);
  assertServed(name, load, after.legacy - before.legacy);
  const { requests, durationUs, p50Us, p99Us } = load;
  return {
    round,
    requests,
    rate: requests / (durationUs / 1e6),
    cpuUs: child && ((after.cpuMs - before.cpuMs) * 1000) / requests,
    mirrored: (after.candidate - before.candidate) / requests,
    p50Us,
    p99Us,
    disturbance: disturbed,
  };
}

interface Counts {
  readonly cpuMs: number;
  readonly legacy: number;
  readonly candidate: number;
}

async function readCounts(ground: Ground, { child }: Standing): Promise<Counts> {
  const [legacy, candidate] = await Promise.all([ground.countLegacy(), ground.countCandidate()]);
  return { cpuMs: child ? readCpuMs(child.pid) : 0, legacy, candidate };
}

/** What was answered with an error, or from a memory of its own, is not the work that is compared. */
function assertServed(name: string, { requests, statusErrors, socketErrors }: LoadResult, reached: number): void {
  if (statusErrors > 0) throw new IncorrectAnswer(`${name}: ${statusErrors} responses with an error status`);
  if (socketErrors > 0) throw new IncorrectAnswer(`${name}: ${socketErrors} connections broken or timed out`);
  if (reached < requests) throw new IncorrectAnswer(`${name}: of ${requests} requests ${reached} reached the backend`);
}
