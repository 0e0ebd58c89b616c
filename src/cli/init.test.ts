import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ErrorCode } from '../core/index.ts';
import { assertOneError, createWorkspace, runCommand, startServe } from '../testing/cli.ts';
import { deadOrigin, startBackend } from '../testing/servers.ts';

const SIDES = ['--legacy', 'http://127.0.0.1:3000', '--candidate', 'http://127.0.0.1:4000'];

const OPENAPI = (ref: string): string => `openapi: 3.1.0
info: { title: Shop, version: '1' }
paths:
  /orders/{id}:
    get:
      operationId: getOrder
      tags: [orders & more]
      responses:
        '200': { description: ok, content: { application/json: { schema: { $ref: '${ref}' } } } }
  /health:
    get: { operationId: getHealth, responses: { '200': { description: ok } } }
`;
const COMMON = `Order: { type: object, properties: { id: { type: integer }, next: { $ref: '#/Order' } } }\n`;

test('from a contract in several files, one of them remote, to a proxy that serves and fetches nothing', async (t) => {
  let fetched = 0;
  const { origin } = await startBackend(t, ({ url }, response) => {
    fetched += 1;
    if (url?.startsWith('/common.yaml')) response.end(COMMON);
    else response.writeHead(404).end();
  });
  const { origin: legacy } = await startBackend(t, (_request, response) => {
    response.writeHead(200, { 'Content-Type': 'application/json' }).end('{"id":7}');
  });
  const ref = `${origin.origin}/common.yaml?key=planted-secret#/Order`;
  const workspace = createWorkspace(t, { 'openapi.yaml': OPENAPI(ref) });
  const sides = ['--legacy', legacy.origin, '--candidate', legacy.origin];
  const made = await runCommand(workspace, ['init', 'openapi.yaml', ...sides]);
  assert.deepEqual([made.exitCode, made.stderr], [0, '']);
  assert.match(
    made.stdout,
    /^written {2}contracts\/openapi.yaml\nwritten {2}paritygate.yaml\nwritten {2}flags.json\n2 operations in 2 groups/,
  );
  const written = workspace.read('contracts/openapi.yaml');
  assert.match(written, /\$ref: "#\/components\/schemas\/Order"/);
  assert.match(written, new RegExp(`# {3}openapi.yaml\\n# {3}${origin.origin}/common.yaml\\n`));
  assert.doesNotMatch(written, /planted-secret/);
  assert.match(
    workspace.read('paritygate.yaml'),
    /orders-more:\n {4}tags:\n {6}- orders & more\n {4}flag: migrate.orders-more/,
  );
  assert.equal(fetched, 1);

  await t.test('it is valid, and serves', async (t) => {
    const valid = await runCommand(workspace, ['validate']);
    assert.deepEqual([valid.exitCode, valid.stderr], [0, '']);
    const config = workspace.read('paritygate.yaml');
    workspace.write('paritygate.yaml', `${config}listen: 127.0.0.1:0\ncontrol: { listen: 127.0.0.1:0 }\n`);
    const serve = await startServe(t, workspace);
    assert.equal(await (await fetch(`${serve.url}/orders/1`)).text(), '{"id":7}');
    assert.equal(fetched, 1);
  });

  await t.test('once more, what people wrote stays and the contract is made anew', async () => {
    workspace.write('flags.json', '{"version":2,"features":[]}');
    workspace.write('contracts/openapi.yaml', '# Written by `paritygate init` long ago\n');
    const again = await runCommand(workspace, ['init', 'openapi.yaml', ...sides, '--json']);
    assert.deepEqual(
      JSON.parse(again.stdout).files.map(({ file, isKept }: { file: string; isKept: boolean }) => [file, isKept]),
      [
        ['contracts/openapi.yaml', false],
        ['paritygate.yaml', true],
        ['flags.json', true],
      ],
    );
    assert.equal(workspace.read('flags.json'), '{"version":2,"features":[]}');
    assert.equal(workspace.read('contracts/openapi.yaml'), written);
  });
});

test('a contract that is one file stays where it is', async (t) => {
  const openapi = OPENAPI('#/components/schemas/Order');
  const workspace = createWorkspace(t, {
    'api.yaml': `${openapi}components: { schemas: { ${COMMON.trim()} } }`.replace(
      '#/Order',
      '#/components/schemas/Order',
    ),
  });
  const made = await runCommand(workspace, ['init', 'api.yaml', ...SIDES]);
  assert.equal(made.exitCode, 0, made.stderr);
  assert.match(workspace.read('paritygate.yaml'), /\ncontract: api.yaml\n/);
  assert.deepEqual(Object.keys(workspace.snapshot()).toSorted(), ['api.yaml', 'flags.json', 'paritygate.yaml']);
});

