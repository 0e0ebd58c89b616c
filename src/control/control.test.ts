import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { type IncomingHttpHeaders, request } from 'node:http';
import { connect, createServer } from 'node:net';
import { networkInterfaces } from 'node:os';
import { text } from 'node:stream/consumers';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { parse } from 'yaml';
import type { ParitygateError } from '../core/index.ts';
import { type ControlOptions, createControl } from './control.ts';
import type { StatusDocument } from './status.ts';

const contractFile = fileURLToPath(new URL('../../openapi/control.yaml', import.meta.url));

const STATUS: StatusDocument = {
  version: '0.1.0',
  uptimeMs: 1234.5,
  groups: [
    {
      name: 'trades',
      flag: 'migrate.trades',
      weight: 12.5,
      observed: { legacy: 7, candidate: 1 },
      breaker: { state: 'closed', opened: 0, diverted: 0 },
    },
  ],
  flags: { source: 'flags.json', ok: true, loadedAtMs: 1_700_000_000_000, ageMs: 5, warnings: [] },
  store: { location: 'sqlite:.paritygate/observations.db', ok: true },
  live: { inFlight: 4, shed: 0 },
  shadow: { inFlight: 1, queued: 2, dropped: 3 },
  contract: { title: 'Gateway', file: 'openapi/gateway.yaml', digest: '0123456789abcdef', operations: 12 },
  workers: [{ pid: 4711, state: 'serving', uptimeMs: 1000 }],
  restarts: 0,
  reload: null,
  warnings: [],
};

/** All that is optional, null or bad. */
const TROUBLED: StatusDocument = {
  ...STATUS,
  groups: [
    {
      name: 'tasks',
      flag: 'migrate.tasks',
      weight: null,
      observed: { legacy: 0, candidate: 0 },
      breaker: { state: 'open', opened: 2, diverted: 9 },
    },
  ],
  flags: { source: 'f', ok: false, loadedAtMs: null, ageMs: null, error: 'corrupt', failedAtMs: 1, warnings: ['w'] },
  store: { location: 'sqlite:x', ok: false, error: 'disk full' },
  workers: [
    { pid: 4711, state: 'silent', uptimeMs: 1000 },
    { pid: 4712, state: 'starting', uptimeMs: 0 },
    { pid: 4713, state: 'draining', uptimeMs: 2000.5 },
  ],
  restarts: 3,
  reload: { atMs: 1_700_000_000_000, error: 'the file is gone' },
  warnings: ['flag "migrate.tasks" is gone'],
};

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

interface Ask {
  readonly method?: string;
  readonly path: string;
  readonly headers?: Record<string, string>;
}

let ready = true;
let status: () => StatusDocument | Promise<StatusDocument> = () => STATUS;
let port = 0;
const errors: unknown[] = [];
const options: ControlOptions = {
  listen: { host: '127.0.0.1', port: 0 },
  contractFile,
  status: () => status(),
  ready: () => ready,
  onError: (error) => errors.push(error),
};
const control = createControl(options);

before(async () => {
  ({ port } = await control.start());
});
after(() => control.stop());

async function ask({ method = 'GET', path, headers = {} }: Ask): Promise<Answer> {
  const sent = request({ host: '127.0.0.1', port, method, path, headers, agent: false }).end();
  const [response] = await once(sent, 'response');
  return { status: response.statusCode, headers: response.headers, body: await text(response) };
}

interface ResponseObject {
  readonly content: Record<string, { readonly schema: object }>;
  readonly headers: Record<string, { readonly schema: object }>;
}

interface ControlContract {
  readonly paths: Record<string, Record<string, { readonly responses: Record<string, ResponseObject> }>>;
  readonly components: { readonly responses: Record<string, ResponseObject> };
}

/** The contract with each local reference replaced by what it refers to; it has no cycles. */
function dereference(value: unknown, root: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => dereference(item, root));
  if (typeof value !== 'object' || value === null) return value;
  if ('$ref' in value && typeof value.$ref === 'string') return dereference(follow(value.$ref, root), root);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, dereference(item, root)]));
}

