// What one analysis thread gets done: pairs that differ, through the real thread, and the memory that it takes.
import { createAnalysis } from '../../src/analysis.ts';
import { systemClock } from '../../src/core/index.ts';
import { thingContract } from '../../src/testing/contract.ts';
import { formatTable } from '../table.ts';
import { LIST_SCHEMA } from './contenders.ts';
import { bodyOf, CASES, createRows } from './rows.ts';

const SIZES = [
  { rows: 9, pairs: 20_000 },
  { rows: 400, pairs: 1_000 },
  { rows: 5_000, pairs: 100 },
] as const;
/** As many at once as keep the thread busy. */
const AT_ONCE = 16;
const SUBJECT = { operationId: 'getThing', method: 'GET' };

/** A table of pairs and MB per second, and the growth of the process. */
export async function measureThroughput(): Promise<string> {
  const rows = [];
  for (const size of SIZES) rows.push(await measure(size));
  return formatTable([['rows of a body', 'KB of a body', 'pairs/s', 'MB/s', 'grown by, MiB'], ...rows]);
}

async function measure({ rows: count, pairs }: (typeof SIZES)[number]): Promise<readonly string[]> {
  const { contract } = thingContract(LIST_SCHEMA);
  const setup = () => ({
    contract: { files: { contract: contract.file, overlays: [] }, sources: contract.sources },
    hashKey: 'k',
    keepsShapesOnly: false,
    maxDecodedBytes: 1e8,
  });
  const analysis = createAnalysis(setup, systemClock, console.error);
  await analysis.start();
  const [legacy, candidate] = bodiesOf(count);
  const pair = { legacy: replyOf(legacy), candidate: replyOf(candidate) };
  const ask = async (turns: number): Promise<void> => {
    for (let turn = 0; turn < turns; turn++) {
      const judged = await analysis.compare(SUBJECT, pair);
      if ('uncompared' in judged || judged.outcome !== 'different') throw new Error(JSON.stringify(judged));
    }
  };
  const askAll = (): Promise<unknown> => Promise.all(Array.from({ length: AT_ONCE }, () => ask(pairs / AT_ONCE)));
  await askAll();
  const [startMs, startBytes] = [performance.now(), process.memoryUsage.rss()];
  await askAll();
  const [seconds, grownBytes] = [(performance.now() - startMs) / 1000, process.memoryUsage.rss() - startBytes];
  await analysis.stop();
  const megabytes = (pairs * (legacy.length + candidate.length)) / 1e6;
  return [
    String(count),
    (legacy.length / 1000).toFixed(0),
    (pairs / seconds).toFixed(0),
    (megabytes / seconds).toFixed(0),
    (grownBytes / 2 ** 20).toFixed(0),
  ];
}

function bodiesOf(count: number): readonly [Buffer, Buffer] {
  const [oneField] = CASES;
  const rows = createRows(count);
  return [bodyOf(rows), bodyOf(oneField?.change(rows) ?? [])];
}

function replyOf(body: Buffer) {
  return { status: 200, headers: ['content-type', 'application/json'], body, totalMs: 1 };
}
