// The analysis worker seen from the main thread: what the shadow lane asks of it.
import { extname } from 'node:path';
import type { ContractFiles, Sources } from './contract/index.ts';
import type { Clock, Reply, Side } from './core/index.ts';
import {
  type Analyst,
  type Checked,
  createAnalyst,
  type Judged,
  type ShadowPorts,
  type SidePair,
  type Subject,
} from './shadow/index.ts';

export interface AnalysisSetup {
  /** By value: the file may be another one by the time a worker has to be replaced. */
  readonly contract: { readonly files: ContractFiles; readonly sources: Sources };
  readonly hashKey: string;
  readonly keepsShapesOnly: boolean;
  readonly maxDecodedBytes: number;
}

interface Asked {
  readonly subject: Subject;
  readonly pair: SidePair<Reply>;
}

export type AnalysisQuestion =
  | ({ readonly kind: 'check' } & Asked)
  | ({ readonly kind: 'compare' } & Asked)
  | ({ readonly kind: 'probe' } & Asked)
  | ({ readonly kind: 'confirm'; readonly served: Side; readonly again: SidePair<Reply> } & Asked);

export type AnalysisAnswer = Judged;

export interface Analysis extends Pick<ShadowPorts, 'compare' | 'confirm' | 'checkSample' | 'findingsOf'> {
  start(): Promise<void>;
  stop(): Promise<void>;
}

const BUDGET_MS = 5_000;
const MAX_PENDING = 512;
/** Room for the contract, its compiled schemas and a pair of the largest bodies. */
const MAX_MEMORY_MB = 1024;
/** Room for bodies that are nested 10,000 deep (diff/walk-state.ts); of memory it takes what is used. */
const STACK_MB = 64;
/**
 * Of identical pairs, the first of each operation and then one in so many is checked against the contract, and no more
 * often than this: a check costs as much as ten requests, and the thousandth of a second tells what the first did.
 */
const CHECK_ONE_IN = 20;
const CHECK_INTERVAL_MS = 100;

/** `setup` is asked for at each start of a worker. */
export function createAnalysis(
  setup: () => AnalysisSetup,
  clock: Clock,
  onWarning: (message: string) => void,
): Analysis {
  const workerUrl = new URL(`./analysis-worker${extname(import.meta.url)}`, import.meta.url);
  const analyst = createAnalyst<AnalysisQuestion, AnalysisAnswer>({
    workerUrl,
    workerData: setup,
    budgetMs: BUDGET_MS,
    maxPending: MAX_PENDING,
    maxMemoryMb: MAX_MEMORY_MB,
    stackMb: STACK_MB,
    onWarning,
  });
  const isSampled = createSampler(clock);
  return {
    start: () => analyst.start(),
    stop: () => analyst.stop(),
    compare: (subject, pair) => ask(analyst, { kind: 'compare', subject, pair: compactPair(pair) }),
    confirm: (subject, served, [pair, again]) =>
      ask(analyst, { kind: 'confirm', subject, served, pair: compactPair(pair), again: compactPair(again) }),
    findingsOf: async (subject, pair) => {
      const judged = await ask(analyst, { kind: 'probe', subject, pair: compactPair(pair) });
      return 'uncompared' in judged ? undefined : judged.findings;
    },
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
): Promise<Checked> {
  const judged = await ask(analyst, { kind: 'check', subject, pair: compactPair(pair) });
  return 'uncompared' in judged ? {} : judged;
}

function createSampler(clock: Clock): (operationId: string) => boolean {
  const seen = new Map<string, { count: number; atMs: number }>();
  return (operationId) => {
    const known = seen.get(operationId);
    if (known === undefined) return seen.set(operationId, { count: 0, atMs: clock.monotonicMs() }) !== undefined;
    known.count += 1;
    if (known.count % CHECK_ONE_IN !== 0) return false;
    const nowMs = clock.monotonicMs();
    if (nowMs - known.atMs < CHECK_INTERVAL_MS) return false;
    known.atMs = nowMs;
    return true;
  };
}

function compactPair({ legacy, candidate }: SidePair<Reply>): SidePair<Reply> {
  return { legacy: compact(legacy), candidate: compact(candidate) };
}

// A chunk from a socket is a view into a larger slab, and posting a view to a thread copies all of the slab.
function compact(reply: Reply): Reply {
  return { ...reply, body: new Uint8Array(reply.body) };
}
