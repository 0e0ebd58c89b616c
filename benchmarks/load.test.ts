import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { type TestContext, test } from 'node:test';
import { startBackend } from '../src/testing/servers.ts';
import { openConnection } from './connection.ts';
import { checkAll } from './correctness.ts';
import { itemBody } from './items.ts';

test('a contender that changes one byte of one body is found', async (t) => {
  const direct = await startItems(t, (body) => body);
  const honest = await startItems(t, (body) => body);
  const liar = await startItems(t, (body) => body.replace('large-7', 'large-8'));
  const faults = await checkAll(direct, [standingOf('honest', honest), standingOf('liar', liar)]);
  assert.deepEqual(faults, [
    'liar: GET /shops/7/items/large-07 is not answered as it is without the proxy',
    'liar: POST /shops/7/items/large-07 is not answered as it is without the proxy',
  ]);
});

test('a response is complete with its last body byte, however it is cut, and the next one is read from its start', async (t) => {
  const rest = ['ngth: 5\r\n\r', '\nab', 'cde'];
  const port = await startPieces(t, [
    ['HTTP/1.1 200 OK\r\nContent-Le', ...rest],
    ['HTTP/1.1 404 Not Found\r\nContent-Le', ...rest],
  ]);
  const connection = await openConnection(port, assert.fail);
  t.after(() => connection.close());
  assert.equal(await new Promise((resolve) => connection.send(Buffer.from('first'), resolve)), 200);
  assert.equal(await new Promise((resolve) => connection.send(Buffer.from('second'), resolve)), 404);
});

function standingOf(name: string, port: number) {
  return { name, label: name, port, mirrors: false, child: undefined, configFile: undefined };
}

async function startItems(t: TestContext, change: (body: string) => string): Promise<number> {
  const { origin } = await startBackend(t, (request, response) => {
    const [, size, number] = /(small|medium|large)-(\d+)$/.exec(request.url ?? '') ?? [];
    request.resume().once('end', () => {
      response.setHeader('content-type', 'application/json');
      // The pattern admits no other size.
      response.end(change(itemBody(size as 'small', Number(number))));
    });
  });
  return Number(origin.port);
}

/** Answers each request with the next response, in pieces that reach the client on their own. */
async function startPieces(t: TestContext, responses: readonly (readonly string[])[]): Promise<number> {
  const server = createServer({ noDelay: true }, (socket) => {
    let turn = 0;
    socket.on('error', () => {});
    socket.on('data', async () => {
      for (const piece of responses[turn++] ?? []) {
        socket.write(piece);
        await new Promise((resolve) => setImmediate(resolve));
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}
