import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import type { Server } from 'node:http';
import { after, before, describe, test } from 'node:test';
import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { type Dispatcher, request } from 'undici';
import { parse } from 'yaml';
import { createBackendServer, startServer, stopServer } from './backend-process.ts';
import { DRIFTS, type Drift, plantAllBut } from './drifts.ts';
import { createLegacy } from './legacy-app.ts';
import { isObject } from './orders.ts';
import { tradeRequests } from './traffic-mix.ts';

const FILE = new URL('../../openapi/gateway.yaml', import.meta.url);

const contract: unknown = parse(await readFile(FILE, 'utf8'));

test('the gateway contract is valid OpenAPI 3.1', async () => {
  const validator = new Validator();
  const result = await validator.validate(Object(structuredClone(contract)));
  assert.deepEqual(result.errors ?? [], []);
  assert.equal(validator.version, '3.1');
});

test('the traffic asks for every operation of the contract, and for one path that is not in it', () => {
  const asked = new Map<string, number>();
  for (const { method, path } of tradeRequests(1).take(4_000)) {
    const id = find(method, path)?.id ?? 'unmatched';
    asked.set(id, (asked.get(id) ?? 0) + 1);
  }
  assert.deepEqual([...asked.keys()].sort(), [...OPERATIONS.map(({ id }) => id), 'unmatched'].sort());
  for (const id of ['listTrades', 'listTasks', 'listQueues']) assert.ok((asked.get(id) ?? 0) > 240, id);
});

test('an operation and a place in the contract stand behind every expectation', () => {
  const drifts: readonly Drift[] = DRIFTS;
  assert.ok(drifts.length >= 14);
  assert.equal(new Set(drifts.map(({ id }) => id)).size, drifts.length);
  for (const { id, operations, expected } of drifts) {
    for (const name of operations)
      assert.ok(
        OPERATIONS.some((operation) => operation.id === name),
        `${id}: ${name}`,
      );
    for (const expectation of expected) {
      if (expectation.kind === 'gate') assert.ok(operations.includes(expectation.operationId), id);
      // An undocumented property has a place made up below the schema that does not declare it.
      else if (expectation.class === 'undocumented') assert.equal(lookUp(expectation.place), undefined, id);
      else assert.notEqual(lookUp(expectation.place), undefined, `${id}: ${expectation.place}`);
    }
  }
});

test('at least three operations that are compared have no drift', () => {
  const drifted = new Set<string>(DRIFTS.flatMap(({ operations }) => operations));
  const clean = OPERATIONS.filter(({ id, method }) => method === 'GET' && !drifted.has(id)).map(({ id }) => id);
  assert.deepEqual(clean, ['listTrades', 'listTasks', 'listQueues']);
});

describe('legacy', () => {
  let server: Server;
  let origin: string;

  before(async () => {
    server = createBackendServer(createLegacy({ seed: 3, planted: plantAllBut(new Set()) }));
    origin = await startServer(server, 0);
  });
  after(() => stopServer(server));

  test('keeps the contract on 1,000 requests of the mix', async () => {
    const ajv = createAjv();
    for (const { method, path, headers, body } of tradeRequests(3).take(1_000)) {
      const reply = await request(origin + path, { method, headers, body: body ?? null });
      const text = await reply.body.text();
      const operation = find(method, path);
      if (!operation) assert.equal(reply.statusCode, 404);
      else assertKept(ajv, operation, { reply, text, name: `${method} ${path}` });
    }
  });
});

interface Operation {
  readonly id: string;
  readonly method: string;
  readonly pattern: RegExp;
  readonly place: string;
}

const OPERATIONS: readonly Operation[] = Object.entries(Object(lookUp('#/paths'))).flatMap(([path, item]) =>
  ['get', 'post'].flatMap((method) => {
    const place = `#/paths/${path.replaceAll('/', '~1')}/${method}`;
    if (!Object.hasOwn(Object(item), method)) return [];
    const pattern = new RegExp(`^${path.replaceAll(/\{[^}]+\}/g, '[^/]+')}$`);
    return [{ id: String(lookUp(`${place}/operationId`)), method: method.toUpperCase(), pattern, place }];
  }),
);

function find(method: string, target: string): Operation | undefined {
  const path = target.split('?')[0] ?? '';
  const wanted = method === 'HEAD' ? 'GET' : method;
  return OPERATIONS.find((operation) => operation.method === wanted && operation.pattern.test(path));
}

/** Follows a JSON pointer into the contract, and the references on the way. */
function lookUp(pointer: string): unknown {
  const segments = pointer.split('/').slice(1);
  return segments.reduce<unknown>((node, segment) => {
    const name = segment.replaceAll('~1', '/').replaceAll('~0', '~');
    const child = isObject(node) ? node[name] : undefined;
    return isObject(child) && typeof child['$ref'] === 'string' ? lookUp(child['$ref']) : child;
  }, contract);
}

function createAjv(): Ajv2020 {
  const ajv = new Ajv2020({ strict: false, validateFormats: true, formats: { decimal: /^-?\d+\.\d{2}$/ } });
  formats.default(ajv);
  return ajv.addSchema(Object(contract), 'contract');
}

interface Kept {
  readonly reply: Dispatcher.ResponseData;
  readonly text: string;
  readonly name: string;
}

function assertKept(ajv: Ajv2020, operation: Operation, { reply, text, name }: Kept): void {
  const declared = lookUp(`${operation.place}/responses/${reply.statusCode}`);
  assert.ok(isObject(declared), `${name}: ${reply.statusCode}`);
  for (const header of Object.keys(Object(declared['headers']))) assert.ok(reply.headers[header.toLowerCase()], name);
  const mediaType = String(reply.headers['content-type']).split(';')[0] ?? '';
  const schema = Object(declared['content'])[mediaType]?.schema;
  assert.ok(schema, `${name}: ${mediaType}`);
  if (text === '') return assert.match(name, /^HEAD/);
  const validate = ajv.getSchema(`contract${schema.$ref}`);
  assert.ok(validate?.(JSON.parse(text)), `${name}: ${ajv.errorsText(validate?.errors)}`);
}
