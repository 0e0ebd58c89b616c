import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { ParitygateError } from '../core/index.ts';
import { type Contract, type DeclaredResponse, loadContract } from './index.ts';

const BASE = `openapi: 3.1.0
info: { title: T, version: '1' }
x-shared: &shared { type: string }
paths:
  /a:
    get:
      operationId: getA
      tags: [one, two]
      parameters:
        - { name: q, in: query, schema: { type: string } }
      responses:
        '200':
          description: ok
          content:
            application/json:
              schema:
                type: object
                required: [list, old]
                properties:
                  list: { type: array, items: { type: string } }
                  old: { type: string }
                  first: *shared
                  second: *shared
`;

const SCHEMA = "$.paths['/a'].get.responses['200'].content['application/json'].schema";

function header(version = '1.1.0'): string {
  return `overlay: ${version}\ninfo: { title: O, version: '1' }\nactions:\n`;
}

interface Loaded {
  readonly contract: Contract;
  readonly directory: string;
}

function load(t: TestContext, ...overlays: readonly string[]): Loaded {
  const directory = mkdtempSync(join(tmpdir(), 'paritygate-overlay-'));
  t.after(() => rmSync(directory, { recursive: true }));
  writeFileSync(join(directory, 'openapi.yaml'), BASE);
  const files = overlays.map((text, index) => {
    const file = join(directory, `${index}.overlay.yaml`);
    writeFileSync(file, text);
    return file;
  });
  return { contract: loadContract({ contract: join(directory, 'openapi.yaml'), overlays: files }), directory };
}

function bodyOf({ contract }: Loaded): Extract<DeclaredResponse, { kind: 'declared' }>['body'] {
  const [operation] = contract.operations;
  assert.ok(operation);
  const response = contract.response(operation, 200, 'application/json');
  assert.ok(response.kind === 'declared');
  return response.body;
}

describe('an overlay', () => {
  test('says that a list has no order, and the contract stays as it is', (t) => {
    const loaded = load(
      t,
      `${header('1.0.0')}  - target: ${SCHEMA}.properties.list\n    update: { x-parity: { order: any } }\n`,
    );
    assert.deepEqual(bodyOf(loaded)?.property('list')?.order, { kind: 'set' });
    assert.deepEqual(bodyOf(load(t))?.property('list')?.order, { kind: 'ordered' });
  });

  test('merges objects, joins lists, replaces values and removes both', (t) => {
    const loaded = load(
      t,
      `${header()}  - target: ${SCHEMA}
    update: { required: [first], properties: { old: { type: integer }, fresh: { type: boolean } } }
  - target: ${SCHEMA}.required[?@ == 'old']
    remove: true
  - target: ${SCHEMA}.properties.second
    remove: true
  - target: $.paths['/a'].get.tags
    update: three
  - target: $.info.title
    update: Another
`,
    );
    const body = bodyOf(loaded);
    assert.deepEqual([...(body?.required ?? [])], ['list', 'first']);
    assert.deepEqual(body?.names, ['list', 'old', 'first', 'fresh']);
    assert.deepEqual([...(body?.property('old')?.types ?? [])], ['integer']);
    assert.deepEqual(loaded.contract.operations[0]?.tags, ['one', 'two', 'three']);
    assert.equal(loaded.contract.title, 'Another');
  });

  test('copies, and changes only the place that it names where YAML says a thing once for two', (t) => {
    const loaded = load(
      t,
      `${header()}  - target: ${SCHEMA}.properties.first
    update: { format: uuid }
  - target: ${SCHEMA}.properties.old
    copy: ${SCHEMA}.properties.first
`,
    );
    const body = bodyOf(loaded);
    assert.deepEqual(
      ['first', 'second', 'old'].map((name) => body?.property(name)?.format),
      ['uuid', undefined, 'uuid'],
    );
  });

  test('changes a place once, however often its target selects it', (t) => {
    const loaded = load(t, `${header()}  - target: $.paths['/a'].get.tags[0, 0]\n    remove: true\n`);
    assert.deepEqual(loaded.contract.operations[0]?.tags, ['two']);
  });

  test('removes items of a list in whatever order they are selected', (t) => {
    const loaded = load(t, `${header()}  - target: $.paths['/a'].get.tags[1, 0]\n    remove: true\n`);
    assert.deepEqual(loaded.contract.operations[0]?.tags, []);
  });

  test('removes several items of a list at once', (t) => {
    const loaded = load(t, `${header()}  - target: $.paths['/a'].get.tags.*\n    remove: true\n`);
    assert.deepEqual(loaded.contract.operations[0]?.tags, []);
  });

  test('comes after the one before it, and is part of what evidence is bound to', (t) => {
    const title = (text: string): string => `${header()}  - target: $.info.title\n    update: ${text}\n`;
    const [none, one, other] = [load(t), load(t, title('A'), title('B')), load(t, title('B'), title('A'))];
    assert.deepEqual([one.contract.title, other.contract.title], ['B', 'A']);
    assert.equal(new Set([none, one, other].map(({ contract }) => contract.digest)).size, 3);
    assert.equal(load(t).contract.digest, none.contract.digest);
  });

  test('is given by value to whoever loads it later', (t) => {
    const { contract, directory } = load(t, `${header()}  - target: $.info.title\n    update: A\n`);
    rmSync(join(directory, '0.overlay.yaml'));
    const again = loadContract({ contract: contract.file, overlays: contract.overlays }, contract.sources);
    assert.deepEqual([again.title, again.digest], ['A', contract.digest]);
  });

  test('that changes nothing is told of, with its line', (t) => {
    const { contract, directory } = load(t, `${header()}  - target: $.paths['/b'].get\n    remove: true\n`);
    assert.deepEqual(contract.warnings, [
      `${join(directory, '0.overlay.yaml')}:4: \`target: $.paths['/b'].get\` selects nothing, so nothing is changed`,
    ]);
  });

  test('has names like any other, `__proto__` among them', (t) => {
    const loaded = load(
      t,
      `${header()}  - target: ${SCHEMA}.properties\n    update: { __proto__: { type: integer } }\n`,
    );
    assert.deepEqual([...(bodyOf(loaded)?.property('__proto__')?.types ?? [])], ['integer']);
    assert.equal(Object.hasOwn(Object.prototype, 'type'), false);
  });
});

