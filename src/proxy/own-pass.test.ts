import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, IncomingMessage, request } from 'node:http';
import { type AddressInfo, Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import type { BackendRequest } from '../core/index.ts';
import { createOwnPass } from './own-pass.ts';

const REQUEST: BackendRequest = { group: undefined, method: 'GET', target: '/', headers: ['a', 'b'], body: undefined };

/** A request as Node hands it out. */
async function arrive(t: TestContext, headers: readonly string[]): Promise<IncomingMessage> {
  const server = createServer((_, response) => void response.end());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => void server.close());
  const { port } = server.address() as AddressInfo; // a listening TCP server has an address of this kind
  const arrived = once(server, 'request');
  request({ port, host: '127.0.0.1', headers: ['host', 'app', ...headers], agent: false }).end();
  const [incoming] = await arrived;
  return incoming as IncomingMessage; // as Node documents the event
}

test('processes with the same secret know each other by it, and leave nothing of it', async (t) => {
  const [one, other] = [createOwnPass(() => 's'.repeat(64)), createOwnPass(() => 's'.repeat(64))];
  const incoming = await arrive(t, one.give(REQUEST).headers);
  assert.equal(other.take(incoming), true);
  assert.ok(!JSON.stringify([incoming.headers, incoming.headersDistinct, incoming.rawHeaders]).includes('sss'));
  assert.equal(incoming.headers['a'], 'b');
  assert.equal(other.take(incoming), false, 'it was taken off');
});

test('another secret, a part of it, more than it, and two of it are not it, and are taken off all the same', async (t) => {
  const pass = createOwnPass(() => 's'.repeat(64));
  const right = 's'.repeat(64);
  for (const shown of [['t'.repeat(64)], ['s'.repeat(63)], ['s'.repeat(65)], [''], [right, right]]) {
    const incoming = await arrive(
      t,
      shown.flatMap((value) => ['X-Paritygate-Own', value]),
    );
    assert.equal(pass.take(incoming), false, String(shown));
    assert.ok(!incoming.rawHeaders.includes('X-Paritygate-Own'));
  }
});

test('a request without it is left alone', () => {
  const incoming = new IncomingMessage(new Socket());
  const before = incoming.rawHeaders;
  assert.equal(createOwnPass(() => 's').take(incoming), false);
  assert.equal(incoming.rawHeaders, before);
});
