// On every operation of the demo, with either backend serving: what a client gets through the proxy is what it would get
// without it.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { type TestContext, test } from 'node:test';
import { loadContract } from './contract/index.ts';
import type { Side } from './core/index.ts';
import { startBackend } from './demo/backend-child.ts';
import { type DemoRequest, tradeRequests } from './demo/traffic-mix.ts';
import { startApp } from './testing/app.ts';

const GATEWAY = new URL('../openapi/gateway.yaml', import.meta.url);
const REQUESTS = 400;
/** These make one side disagree with itself, so that no two reads of it are the same. */
const NOISY = ['noisy-request-id', 'noisy-clock', 'volatile-heartbeat', 'slow-attempts'] as const;

interface Received {
  readonly status: number;
  readonly headers: readonly string[];
  readonly body: string;
}

function send(origin: string, { method, path, headers, body }: DemoRequest): Promise<Received> {
  return new Promise((resolve, reject) => {
    const sent = request(
      new URL(path, origin),
      { method, headers: { ...headers, host: 'gateway.example' }, agent: false },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: endToEnd(response.rawHeaders),
            body: Buffer.concat(chunks).toString('hex'),
          }),
        );
      },
    );
    sent.on('error', reject);
    sent.end(body);
  });
}

/** Without what belongs to one hop, and without the moment of `Date`. */
function endToEnd(raw: readonly string[]): readonly string[] {
  const hop = new Set(['connection', 'keep-alive', 'transfer-encoding']);
  return raw
    .filter((_, index) => !hop.has((raw[index & ~1] ?? '').toLowerCase()))
    .map((part, index, kept) => (index % 2 === 1 && kept[index - 1]?.toLowerCase() === 'date' ? '*' : part));
}

async function compareAll(t: TestContext, side: Side): Promise<void> {
  const [legacy, candidate] = await Promise.all([
    startBackend({ side: 'legacy', seed: 1, without: [...NOISY] }),
    startBackend({ side: 'candidate', seed: 1, without: [...NOISY] }),
  ]);
  t.after(() => Promise.all([legacy.stop(), candidate.stop()]));
  const contract = loadContract(GATEWAY.pathname);
  const operations = contract.operations.map(({ id }) => id);
  const { port } = await startApp(t, {
    contract: readFileSync(GATEWAY, 'utf8'),
    legacy: new URL(legacy.origin),
    candidate: new URL(candidate.origin),
    operations,
    weight: side === 'candidate' ? 100 : 0,
  });
  const direct = side === 'candidate' ? candidate.origin : legacy.origin;
  const seen = new Set<string | undefined>();
  for (const each of tradeRequests(11).take(REQUESTS)) {
    const operation = contract.match(each.method, each.path);
    // What matches no operation is legacy's, whatever the weight.
    const expected = await send(operation ? direct : legacy.origin, each);
    assert.deepEqual(await send(`http://127.0.0.1:${port}`, each), expected, `${each.method} ${each.path}`);
    seen.add(operation?.id);
  }
  assert.deepEqual(
    operations.filter((id) => !seen.has(id)),
    [],
    'every operation was tried',
  );
}

for (const side of ['legacy', 'candidate'] as const) {
  test(`with ${side} serving, status, headers and bytes are its own`, (t) => compareAll(t, side));
}
