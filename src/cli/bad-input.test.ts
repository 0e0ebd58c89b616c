import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { describe, test } from 'node:test';
import {
  assertOneError,
  createWorkspace,
  type ExpectedError,
  filesOf,
  runCommand,
  type Workspace,
} from '../testing/cli.ts';
import { startBackend } from '../testing/servers.ts';

const FILES = filesOf({ legacy: 'http://127.0.0.1:3000', candidate: 'http://127.0.0.1:4000' });

interface BadInput {
  readonly title: string;
  /** What the user did to a good set of files. */
  readonly spoil: (workspace: Workspace) => void;
  readonly expected: Omit<ExpectedError, 'exitCode'> & { readonly exitCode?: number };
}

function replacing(name: string, from: string, to: string): BadInput['spoil'] {
  return ({ read, write }) => {
    assert.ok(read(name).includes(from));
    write(name, read(name).replace(from, to));
  };
}

function removing(name: string): BadInput['spoil'] {
  return ({ path }) => rmSync(path(name));
}

/** Runs `serve` on each, and sees that it ends by itself, says one thing, and leaves the user's files alone. */
function refuseAll(inputs: readonly BadInput[]): void {
  for (const { title, spoil, expected } of inputs) {
    test(title, async (t) => {
      const workspace = createWorkspace(t, FILES);
      spoil(workspace);
      const before = workspace.snapshot();
      const run = await runCommand(workspace, ['serve']);
      const at = expected.at?.replace(/^(?=openapi|flags)/, `${workspace.directory}/`);
      assertOneError(run, { exitCode: 2, ...expected, ...(at === undefined ? {} : { at }) });
      const { 'observations.db.key': _, ...after } = workspace.snapshot();
      assert.deepEqual(after, before);
    });
  }
}

describe('a config that cannot be used', { concurrency: 2 }, () => {
  refuseAll([
    {
      title: 'because it is missing, is named with what to put into it',
      spoil: removing('paritygate.yaml'),
      expected: {
        code: 'PG_CONFIG_MISSING',
        at: 'paritygate.yaml',
        says: /there is no config file here/,
        fix: /create it with at least `contract: .* or name another file with --config/,
      },
    },
    {
      title: 'because it is not YAML, is refused at its line',
      spoil: replacing('paritygate.yaml', '  things:', '\tthings:'),
      expected: {
        code: 'PG_CONFIG_SYNTAX',
        at: 'paritygate.yaml:6:1',
        says: /expected valid YAML: Tabs are not allowed as indentation/,
        fix: /correct the YAML of this line/,
      },
    },
    {
      title: 'for an unknown key, names the nearest one that is known',
      spoil: replacing('paritygate.yaml', 'stickiness:', 'stickyness:'),
      expected: {
        code: 'PG_CONFIG_UNKNOWN_KEY',
        at: 'paritygate.yaml:8:1',
        says: /unknown key stickyness/,
        fix: /did you mean "stickiness"\?/,
      },
    },
    {
      title: 'for a backend that is not http, says which URL it got and what it expected',
      spoil: replacing('paritygate.yaml', 'http://127.0.0.1:4000', 'ftp://127.0.0.1:4000'),
      expected: {
        code: 'PG_CONFIG_INVALID',
        at: 'paritygate.yaml:4:55',
        says: /backends\.candidate: expected the http:\/\/ or https:\/\/ URL of a backend, got ftp:\/\/127\.0\.0\.1:4000/,
        fix: /write for example `candidate: http:\/\/127\.0\.0\.1:4000`/,
      },
    },
    {
      title: 'for an operation that the contract lacks, names the one that was probably meant',
      spoil: replacing('paritygate.yaml', '[getThing]', '[getThink]'),
      expected: {
        code: 'PG_GROUP_UNKNOWN_OPERATION',
        at: 'paritygate.yaml:6:26',
        says: /the contract has no operation "getThink"/,
        fix: /did you mean "getThing"\?/,
      },
    },
    {
      title: 'for a tag that the contract lacks, names the one that was probably meant',
      spoil: replacing('paritygate.yaml', 'operations: [getThing]', 'tags: [thing]'),
      expected: {
        code: 'PG_GROUP_UNKNOWN_OPERATION',
        at: 'paritygate.yaml:6:20',
        says: /the contract has no tag "thing"/,
        fix: /did you mean "things"\?/,
      },
    },
  ]);
});

describe('a contract that cannot be used', { concurrency: 2 }, () => {
  refuseAll([
    {
      title: 'because it cannot be read, is named',
      spoil: removing('openapi.yaml'),
      expected: {
        code: 'PG_CONTRACT_MISSING',
        at: 'openapi.yaml',
        says: /the contract cannot be read: ENOENT/,
        fix: /set `contract` to the path of a readable OpenAPI file/,
      },
    },
    {
      title: 'because it is no OpenAPI, says at its line what is missing',
      spoil: replacing('openapi.yaml', 'description: ok', 'text: ok'),
      expected: {
        code: 'PG_CONTRACT_INVALID',
        at: 'openapi.yaml:9',
        says: /responses\/200/,
        fix: /correct it as OpenAPI 3\.1 prescribes/,
      },
    },
    {
      title: 'for a $ref that leads to nothing, points at it',
      spoil: replacing('openapi.yaml', '#/components/schemas/Thing', '#/components/schemas/Think'),
      expected: {
        code: 'PG_CONTRACT_REF',
        at: 'openapi.yaml:11',
        says: /`\$ref: #\/components\/schemas\/Think` leads to nothing/,
        fix: /correct the reference, or define what it names/,
      },
    },
    {
      title: 'for an operationId that stands twice, points at both',
      spoil: replacing(
        'openapi.yaml',
        '      tags:',
        "      responses: { '200': { description: ok } }\n    put:\n      operationId: getThing\n      tags:",
      ),
      expected: {
        code: 'PG_CONTRACT_DUPLICATE_ID',
        at: 'openapi.yaml:9',
        says: /`getThing` is used twice: line 6 \(GET \/things\/\{id\}\) and line 9 \(PUT \/things\/\{id\}\)/,
        fix: /give each operation an id of its own/,
      },
    },
  ]);
});