function follow(reference: string, root: unknown): unknown {
  // Cast: a reference that does not lead through objects fails the test, as it should.
  const step = (value: unknown, key: string) => (value as Record<string, unknown>)[key];
  return reference.slice(2).split('/').reduce(step, root);
}

const document = parse(await readFile(contractFile, 'utf8'));
// Cast: what the cases below read of it is there, or they fail.
const contract = dereference(document, document) as ControlContract;
const ajv = new Ajv2020({ strict: false, allErrors: true });

function assertDeclared(answer: Answer, declared: ResponseObject | undefined): void {
  assert.ok(declared, 'the contract has no such response');
  const [[mediaType, { schema }] = ['', { schema: {} }]] = Object.entries(declared.content);
  assert.equal(answer.headers['content-type'], mediaType);
  assert.ok(ajv.validate(schema, JSON.parse(answer.body)), ajv.errorsText());
  assert.ok('Cache-Control' in declared.headers);
  for (const [name, header] of Object.entries(declared.headers)) {
    assert.ok(ajv.validate(header.schema, answer.headers[name.toLowerCase()]), `${name}: ${ajv.errorsText()}`);
  }
}

interface Case extends Ask {
  readonly code: number;
  readonly ready?: boolean;
  readonly shows?: () => StatusDocument;
}

const FOREIGN = { headers: { host: 'evil.example' } };

const CASES: readonly Case[] = [
  { path: '/health/live', code: 200 },
  { path: '/health/live', code: 200, ready: false },
  { path: '/health/live?a=1', code: 400 },
  { path: '/health/live', code: 403, ...FOREIGN },
  { path: '/health/ready', code: 200 },
  { path: '/health/ready?a=1', code: 400 },
  { path: '/health/ready', code: 403, ...FOREIGN },
  { path: '/health/ready', code: 503, ready: false },
  { path: '/v1/status', code: 200 },
  { path: '/v1/status', code: 200, shows: () => TROUBLED },
  { path: '/v1/status?a=1', code: 400 },
  { path: '/v1/status', code: 403, ...FOREIGN },
];

