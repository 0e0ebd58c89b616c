import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type Dispatcher, request } from 'undici';
import { type BackendChild, startBackend } from './backend-child.ts';
import { startServer, stopServer } from './backend-process.ts';
import { type DemoRequest, tradeRequests } from './traffic-mix.ts';

const SEED = 11;

describe('without drifts', () => {
  let legacy: BackendChild;
  let candidate: BackendChild;

  before(async () => {
    legacy = await startBackend({ side: 'legacy', seed: SEED, without: 'all' });
    candidate = await startBackend({ side: 'candidate', seed: SEED, without: 'all' });
  });
  after(() => Promise.all([legacy.kill(), candidate.kill()]));

  test('both backends give the same answer to 300 requests of the mix', async () => {
    const statuses = new Set<number>();
    for (const sent of tradeRequests(SEED).take(300)) {
      const [left, right] = [await read(legacy, sent), await read(candidate, sent)];
      assert.deepEqual(comparable(sent, right), comparable(sent, left), `${sent.method} ${sent.path}`);
      statuses.add(left.status);
    }
    assert.deepEqual([...statuses].sort(), [200, 201, 400, 404]);
  });

  test('the queues are the same JSON in other bytes', async () => {
    const sent: DemoRequest = { method: 'GET', path: '/queues', headers: {} };
    const [left, right] = [await read(legacy, sent), await read(candidate, sent)];
    assert.notEqual(left.text, right.text);
    assert.deepEqual(JSON.parse(left.text), JSON.parse(right.text));
  });

  const odd: readonly (readonly [string, RawRequest])[] = [
    ['a path that is not percent-encoded as it should be', { path: '/trades/%zz' }],
    ['an encoded slash in an id', { path: '/trades/100001%2Ffills' }],
    ['a trailing slash', { path: '/trades/' }],
    ['other case', { path: '/Trades' }],
    ['a name of Object.prototype as an id', { path: '/tasks/__proto__' }],
    ['a repeated parameter', { path: '/trades?limit=2&limit=0' }],
    ['an empty parameter', { path: '/trades?limit=' }],
    ['a page past the end', { path: '/tasks?offset=9999' }],
    ['a method that no path has', { path: '/trades', method: 'DELETE' }],
    ['OPTIONS', { path: '/trades', method: 'OPTIONS' }],
    ['HEAD on what is not there', { path: '/trades/1', method: 'HEAD' }],
    ['an order that is not JSON', { path: '/trades', method: 'POST', body: '{"a":' }],
    ['an order that is a number', { path: '/trades', method: 'POST', body: '1' }],
    ['an order without a body', { path: '/tasks', method: 'POST' }],
    ['an order that is too large', { path: '/tasks', method: 'POST', body: JSON.stringify('x'.repeat(200_000)) }],
  ];
  for (const [name, sent] of odd) {
    test(`both refuse or accept ${name} alike`, async () => {
      const [left, right] = [await readRaw(legacy, sent), await readRaw(candidate, sent)];
      assert.deepEqual(right, left);
      assert.ok(left.status < 500, String(left.status));
    });
  }

  test('what was ordered can be read from where Location says, and is in no list', async () => {
    const order = { clientReference: 'r-1', kind: 'settle', queue: 'clearing', priority: 3 };
    for (const backend of [legacy, candidate]) {
      const made = await readRaw(backend, { path: '/tasks', method: 'POST', body: JSON.stringify(order) });
      assert.equal(made.status, 201);
      const found = await readRaw(backend, { path: String(made.headers['location']) });
      assert.equal(found.text, made.text);
      const list = await readRaw(backend, { path: '/tasks?limit=1' });
      assert.equal(JSON.parse(list.text).total, 300);
    }
  });
});

describe('as a process', () => {
  for (const side of ['legacy', 'candidate'] as const) {
    test(`${side} exits with 0 on SIGTERM, although a connection is open`, async () => {
      const backend = await startBackend({ side, seed: SEED });
      await readRaw(backend, { path: '/health' });
      assert.equal(await backend.stop(), 0);
    });

    test(`${side} ends when its parent is gone`, async () => {
      const child = spawn(process.execPath, [fileOf(side), '--seed', '1'], {
        stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
      });
      await once(child.stdout ?? child, 'data');
      child.disconnect();
      assert.deepEqual(await once(child, 'exit'), [0, null]);
    });
  }

  test('a port in use is named with what to do', async () => {
    const server = createServer();
    const origin = await startServer(server, 0);
    const port = Number(new URL(origin).port);
    await assert.rejects(startBackend({ side: 'candidate', seed: SEED, port }), /PG_PORT_IN_USE {2}port \d+ is taken/);
    await stopServer(server);
  });

  const wrong: readonly (readonly [readonly string[], RegExp])[] = [
    [['--without', 'nonsense'], /PG_USAGE {2}there is no drift "nonsense"\n {2}fix: choose one of unordered-tags/],
    [['--port', '70000'], /PG_USAGE {2}--port is "70000"/],
    [['--colour'], /PG_USAGE {2}Unknown option '--colour'/],
  ];
  for (const [args, message] of wrong) {
    test(`${args.join(' ')} is refused with exit code 2`, async () => {
      const child = spawn(process.execPath, [fileOf('legacy'), ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
      const complaint: Buffer[] = [];
      child.stderr.on('data', (chunk: Buffer) => complaint.push(chunk));
      assert.deepEqual(await once(child, 'close'), [2, null]);
      assert.match(Buffer.concat(complaint).toString(), message);
    });
  }
});

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly text: string;
}

async function read(backend: BackendChild, { method, path, headers, body }: DemoRequest): Promise<Answer> {
  return toAnswer(await request(backend.origin + path, { method, headers, body: body ?? null }));
}

interface RawRequest {
  readonly path: string;
  readonly method?: Dispatcher.HttpMethod;
  readonly body?: string;
}

async function readRaw(backend: BackendChild, { path, method = 'GET', body }: RawRequest): Promise<Answer> {
  const headers = { 'content-type': 'application/json' };
  return toAnswer(await request(backend.origin + path, { method, headers, body: body ?? null }));
}

/** Every header but the date, which is the moment of the answer. */
async function toAnswer(reply: Dispatcher.ResponseData): Promise<Answer> {
  const { date: _, ...headers } = reply.headers;
  return { status: reply.statusCode, headers, text: await reply.body.text() };
}

function comparable({ path }: DemoRequest, answer: Answer): unknown {
  return path === '/queues' && answer.text !== '' ? { ...answer, text: JSON.parse(answer.text) } : answer;
}

function fileOf(side: string): string {
  return fileURLToPath(new URL(`./${side}.ts`, import.meta.url));
}
