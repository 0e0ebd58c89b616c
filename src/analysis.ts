// The analysis worker seen from the main thread: what the shadow lane asks of it.
import { extname } from 'node:path';
import type { Reply, Side } from './core/index.ts';
import {
  type Analyst,
  createAnalyst,
  type Judged,
  type ShadowJudgement,
  type ShadowPorts,
  type SidePair,
  type Subject,
} from './shadow/index.ts';

export interface AnalysisSetup {
  /** By value: the file may be another one by the time a worker has to be replaced. */
  readonly contract: { readonly file: string; readonly bytes: Uint8Array };
  readonly hashKey: string;
  readonly maxDecodedBytes: number;
}

interface Asked {
  readonly subject: Subject;
  readonly pair: SidePair<Reply>;
}

export type AnalysisQuestion =
  | ({ readonly kind: 'check' } & Asked)
  | ({ readonly kind: 'compare' } & Asked)
  | ({ readonly kind: 'confirm'; readonly served: Side; readonly again: SidePair<Reply> } & Asked);

export type AnalysisAnswer = Judged;

export interface Analysis extends Pick<ShadowPorts, 'compare' | 'confirm' | 'checkSample'> {
  start(): Promise<void>;
  stop(): Promise<void>;
}

const BUDGET_MS = 5_000;
const MAX_PENDING = 512;
/** Room for the contract, its compiled schemas and a pair of the largest bodies. */
const MAX_MEMORY_MB = 1024;
/** Of identical pairs, the first of each operation and then one in so many is checked against the contract. */
const CHECK_ONE_IN = 20;

/** `setup` is asked for at each start of a worker. */
export function createAnalysis(setup: () => AnalysisSetup, onWarning: (message: string) => void): Analysis {
  const workerUrl = new URL(`./analysis-worker${extname(import.meta.url)}`, import.meta.url);
  const analyst = createAnalyst<AnalysisQuestion, AnalysisAnswer>({
    workerUrl,
    workerData: setup,
    budgetMs: BUDGET_MS,
    maxPending: MAX_PENDING,
    maxMemoryMb: MAX_MEMORY_MB,
    onWarning,
  });
  const isSampled = createSampler(CHECK_ONE_IN);
  return {
    start: () => analyst.start(),
    stop: () => analyst.stop(),
    compare: (subject, pair) => ask(analyst, { kind: 'compare', subject, pair: compactPair(pair) }),
    confirm: (subject, served, [pair, again]) =>
      ask(analyst, { kind: 'confirm', subject, served, pair: compactPair(pair), again: compactPair(again) }),
    checkSample: (subject, pair) => (isSampled(subject.operationId) ? check(analyst, subject, pair) : undefined),
  };
}

async function ask(analyst: Analyst<AnalysisQuestion, AnalysisAnswer>, question: AnalysisQuestion): Promise<Judged> {
  const answered = await analyst.ask(question);
  if (answered.kind === 'answer') return answered.answer;
  // These pairs are known to differ in their bytes: to drop them like any other would leave the equal ones standing.
  return { uncompared: 'budget' };
}

async function check(
  analyst: Analyst<AnalysisQuestion, AnalysisAnswer>,
  subject: Subject,
  pair: SidePair<Reply>,
): Promise<ShadowJudgement['conformance']> {
  const judged = await ask(analyst, { kind: 'check', subject, pair: compactPair(pair) });
  return 'uncompared' in judged ? undefined : judged.conformance;
}

function createSampler(oneIn: number): (operationId: string) => boolean {
  const seen = new Map<string, number>();
  return (operationId) => {
    const count = seen.get(operationId) ?? 0;
    seen.set(operationId, count + 1);
    return count % oneIn === 0;
  };
}

function compactPair({ legacy, candidate }: SidePair<Reply>): SidePair<Reply> {
  return { legacy: compact(legacy), candidate: compact(candidate) };
}

// A chunk from a socket is a view into a larger slab, and posting a view to a thread copies all of the slab.
function compact(reply: Reply): Reply {
  return { ...reply, body: new Uint8Array(reply.body) };
}