test('a contract that stands where its one file would go stays what people wrote', async (t) => {
  const source = OPENAPI('common.yaml#/Order');
  const workspace = createWorkspace(t, { 'contracts/openapi.yaml': source, 'contracts/common.yaml': COMMON });
  const made = await runCommand(workspace, ['init', 'contracts/openapi.yaml', ...SIDES]);
  assert.deepEqual([made.exitCode, made.stderr], [0, '']);
  assert.equal(workspace.read('contracts/openapi.yaml'), source);
  assert.match(workspace.read('contracts/openapi.vendored.yaml'), /components\/schemas\/Order/);
  assert.match(workspace.read('paritygate.yaml'), /\ncontract: contracts\/openapi.vendored.yaml\n/);

  workspace.write('contracts/openapi.vendored.yaml', 'of somebody');
  const refused = await runCommand(workspace, ['init', 'contracts/openapi.yaml', ...SIDES]);
  assertOneError(refused, {
    exitCode: 4,
    code: 'PG_INIT_WRITE',
    at: 'contracts/openapi.vendored.yaml',
    says: /were not written by `paritygate init`/,
    fix: /another name/,
  });
  assert.equal(workspace.read('contracts/openapi.vendored.yaml'), 'of somebody');
});

test('an operation with two tags is in one group only', async (t) => {
  const openapi = OPENAPI('#/components/schemas/O').replace('[orders & more]', '[orders, reads]');
  const workspace = createWorkspace(t, { 'api.yaml': `${openapi}components: { schemas: { O: { type: object } } }\n` });
  assert.equal((await runCommand(workspace, ['init', 'api.yaml', ...SIDES])).exitCode, 0);
  assert.match(workspace.read('paritygate.yaml'), /orders:\n {4}operations:\n {6}- getOrder\n/);
  assert.equal((await runCommand(workspace, ['validate'])).exitCode, 0);
});

test('what is wrong is one error, and nothing is written', async (t) => {
  const dead = (await deadOrigin()).origin;
  const files = {
    'openapi.yaml': OPENAPI(`${dead}/common.yaml#/Order`),
    'missing.yaml': OPENAPI('nowhere.yaml#/Order'),
    'nothing.yaml': OPENAPI('common.yaml#/Orders'),
    'common.yaml': COMMON,
    'bad.yaml': 'a: [',
  };
  const cases: readonly (readonly [
    args: readonly string[],
    code: ErrorCode,
    at: string | undefined,
    says: RegExp,
    fix: RegExp,
  ])[] = [
    [['openapi.yaml', ...SIDES], 'PG_CONTRACT_MISSING', `${dead}/common.yaml`, /ECONNREFUSED/, /correct the reference/],
    [['missing.yaml', ...SIDES], 'PG_CONTRACT_MISSING', 'nowhere.yaml', /ENOENT/, /correct the reference/],
    [['nothing.yaml', ...SIDES], 'PG_CONTRACT_REF', 'common.yaml', /common.yaml#\/Orders` leads to nothing/, /correct/],
    [['bad.yaml', ...SIDES], 'PG_CONTRACT_SYNTAX', 'bad.yaml', /neither YAML nor JSON/, /correct the file/],
    [['nofile.yaml', ...SIDES], 'PG_CONTRACT_MISSING', 'nofile.yaml', /ENOENT/, /readable/],
    [['common.yaml', '--legacy', 'x'], 'PG_USAGE', undefined, /--legacy x is no http/, /say --legacy/],
    [['common.yaml', '--legacy', 'http://a'], 'PG_USAGE', undefined, /--candidate is missing/, /say --candidate/],
  ];
  for (const [args, code, at, says, fix] of cases)
    await t.test(args.join(' '), async (t) => {
      const workspace = createWorkspace(t, files);
      const before = workspace.snapshot();
      const run = await runCommand(workspace, ['init', ...args]);
      assertOneError(run, { exitCode: 2, code, ...(at !== undefined && { at }), says, fix });
      assert.deepEqual(workspace.snapshot(), before);
    });
});
