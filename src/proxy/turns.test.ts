import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { test } from 'node:test';
import { startProxy } from '../testing/proxy.ts';
import { converse } from '../testing/raw-client.ts';
import { startBackend } from '../testing/servers.ts';
import { createTurns } from './turns.ts';

const HOST = 'Host: things.example\r\n';
const LAST = 'Connection: close\r\n';

test('a request that was sent along with another waits for its answer, and both come in order', async (t) => {
  const seen: string[] = [];
  const held = Promise.withResolvers<ServerResponse>();
  const { origin } = await startBackend(t, (incoming, response) => {
    seen.push(`${incoming.method} ${incoming.url}`);
    if (incoming.method === 'POST') held.resolve(response);
    else response.end('read');
  });
  const { port, exchanges } = await startProxy(t, { legacy: origin });
  const write = `POST /things HTTP/1.1\r\n${HOST}Content-Length: 0\r\n\r\n`;
  const both = converse(port, { bytes: `${write}GET /things HTTP/1.1\r\n${HOST}${LAST}\r\n` });
  const response = await held.promise;
  // Whatever was to be sent at once has been sent when a request that was made later is answered.
  await converse(port, { bytes: `GET /things/1 HTTP/1.1\r\n${HOST}${LAST}\r\n` });
  assert.deepEqual(seen, ['POST /things', 'GET /things/1']);
  response.end('written');
  const { responses } = await both;
  assert.deepEqual(
    responses.map(({ body }) => body),
    ['written', 'read'],
  );
  assert.deepEqual(seen, ['POST /things', 'GET /things/1', 'GET /things']);
  assert.equal(exchanges.length, 3);
});

test('nothing behind a refused request is carried out, however it arrives', async (t) => {
  const seen: (string | undefined)[] = [];
  const { origin } = await startBackend(t, (incoming, response) => {
    seen.push(incoming.url);
    response.end();
  });
  const { port, arrivals, listener } = await startProxy(t, { legacy: origin });
  const refused = `TRACE /things HTTP/1.1\r\n${HOST}\r\n`;
  const behind = `GET /things HTTP/1.1\r\n${HOST}\r\n`;
  for (const bytes of [`${refused}${behind}`, `${refused}${behind}${behind}`])
    assert.deepEqual(
      (await converse(port, { bytes })).responses.map(({ status }) => status),
      [405],
    );
  await converse(port, { bytes: refused, followUp: behind });
  assert.deepEqual([seen, arrivals], [[], []]);
  assert.equal((await listener.stop()).cut, 0, 'what was never begun does not hold up a stop');
});

test('a client that leaves while its second request waits leaves nothing behind', async (t) => {
  const held = Promise.withResolvers<ServerResponse>();
  const seen: (string | undefined)[] = [];
  const { origin } = await startBackend(t, (incoming, response) => {
    seen.push(incoming.url);
    held.resolve(response);
  });
  const { port, handedOver, listener } = await startProxy(t, { legacy: origin });
  const bytes = ['/things/1', '/things/2'].map((path) => `GET ${path} HTTP/1.1\r\n${HOST}\r\n`).join('');
  const socket = connect({ port, host: '127.0.0.1' });
  socket.write(bytes);
  await held.promise;
  socket.destroy();
  await handedOver(1);
  assert.deepEqual(seen, ['/things/1']);
  assert.equal((await listener.stop()).cut, 0);
});

test('a request that arrives after the last word has been said is not carried out', async (t) => {
  const takeTurn = createTurns();
  const turns: string[] = [];
  const { origin } = await startBackend(t, (request, response) => {
    if (request.url === '/late') request.socket.end();
    takeTurn(request, response, () => {
      turns.push(request.url ?? '');
      response.end();
    });
  });
  for (const path of ['/early', '/late'])
    await converse(Number(origin.port), { bytes: `GET ${path} HTTP/1.1\r\n${HOST}${LAST}\r\n` });
  assert.deepEqual(turns, ['/early']);
});
