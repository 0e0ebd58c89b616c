// The analysis thread: one contract of its own, one question at a time, answers in order. It may be killed at any moment.
import { createHmac } from 'node:crypto';
import { parentPort, workerData } from 'node:worker_threads';
import { brotliDecompressSync, gunzipSync, inflateRawSync, inflateSync, zstdDecompressSync } from 'node:zlib';
import type { AnalysisAnswer, AnalysisQuestion, AnalysisSetup } from './analysis.ts';
import { type Contract, loadContract, type Operation } from './contract/index.ts';
import { headerValue, messageOf, type RawHeaders, type Reply, type Side } from './core/index.ts';
import {
  checkPair,
  coveredBy,
  type JudgeContext,
  type Judgement,
  judgePair,
  judgeSecondRead,
  judgeUnreadable,
  type ReplyPair,
} from './diff/index.ts';
import { createExampleBudget } from './example-budget.ts';
import { createNovelty } from './novelty.ts';
import type { ShadowJudgement, WorkerMessage } from './shadow/index.ts';

const setup = workerData as AnalysisSetup; // posted by analysis.ts, which has the same type

function run(contract: Contract): void {
  const operations = new Map(contract.operations.map((operation) => [operation.id, operation]));
  parentPort?.on('message', (question: AnalysisQuestion) => {
    const operation = operations.get(question.subject.operationId);
    post(
      operation
        ? answerOrThrow(contract, operation, question)
        : { kind: 'threw', message: `no operation ${question.subject.operationId}` },
    );
  });
  post({ kind: 'ready' });
}

function answerOrThrow(
  contract: Contract,
  operation: Operation,
  question: AnalysisQuestion,
): WorkerMessage<AnalysisAnswer> {
  try {
    return {
      kind: 'answer',
      answer: answer(
        {
          contract,
          operation,
          hash,
          wantsExample: examples[question.kind],
          keepsShapesOnly: setup.keepsShapesOnly,
          answersHead: question.subject.method === 'HEAD',
        },
        question,
      ),
    };
  } catch (error) {
    return { kind: 'threw', message: messageOf(error) };
  }
}

function answer(context: JudgeContext, question: AnalysisQuestion): AnalysisAnswer {
  const first = decodePair(question.pair);
  if (first === 'neither') return { uncompared: 'undecodable' };
  if (typeof first === 'string') return judgeUnreadable(context, first);
  if (question.kind === 'check') return told(context, first, { ...EQUAL, ...checkPair(context, first) });
  if (question.kind === 'compare' || question.kind === 'probe') {
    const judgement = judgePair(context, first);
    if (judgement === 'budget') return { uncompared: 'budget' };
    // What legacy agrees with itself about covers nothing.
    if (question.kind === 'probe') return judgement;
    return told(context, first, { ...judgement, ...checkPair(context, first) });
  }
  const second = decodePair(question.again);
  if (typeof second === 'string') return { uncompared: 'undecodable' };
  const judgement = judgeSecondRead(context, question.served, [first, second]);
  return typeof judgement === 'string' ? { uncompared: 'budget' } : told(context, first, judgement);
}

const EQUAL: Judgement = { outcome: 'equal', findings: [], confirmable: false };

const novelty = createNovelty(() => performance.now());

/** With what the pair covers of the contract, as far as that is news. */
function told(context: JudgeContext, pair: ReplyPair, judgement: ShadowJudgement): AnalysisAnswer {
  return { ...judgement, covered: novelty(context.operation.id, coveredBy(context, pair, judgement)) };
}

/**
 * One for each kind of question: what is read again is judged anew, and would otherwise find the examples of its cause spent
 * on findings that its own replace.
 */
const examples = {
  check: createExampleBudget(() => performance.now()),
  compare: createExampleBudget(() => performance.now()),
  confirm: createExampleBudget(() => performance.now()),
  probe: () => false,
};

function hash(text: string): string {
  return createHmac('sha256', setup.hashKey).update(text).digest('hex');
}

/** The pair, or the one side that could not be decoded, or `neither`. */
function decodePair(pair: ReplyPair): ReplyPair | Side | 'neither' {
  const [legacy, candidate] = [decode(pair.legacy), decode(pair.candidate)];
  if (legacy && candidate) return { legacy, candidate };
  if (legacy) return 'candidate';
  return candidate ? 'legacy' : 'neither';
}

function decode(reply: Reply): Reply | undefined {
  const coding = headerValue(reply.headers, 'content-encoding')?.trim().toLowerCase();
  if (reply.body.length === 0 || coding === undefined || coding === '' || coding === 'identity') return reply;
  const body = decompress(coding, reply.body);
  return body && { ...reply, body, headers: withoutEncoding(reply.headers) };
}

/** Undefined when the coding is unknown, the bytes are broken, or they inflate beyond the cap. */
function decompress(coding: string, body: Uint8Array): Uint8Array | undefined {
  try {
    return DECODERS.get(coding)?.(body, { maxOutputLength: setup.maxDecodedBytes });
  } catch {
    return undefined;
  }
}

type Decoder = (body: Uint8Array, options: { maxOutputLength: number }) => Uint8Array;

const DECODERS: ReadonlyMap<string, Decoder> = new Map<string, Decoder>([
  ['gzip', gunzipSync],
  ['x-gzip', gunzipSync],
  // RFC 9110, section 8.4.1.2: deflate is zlib, but many send it raw.
  [
    'deflate',
    (body, options) => (((body[0] ?? 0) & 0x0f) === 8 ? inflateSync(body, options) : inflateRawSync(body, options)),
  ],
  ['br', brotliDecompressSync],
  ['zstd', zstdDecompressSync],
]);

function withoutEncoding(headers: RawHeaders): RawHeaders {
  return headers.filter((_, index) => (headers[index & ~1] ?? '').toLowerCase() !== 'content-encoding');
}

function post(message: WorkerMessage<AnalysisAnswer>): void {
  parentPort?.postMessage(message);
}

run(loadContract(setup.contract.files, setup.contract.sources));
