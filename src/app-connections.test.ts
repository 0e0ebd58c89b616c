import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { bindingOf, createApp } from './app.ts';
import { loadConfig } from './config/index.ts';
import { loadContract } from './contract/index.ts';
import { flagsDocument } from './testing/app.ts';
import { createAuthority, startSecureBackend } from './testing/certificates.ts';
import { THINGS } from './testing/proxy.ts';

const authority = await createAuthority();

/** A directory with a config, and the files that it names. */
function writeSetup(t: TestContext, config: string, files: Readonly<Record<string, string>>): string {
  const directory = mkdtempSync(join(tmpdir(), 'paritygate-connections-'));
  t.after(() => rmSync(directory, { recursive: true }));
  const whole = { 'openapi.yaml': THINGS, 'flags.json': flagsDocument({ f: 0 }), 'paritygate.yaml': config, ...files };
  for (const [name, text] of Object.entries(whole)) writeFileSync(join(directory, name), text);
  return join(directory, 'paritygate.yaml');
}

const HEAD = `contract: openapi.yaml
listen: 127.0.0.1:0
control: { listen: 127.0.0.1:0 }
`;

test('a config says how both ends are spoken to, and how long each group waits', async (t) => {
  const backend = await startSecureBackend(t, await authority.certify(['127.0.0.1']), (incoming, response) => {
    if (incoming.method === 'GET') response.end(String(incoming.headers['x-forwarded-proto']));
  });
  const { cert, key } = await authority.certify(['127.0.0.1']);
  const file = writeSetup(
    t,
    `${HEAD}tls: { cert: server.pem, key: server.key }
backends: { legacy: { url: "https://127.0.0.1:${backend.port}", tls: { ca: ca.pem } } }
groups:
  writes: { operations: [createThing], flag: f, timeouts: { headersMs: 50 } }
`,
    { 'server.pem': cert, 'server.key': key, 'ca.pem': authority.ca },
  );
  const app = createApp(loadConfig(file));
  t.after(() => app.stop());
  const { port } = await app.start();
  const send = async (method: string): Promise<readonly [status: number, body: string]> => {
    const sent = request({ host: '127.0.0.1', port, path: '/things', method, ca: authority.ca, agent: false }).end();
    const [answer] = await once(sent, 'response');
    return [answer.statusCode, (await Array.fromAsync(answer.setEncoding('utf8'))).join('')];
  };
  assert.deepEqual(await send('GET'), [200, 'https']);
  assert.equal((await send('POST'))[0], 504);
});

test('a certificate that cannot be read is one error with the line that names it', (t) => {
  const file = writeSetup(t, `${HEAD}backends: { legacy: { url: "https://a", tls: { ca: ca.pem } } }\n`, {
    'ca.pem': '',
  });
  assert.throws(() => createApp(loadConfig(file)), {
    code: 'PG_TLS_INVALID',
    exitCode: 2,
    at: { file, line: 4, column: 52 },
  });
});

test('the certificate of the listener is checked before a port is bound', (t) => {
  const file = writeSetup(t, `${HEAD}backends: { legacy: http://a }\ntls: { cert: no.pem, key: no.key }\n`, {});
  assert.throws(() => createApp(loadConfig(file)), { code: 'PG_TLS_INVALID', at: { file, line: 5, column: 14 } });
});

test('evidence without a build is bound to the unix socket of the candidate', (t) => {
  const backends = 'backends: { legacy: http://a, candidate: { url: http://localhost, socket: /run/candidate.sock } }';
  const config = loadConfig(writeSetup(t, `${HEAD}${backends}\n`, {}));
  assert.equal(bindingOf(config, loadContract(config.contract)).build, 'unknown at /run/candidate.sock');
});
