import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startProxy } from '../testing/proxy.ts';
import { sendRaw, startBackend } from '../testing/servers.ts';

const GET = 'GET /things HTTP/1.1\r\nHost: a\r\n\r\n';

for (const [what, behind] of [
  ['a CONNECT', 'CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n'],
  [
    'an upgrade',
    'GET /things HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
  ],
  ['a request without Host', 'GET /things HTTP/1.1\r\n\r\n'],
] as const) {
  test(`${what} behind a request that is being served gets nothing before its answer`, async (t) => {
    let asked = 0;
    const legacy = await startBackend(t, (_, response) => {
      asked += 1;
      setImmediate(() => response.end('the answer'));
    });
    const { port } = await startProxy(t, { legacy: legacy.origin });
    const received = await sendRaw(port, GET + behind);
    assert.match(received, /^HTTP\/1\.1 200 OK\r\n/);
    assert.match(received, /the answer/);
    assert.equal(asked, 1);
  });
}

test('what stands behind a request without Host is not carried out', async (t) => {
  let asked = 0;
  const legacy = await startBackend(t, (_, response) => {
    asked += 1;
    response.end();
  });
  const { port } = await startProxy(t, { legacy: legacy.origin });
  await (await fetch(`http://127.0.0.1:${port}/things`)).text();
  assert.match(await sendRaw(port, `OPTIONS /things HTTP/1.1\r\n\r\n${GET}`), /^HTTP\/1\.1 400 /);
  assert.equal(asked, 1);
});