describe('an overlay that cannot be applied says where and why:', () => {
  const action = (text: string): string => header() + text;
  for (const [title, text, line, message] of [
    ['a contract', 'openapi: 3.1.0\n', 1, /expected an OpenAPI Overlay/],
    ['another version', header('2.0.0'), 1, /`overlay: 1\.0\.0` or `overlay: 1\.1\.0`/],
    ['no actions', 'overlay: 1.0.0\ninfo: { title: O, version: "1" }\nactions: []\n', 3, /at least one action/],
    ['a field that it has not', 'overlay: 1.0.0\naction: []\n', 2, /no field `action`/],
    ['an action without a target', action('  - update: {}\n'), 4, /with a `target`/],
    [
      'an action with a field that it has not',
      action('  - target: $.info\n    updates: {}\n'),
      5,
      /no field `updates`/,
    ],
    ['an action that changes nothing', action('  - target: $.info\n'), 4, /changes nothing/],
    [
      'a target that is no JSONPath',
      action('  - target: $.paths[/a]\n    remove: true\n'),
      4,
      /no JSONPath \(RFC 9535\)/,
    ],
    ['a copy of nothing', action('  - target: $.info\n    copy: $.gone\n'), 4, /selects nothing/],
    [
      'a list into an object',
      action('  - target: $.info\n    update: [1]\n'),
      4,
      /a list cannot be merged into an object/,
    ],
    [
      'an object into a value',
      action('  - target: $\n    update: { info: { title: { a: 1 } } }\n'),
      4,
      /at info\/title/,
    ],
  ] as const) {
    test(title, (t) => {
      assert.throws(
        () => load(t, text),
        (error) => {
          assert.ok(error instanceof ParitygateError);
          assert.equal(error.code, 'PG_CONTRACT_OVERLAY');
          assert.match(error.message, message);
          assert.match(error.at?.file ?? '', /0\.overlay\.yaml$/);
          assert.equal(error.at?.line, line);
          assert.ok(error.fix);
          return true;
        },
      );
    });
  }

  test('a file that is not there', () => {
    assert.throws(
      () => loadContract({ contract: import.meta.filename, overlays: ['gone.yaml'] }),
      (error) => {
        assert.ok(error instanceof ParitygateError);
        assert.deepEqual([error.code, error.at?.file], ['PG_CONTRACT_MISSING', 'gone.yaml']);
        assert.match(error.fix ?? '', /`overlays`/);
        return true;
      },
    );
  });
});
