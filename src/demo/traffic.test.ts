import assert from 'node:assert/strict';
import { createServer, type RequestListener, type ServerResponse } from 'node:http';
import { test } from 'node:test';
import { startServer, stopServer } from './backend-process.ts';
import { runTraffic, type TrafficOptions, type TrafficResult, tradeRequests } from './traffic.ts';

test('the same seed gives the same requests, another seed others', () => {
  const [one, same, other] = [7, 7, 8].map((seed) => tradeRequests(seed).take(200).toArray());
  assert.deepEqual(one, same);
  assert.notDeepEqual(one, other);
});

test('the mix has orders, HEADs, stray paths and things that do not exist', () => {
  const requests = tradeRequests(1).take(10_000).toArray();
  const share = (matches: (request: (typeof requests)[number]) => boolean) => requests.filter(matches).length / 10_000;
  assertNear(
    share(({ method }) => method === 'POST'),
    0.05,
  );
  assertNear(
    share(({ method }) => method === 'HEAD'),
    0.01,
  );
  assertNear(
    share(({ path }) => path === '/favicon.ico'),
    0.01,
  );
  assertNear(
    share(({ path }) => /^\/trades\/100[3-6]\d\d$/.test(path) && path > '/trades/100300'),
    0.01,
  );
  assert.equal(new Set(requests.map(({ headers }) => headers['x-user-id'])).size, 300);
});

test('traffic counts what it sent by status, stops at the signal and answers what is under way', async () => {
  let seen = 0;
  const stop = new AbortController();
  const result = await runAgainst({ signal: stop.signal, ratePerSecond: 2_000 }, (_request, response) => {
    seen += 1;
    if (seen === 50) stop.abort();
    response.writeHead(seen % 2 === 0 ? 404 : 200).end('x');
  });
  assert.equal(result.sent, seen);
  assert.equal(result.failed, 0);
  assert.deepEqual(result.statuses, { 200: Math.ceil(seen / 2), 404: Math.floor(seen / 2) });
});

test('never more requests are under way than the concurrency allows, and none waits unseen', {
  timeout: 20_000,
}, async () => {
  const held: ServerResponse[] = [];
  const stop = new AbortController();
  const reported: number[] = [];
  const onProgress = ({ sent }: TrafficResult) => {
    reported.push(sent);
    stop.abort();
    for (const response of held) response.end();
  };
  const options = { signal: stop.signal, ratePerSecond: 10_000, concurrency: 3, onProgress };
  const result = await runAgainst(options, (_request, response) => {
    held.push(response);
  });
  assert.deepEqual(reported, [3]);
  assert.deepEqual(result.statuses, { 200: 3 });
});

test('a request that gets no answer is counted as failed and does not end the run', async () => {
  let seen = 0;
  const stop = new AbortController();
  const result = await runAgainst({ signal: stop.signal, ratePerSecond: 1_000 }, (request) => {
    seen += 1;
    if (seen === 10) stop.abort();
    request.destroy();
  });
  assert.ok(result.sent >= 10);
  assert.equal(result.failed, result.sent);
  assert.deepEqual(result.statuses, {});
});

test('nothing is sent when the time is over', async () => {
  const result = await runAgainst({ untilMs: 0 }, (_request, response) => response.end());
  assert.deepEqual(result, { sent: 0, failed: 0, statuses: {} });
});

async function runAgainst(options: Partial<TrafficOptions>, listener: RequestListener) {
  const server = createServer(listener);
  const origin = await startServer(server, 0);
  const result = await runTraffic({ origin, seed: 1, concurrency: 8, ratePerSecond: 500, ...options });
  await stopServer(server);
  return result;
}

function assertNear(actual: number, expected: number): void {
  assert.ok(Math.abs(actual - expected) <= expected / 2, `${actual} is not near ${expected}`);
}
