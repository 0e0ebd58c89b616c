import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Pool } from 'undici';
import { createBackendServer, startServer, stopServer } from './backend-process.ts';
import { createCandidate } from './candidate-app.ts';
import { DRIFTS, type DriftId, plantAllBut, plantNone } from './drifts.ts';
import { createPlants } from './planting.ts';
import { type DemoRequest, tradeRequests } from './traffic-mix.ts';

const SEED = 5;

/** The operations that are read; only these can drift. */
const PATHS: readonly (readonly [RegExp, string])[] = [
  [/^\/trades$/, 'listTrades'],
  [/^\/trades\/[^/]+$/, 'getTrade'],
  [/^\/trades\/[^/]+\/fills$/, 'getTradeFills'],
  [/^\/trades\/[^/]+\/settlement$/, 'getTradeSettlement'],
  [/^\/tasks$/, 'listTasks'],
  [/^\/tasks\/[^/]+$/, 'getTask'],
  [/^\/tasks\/[^/]+\/attempts$/, 'getTaskAttempts'],
  [/^\/queues$/, 'listQueues'],
  [/^\/orchestrations$/, 'listOrchestrations'],
  [/^\/orchestrations\/[^/]+$/, 'getOrchestration'],
  [/^\/orchestrations\/[^/]+\/timeline$/, 'getOrchestrationTimeline'],
  [/^\/health$/, 'getHealth'],
];

const REQUESTS: readonly DemoRequest[] = tradeRequests(SEED).take(1_200).toArray();

describe('a drift planted alone', () => {
  let clean: readonly string[];

  before(async () => {
    clean = (await readAll(new Set(), REQUESTS)).answers;
  });

  for (const drift of DRIFTS) {
    test(`${drift.id} shows on ${drift.operations.join(', ')} and on nothing else`, async () => {
      const { answers, sleptMs } = await readAll(new Set([drift.id]), REQUESTS);
      const changed = REQUESTS.filter((_, index) => answers[index] !== clean[index]);
      const touched = new Set(changed.map(operationOf));
      if (drift.id === 'slow-attempts') {
        const asked = REQUESTS.filter((request) => operationOf(request) === 'getTaskAttempts').length;
        assert.deepEqual(sleptMs, Array(Math.floor(asked / 25)).fill(400));
        assert.deepEqual([...touched], []);
      } else {
        assert.deepEqual([...touched], drift.operations);
        assert.deepEqual(sleptMs, []);
      }
    });
  }
});

test('the drifts of one operation show on different records, so that one exchange shows one of them', () => {
  const plants = createPlants();
  for (let record = 1; record <= 300; record += 1) {
    const bodies = {
      tags: [1, 2],
      steps: [1, 2],
      events: [1, 2],
      settlesAt: 'Z',
      net: '1.00',
      assignee: 'a',
      owner: 'o',
    };
    const answer = { status: 200, headers: {}, body: bodies, record };
    for (const operation of new Set(DRIFTS.flatMap((drift) => drift.operations))) {
      const shown = DRIFTS.flatMap(({ id, operations }) => {
        if (!operations.some((name) => name === operation) || !Object.hasOwn(plants, id)) return [];
        if (id === 'slow-attempts' || id === 'noisy-clock' || id === 'noisy-request-id') return [];
        return plants[id](answer) === answer ? [] : [id];
      });
      assert.ok(shown.length <= 1, `${operation} ${record}: ${shown}`);
    }
  }
});

describe('--without', () => {
  let server: ReturnType<typeof createBackendServer>;
  let origin: string;

  before(async () => {
    const planted = plantAllBut(new Set(['undocumented-desk-code']));
    server = createBackendServer(createCandidate({ seed: SEED, planted }));
    origin = await startServer(server, 0);
  });
  after(() => stopServer(server));

  test('switches one drift off and leaves the others', async () => {
    const trade = await (await fetch(`${origin}/trades/100002`)).json();
    assert.equal(Object.hasOwn(Object(trade), 'deskCode'), false);
    const fills = await (await fetch(`${origin}/trades/100002/fills`)).text();
    assert.match(fills, /"id":"1000021"/);
  });
});

interface Read {
  /** Status, headers and body as one text each, without the date. */
  readonly answers: readonly string[];
  readonly sleptMs: readonly number[];
}

async function readAll(only: ReadonlySet<DriftId>, requests: readonly DemoRequest[]): Promise<Read> {
  const sleptMs: number[] = [];
  const planted = only.size === 0 ? plantNone : (id: DriftId) => only.has(id);
  const sleep = async (delayMs: number) => sleptMs.push(delayMs);
  const server = createBackendServer(createCandidate({ seed: SEED, planted, sleep }));
  const pool = new Pool(await startServer(server, 0), { connections: 1 });
  const answers: string[] = [];
  for (const { method, path, headers, body } of requests) {
    const reply = await pool.request({ method, path, headers, body: body ?? null });
    const { date: _, 'content-length': __, ...rest } = reply.headers;
    answers.push(JSON.stringify([reply.statusCode, rest, await reply.body.text()]));
  }
  await pool.close();
  await stopServer(server);
  return { answers, sleptMs };
}

function operationOf({ method, path }: DemoRequest): string | undefined {
  return method === 'POST' ? undefined : PATHS.find(([pattern]) => pattern.test(path.split('?')[0] ?? ''))?.[1];
}