describe('a flags file that cannot be used at the start', { concurrency: 2 }, () => {
  refuseAll([
    {
      title: 'because it is missing, is named with what to put into it',
      spoil: removing('flags.json'),
      expected: {
        code: 'PG_FLAGS_MISSING',
        at: 'flags.json',
        says: /the flags file cannot be read: ENOENT/,
        fix: /create it with \{"version":2,"features":\[\]\}, or point flags\.file of paritygate\.yaml at it/,
      },
    },
    {
      title: 'because it was cut short, is refused at the line where it ends',
      spoil: ({ read, write }) => write('flags.json', read('flags.json').slice(0, 60)),
      expected: {
        code: 'PG_FLAGS_INVALID',
        at: 'flags.json:5:21',
        says: /not JSON/,
        fix: /correct it: Unleash client features/,
      },
    },
    {
      title: 'for a weight above 100, names the flag and the line',
      spoil: replacing('flags.json', '"rollout": "0"', '"rollout": "150"'),
      expected: {
        code: 'PG_FLAGS_INVALID',
        at: 'flags.json:12:24',
        says: /flag "migrate\.things", .*rollout must be a number from 0 to 100, not "150"/,
        fix: /correct it: Unleash client features/,
      },
    },
    {
      title: 'for the lack of a flag that a group names, says which to add',
      spoil: replacing('flags.json', '"name": "migrate.things"', '"name": "migrate.thing"'),
      expected: {
        code: 'PG_FLAG_UNKNOWN',
        at: 'flags.json',
        says: /no flag "migrate\.things" in the flags file/,
        fix: /did you mean "migrate\.thing"\? Or add \{"name":"migrate\.things","enabled":false\} to its features/,
      },
    },
  ]);
});

describe('a port in use', { concurrency: 2 }, () => {
  for (const [key, at, says] of [
    ['listen: 127.0.0.1:0\n', 'paritygate.yaml:2:9', /PG_PORT_IN_USE {2}port \d+ on 127\.0\.0\.1 is already in use$/m],
    [
      'control: { listen: 127.0.0.1:0 }',
      'paritygate.yaml:3:20',
      /PG_PORT_IN_USE {2}port \d+ of 127\.0\.0\.1, for the control API, is in use$/m,
    ],
  ] as const) {
    test(`is named, and what had started is stopped: ${key.trim()}`, async (t) => {
      const { origin } = await startBackend(t, (_, response) => void response.end('mine'));
      const workspace = createWorkspace(t, FILES);
      replacing('paritygate.yaml', key, key.replace(':0', `:${origin.port}`))(workspace);
      const before = workspace.snapshot();
      const run = await runCommand(workspace, ['serve']);
      assertOneError(run, { exitCode: 4, code: 'PG_PORT_IN_USE', at, says, fix: /another port/ });
      assert.deepEqual({ ...workspace.snapshot(), ...before }, workspace.snapshot(), 'the files are as they were');
      assert.equal(await (await fetch(origin)).text(), 'mine');
    });
  }
});