describe('the control API', () => {
  for (const { code, ready: isReady = true, shows = () => STATUS, ...wanted } of CASES) {
    it(`answers ${wanted.path} with ${code} as its contract says`, async () => {
      ready = isReady;
      status = shows;
      const answer = await ask(wanted);
      assert.equal(answer.status, code, answer.body);
      const [path = ''] = wanted.path.split('?');
      assertDeclared(answer, contract.paths[path]?.get?.responses[code]);
      assert.equal(answer.headers['x-powered-by'], undefined);
    });
  }

  it('has a case above for every response that its contract declares', () => {
    const declared = Object.entries(contract.paths).flatMap(([path, item]) => {
      assert.deepEqual(Object.keys(item), ['get']);
      return Object.keys(item.get?.responses ?? {}).map((code) => `${path} ${code}`);
    });
    const tried = new Set(CASES.map(({ path, code }) => `${path.split('?')[0]} ${code}`));
    assert.deepEqual([...tried].sort(), declared.sort());
  });

  it('answers the status it was given, at once or later', async () => {
    status = async () => TROUBLED;
    assert.deepEqual(JSON.parse((await ask({ path: '/v1/status' })).body), TROUBLED);
  });

  it('answers 404 to a path that it does not have, whatever the method', async () => {
    const paths = ['/', '/v1', '/v1/status/', '/V1/STATUS', '//v1/status', '/%zz', '/v1/%2e%2e%2f', '/constructor'];
    for (const path of paths) {
      for (const method of ['GET', 'POST']) {
        const answer = await ask({ method, path });
        assert.equal(answer.status, 404, `${method} ${path}: ${answer.body}`);
        assertDeclared(answer, contract.components.responses.NotFound);
      }
    }
  });

  it('answers 405 to any method but GET and HEAD', async () => {
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND']) {
      const answer = await ask({ method, path: '/v1/status' });
      assert.equal(answer.status, 405, method);
      assertDeclared(answer, contract.components.responses.MethodNotAllowed);
    }
  });

  it('answers HEAD as GET, without the body', async () => {
    status = () => STATUS;
    const [head, get] = [await ask({ method: 'HEAD', path: '/v1/status' }), await ask({ path: '/v1/status' })];
    assert.equal(head.status, 200);
    assert.equal(head.body, '');
    assert.equal(head.headers['content-length'], get.headers['content-length']);
  });

  it('answers only under the names of this machine with its port', async () => {
    for (const host of [`localhost:${port}`, `LOCALHOST:${port}`, `127.0.0.1:${port}`, `[::1]:${port}`]) {
      assert.equal((await ask({ path: '/health/live', headers: { host } })).status, 200, host);
    }
    const wrong = ['localhost', `localhost:${port + 1}`, `127.0.0.1.evil.example:${port}`, `evil.example:${port}`, '.'];
    for (const host of [...wrong, `localhost:${port}:1`, `x@localhost:${port}`, `localhost.:${port}`]) {
      assert.equal((await ask({ path: '/health/live', headers: { host } })).status, 403, host);
    }
  });

  it('refuses a request without a Host', async () => {
    const socket = connect({ host: '127.0.0.1', port });
    socket.end('GET /health/live HTTP/1.0\r\n\r\n');
    assert.match(await text(socket), /^HTTP\/1.1 403 /);
  });

  it('answers 400 to a target that is no URL', async () => {
    for (const path of ['http://[', '//[', '*']) {
      const answer = await ask({ path });
      assert.equal(answer.status, path.includes('[') ? 400 : 404, path);
      const { BadRequest, NotFound } = contract.components.responses;
      assertDeclared(answer, path.includes('[') ? BadRequest : NotFound);
    }
  });

  it('tells a failure of its own to the log and not to the client', async () => {
    status = () => {
      throw new Error('secret');
    };
    const answer = await ask({ path: '/v1/status' });
    assert.equal(answer.status, 500);
    assertDeclared(answer, contract.components.responses.InternalError);
    assert.doesNotMatch(answer.body, /secret|\.ts/);
    assert.match(String(errors.splice(0)), /secret/);
  });
});

describe('the control listener', () => {
  it('refuses to listen beyond this machine', () => {
    for (const host of ['0.0.0.0', '::', '', '192.168.1.1', 'example.com', '127.0.0.1.example.com', '*']) {
      assert.throws(
        () => createControl({ ...options, listen: { host, port: 0 } }),
        (error: ParitygateError) => error.code === 'PG_CONFIG_INVALID' && error.fix !== undefined,
        host,
      );
    }
  });

  it('is not reachable on another address of this machine', async (t) => {
    const [other] = Object.values(networkInterfaces())
      .flatMap((found) => found ?? [])
      .filter(({ family, internal }) => family === 'IPv4' && !internal);
    if (!other) return t.skip('this machine has loopback only');
    const socket = connect({ host: other.address, port });
    const [error] = await once(socket, 'error');
    assert.equal(error.code, 'ECONNREFUSED');
  });

  it('says what to do when its port is in use', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const address = taken.address();
    assert.ok(address && typeof address === 'object');
    const second = createControl({ ...options, listen: { host: '127.0.0.1', port: address.port } });
    await assert.rejects(second.start(), (error: ParitygateError) => {
      return error.code === 'PG_PORT_IN_USE' && error.message.includes(String(address.port)) && error.fix !== undefined;
    });
    await second.stop();
    taken.close();
  });

  it('stops with a client still connected, and frees its port', async () => {
    const first = createControl(options);
    const { port: own } = await first.start();
    const idle = connect({ host: '127.0.0.1', port: own });
    await once(idle, 'connect');
    idle.on('error', () => {});
    await first.stop();
    const second = createControl({ ...options, listen: { host: '127.0.0.1', port: own } });
    assert.deepEqual(await second.start(), { port: own });
    await second.stop();
    idle.destroy();
  });
});
