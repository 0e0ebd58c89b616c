// Generated requests, directly and through the proxy, compared. A run is told by its first seed.
import type { TestContext } from 'node:test';
import { createCase, type FuzzCase } from './fuzz-cases.ts';
import { judge } from './fuzz-judge.ts';
import { type FuzzRig, type Run, startFuzzRig } from './fuzz-rig.ts';
import { shrink } from './fuzz-shrink.ts';

export interface FuzzOptions {
  readonly seed: number;
  /** No more cases than this. */
  readonly count: number;
  /** Asked before each case. */
  readonly goesOn?: () => boolean;
}

export interface FuzzOutcome {
  readonly cases: number;
  /** Requests that a backend answered through the proxy, of each case said with legacy serving. */
  readonly served: number;
  /** Cases in which the proxy refused something. */
  readonly refused: number;
  /** What was found, in words, with the way to see it again; the run ends with it. */
  readonly failure: string | undefined;
}

/** Behind it the proxy has an idle connection to each backend, and what it sends goes out at once. */
const WARM_UP: FuzzCase = {
  seed: 0,
  messages: ['GET /things HTTP/1.1\r\nHost: things.example\r\n\r\n'],
  isSound: true,
  cuts: [],
};

const WAYS = ['legacy', 'candidate'] as const;

export async function fuzz(t: TestContext, { seed, count, goesOn = () => true }: FuzzOptions): Promise<FuzzOutcome> {
  const rig = await startFuzzRig(t);
  await rig.run(WARM_UP);
  const strays: string[] = [];
  const onStray = (error: unknown): void => void strays.push(`an error that nobody took: ${String(error)}`);
  process.on('unhandledRejection', onStray);
  t.after(() => void process.off('unhandledRejection', onStray));
  let [cases, served, refused] = [0, 0, 0];
  for (; cases < count && goesOn(); cases += 1) {
    const made = createCase(seed + cases);
    const { faults, proxied } = await tryCase(rig, made);
    served += proxied.responses.filter(({ seq }) => seq !== undefined).length;
    refused += proxied.responses.some(({ seq, isLast }) => seq === undefined && isLast) ? 1 : 0;
    const all = [...faults, ...strays];
    if (all.length > 0) return { cases: cases + 1, served, refused, failure: await describe(rig, made, all) };
  }
  return { cases, served, refused, failure: undefined };
}

async function tryCase(rig: FuzzRig, made: FuzzCase): Promise<{ faults: readonly string[]; proxied: Run }> {
  const runs = await rig.run(made);
  const faults = WAYS.flatMap((way) => judge(made, runs.direct, runs[way]).map((fault) => `${way} serving: ${fault}`));
  return { faults, proxied: runs.legacy };
}

async function describe(rig: FuzzRig, made: FuzzCase, faults: readonly string[]): Promise<string> {
  const tryWarm = async (smaller: FuzzCase): Promise<readonly string[]> => {
    await rig.run(WARM_UP);
    return (await tryCase(rig, smaller)).faults;
  };
  const smallest = await shrink(made, async (smaller) => (await tryWarm(smaller)).length > 0);
  const again = await tryWarm(smallest);
  return [
    `seed ${made.seed}: ${faults.join('; ')}`,
    ...(again.length > 0 ? [`in short: ${again.join('; ')}`] : ['not seen again when said alone']),
    ...smallest.messages.map((message) => `  ${JSON.stringify(message)}`),
    ...(smallest.cuts.length > 0 ? [`  written in pieces, cut at ${smallest.cuts.join(', ')}`] : []),
    `again: npm run fuzz -- --seed ${made.seed} --count 1`,
  ].join('\n');
}