describe('a command line that cannot be understood', { concurrency: 2 }, () => {
  const slips = [
    { args: ['statuz'], says: /unknown command 'statuz'/, fix: /did you mean status\?/ },
    { args: ['gate', '--jsno'], says: /unknown option '--jsno'/, fix: /did you mean --json\?/ },
    {
      args: ['serve', '--config'],
      says: /option '-c, --config <file>' argument missing/,
      fix: /see `paritygate --help`/,
    },
    { args: ['weight'], says: /missing required argument 'group'/, fix: /see `paritygate --help`/ },
    { args: ['gate', 'a', 'b'], says: /too many arguments for 'gate'/, fix: /see `paritygate --help`/ },
  ];
  for (const { args, says, fix } of slips) {
    test(`is one error as any other: paritygate ${args.join(' ')}`, async (t) => {
      const run = await runCommand(createWorkspace(t, FILES), args);
      assertOneError(run, { exitCode: 2, code: 'PG_USAGE', says, fix });
    });
  }

  test('because it is empty, gets the help, and not on stdout', async (t) => {
    const { exitCode, stdout, stderr } = await runCommand(createWorkspace(t, FILES), []);
    assert.deepEqual({ exitCode, stdout }, { exitCode: 2, stdout: '' });
    assert.match(stderr, /^Usage: paritygate [\s\S]*\nExit codes: 0 pass, 1 fail, /);
  });

  const unknownGroup = { exitCode: 2, code: 'PG_GROUP_UNKNOWN', at: 'paritygate.yaml' } as const;
  for (const args of [
    ['weight', 'think'],
    ['weight', 'think', '10'],
  ]) {
    test(`is told the groups there are: paritygate ${args.join(' ')}`, async (t) => {
      const run = await runCommand(createWorkspace(t, FILES), args);
      const [says, fix] = [/there is no group "think"/, /the groups of this config are: things/];
      assertOneError(run, { ...unknownGroup, says, fix });
    });
  }

  const percents = [
    { percent: '100.01', says: /from 0 to 100, not 100\.01/ },
    { percent: '150', says: /from 0 to 100, not 150/ },
    { percent: '0.001', says: /from 0 to 100, not 0\.001/ },
    { percent: '-5', says: /"-5" is not a weight/ },
    { percent: 'ten', says: /"ten" is not a weight/ },
    { percent: '', says: /"" is not a weight/ },
  ];
  for (const { percent, says } of percents) {
    test(`is told what a weight is, and changes nothing: paritygate weight things ${percent || "''"}`, async (t) => {
      const workspace = createWorkspace(t, FILES);
      const before = workspace.snapshot();
      const run = await runCommand(workspace, ['weight', 'things', percent]);
      const fix = /give a (number|percentage) from 0 to 100/;
      assertOneError(run, { exitCode: 2, code: 'PG_WEIGHT_INVALID', says, fix });
      assert.deepEqual(workspace.snapshot(), before);
    });
  }
});

test('`validate` reads the certificates that `serve` would, and creates nothing', async (t) => {
  const workspace = createWorkspace(t, FILES);
  const good = workspace.snapshot();
  assert.equal((await runCommand(workspace, ['validate'])).exitCode, 0);
  assert.deepEqual(workspace.snapshot(), good);
  workspace.write('paritygate.yaml', `${workspace.read('paritygate.yaml')}\ntls: { cert: none.pem, key: none.key }\n`);
  const before = workspace.snapshot();
  const run = await runCommand(workspace, ['validate']);
  assertOneError(run, {
    exitCode: 2,
    code: 'PG_TLS_INVALID',
    at: 'paritygate.yaml:13:14',
    says: /none\.pem is not there/,
    fix: /readable file/,
  });
  assert.deepEqual(workspace.snapshot(), before);
});
