import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { describe, test } from 'node:test';
import { cycleIn, importsOf, ROOMS, runtimeCycleOf, type SourceFile, violationsOf } from './testing/rooms.ts';

const SRC = import.meta.dirname;

function readSources(): readonly SourceFile[] {
  const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter((file) => /\.tsx?$/.test(file));
  return files.map((file) => ({ file: file.split(sep).join('/'), source: readFileSync(join(SRC, file), 'utf8') }));
}

describe('the source', () => {
  const sources = readSources();

  test('is found', () => {
    assert.ok(sources.some(({ file }) => file === 'core/index.ts'));
    assert.ok(sources.flatMap(({ source }) => importsOf(source)).length > 100);
  });

  test('imports across rooms only as the table allows, by index.ts, and does no I/O in a pure room', () => {
    assert.deepEqual(sources.flatMap(violationsOf), []);
  });

  test('has no cycle between rooms at run time', () => {
    assert.equal(runtimeCycleOf(sources), undefined);
  });

  test('has a table of rooms without a cycle', () => {
    assert.equal(cycleIn(new Map(Object.entries(ROOMS).map(([room, others]) => [room, new Set(others)]))), undefined);
  });
});

describe('a planted violation is found:', () => {
  const planted: readonly (readonly [title: string, file: string, source: string, found: string])[] = [
    ['a forbidden room', 'gate/a.ts', "import { x } from '../routing/index.ts';", 'may not import the room routing'],
    [
      'a forbidden type',
      'gate/a.ts',
      "import type { X } from '../routing/index.ts';",
      'may not import the room routing',
    ],
    ['a forbidden re-export', 'gate/a.ts', "export * from '../routing/index.ts';", 'may not import the room routing'],
    [
      'a forbidden room over lines',
      'gate/a.ts',
      "import {\n  a,\n  b,\n} from '../proxy/index.ts';",
      'may not import the room proxy',
    ],
    ['a forbidden import for effect', 'gate/a.ts', "import '../proxy/index.ts';", 'may not import the room proxy'],
    [
      'a forbidden dynamic import',
      'gate/a.ts',
      "const x = await import('../proxy/index.ts');",
      'may not import the room proxy',
    ],
    ['a forbidden type query', 'gate/a.ts', "type X = import('../proxy/index.ts').X;", 'may not import the room proxy'],
    [
      'a forbidden room from a folder',
      'gate/deep/a.ts',
      "import { x } from '../../proxy/index.ts';",
      'may not import the room proxy',
    ],
    ['the cli from app.ts', 'app.ts', "import { x } from './cli/index.ts';", 'may not import the room cli'],
    [
      'a reach past index.ts',
      'diff/a.ts',
      "import type { X } from '../contract/types.ts';",
      'reaches past the index.ts of contract for contract/types.ts',
    ],
    [
      'a reach past index.ts from app.ts',
      'app.ts',
      "import { x } from './core/clock.ts';",
      'reaches past the index.ts of core for core/clock.ts',
    ],
    [
      "an index.ts that is not the room's",
      'diff/a.ts',
      "import { x } from '../contract/deep/index.ts';",
      'reaches past the index.ts of contract for contract/deep/index.ts',
    ],
    [
      'app.ts from a room',
      'proxy/a.ts',
      "import { createApp } from '../app.ts';",
      'imports app.ts, which stands above the rooms',
    ],
    [
      'node:fs in a pure room',
      'gate/a.ts',
      "import { readFileSync } from 'node:fs';",
      'imports node:fs, but gate is pure',
    ],
    ['an unprefixed builtin in a pure room', 'core/a.ts', "import fs from 'fs';", 'imports fs, but core is pure'],
    [
      'a package with I/O in a pure room',
      'report/a.ts',
      "import { request } from 'undici';",
      'imports undici, but report is pure',
    ],
    [
      'a test helper in the source',
      'proxy/a.ts',
      "import { clock } from '../testing/index.ts';",
      'imports testing/index.ts, which is for tests only',
    ],
    [
      'a test helper in app.ts',
      'app.ts',
      "import { clock } from './testing/index.ts';",
      'imports testing/index.ts, which is for tests only',
    ],
    [
      'a test in the source',
      'proxy/a.ts',
      "import { x } from './serve.test.ts';",
      'imports the test proxy/serve.test.ts',
    ],
    [
      'a way out of src/',
      'cli/a.ts',
      "import x from '../../package.json' with { type: 'json' };",
      'leaves src/ for ../../package.json',
    ],
  ];
  for (const [title, file, source, found] of planted) {
    test(title, () => assert.deepEqual(violationsOf({ file, source }), [`${file} ${found}`]));
  }

  test('a folder that is not in the table', () => {
    assert.deepEqual(violationsOf({ file: 'helpers/a.ts', source: '' }), ['helpers/a.ts: helpers is not a room']);
  });

  test('a cycle between rooms at run time', () => {
    const ring = [
      { file: 'gate/a.ts', source: "import { b } from '../report/index.ts';" },
      { file: 'report/b.ts', source: "import { a } from '../gate/index.ts';" },
    ];
    assert.equal(runtimeCycleOf(ring), 'gate → report → gate');
  });
});

describe('what is allowed stays allowed:', () => {
  const allowed: readonly (readonly [title: string, file: string, source: string])[] = [
    ['a room of the table', 'diff/a.ts', "import { x } from '../contract/index.ts';"],
    ['a file of the same room', 'gate/a.ts', "import { x } from './b.ts';"],
    ['a file of the same room, upwards', 'gate/deep/a.ts', "import { x } from '../b.ts';"],
    ['app.ts from the cli', 'cli/serve.ts', "import { createApp } from '../app.ts';"],
    ['app.ts from a test helper, which runs it whole', 'testing/app.ts', "import { createApp } from '../app.ts';"],
    ['any room from the cli', 'cli/demo.ts', "import { demo } from '../demo/index.ts';"],
    ['any room but the cli from app.ts', 'app.ts', "import { createProxy } from './proxy/index.ts';"],
    ['node:fs where a room may touch the world', 'config/a.ts', "import { readFileSync } from 'node:fs';"],
    ['json-diff in a pure room', 'report/a.ts', "import { diffString } from 'json-diff';"],
    ['a test helper in a test', 'proxy/a.test.ts', "import { clock } from '../testing/index.ts';"],
    [
      'an import in prose',
      'gate/a.ts',
      "// import { x } from '../proxy/index.ts';\n/**\n * import y from 'undici'\n */",
    ],
    [
      'a string after an export',
      'gate/a.ts',
      "export const from = 'undici';\nexport const list = Array.from('undici');",
    ],
  ];
  for (const [title, file, source] of allowed) {
    test(title, () => assert.deepEqual(violationsOf({ file, source }), []));
  }

  test('types that go round, which leave no trace at run time', () => {
    const ring = [
      { file: 'gate/a.ts', source: "import type { B } from '../report/index.ts';" },
      { file: 'report/b.ts', source: "import { a } from '../gate/index.ts';" },
    ];
    assert.equal(runtimeCycleOf(ring), undefined);
  });

  test('a value that happens to be called type', () => {
    assert.deepEqual(importsOf("import type from './type.ts';"), [{ specifier: './type.ts', isRuntime: true }]);
  });
});
