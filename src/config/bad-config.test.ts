import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { type ErrorCode, EXIT, ParitygateError } from '../core/index.ts';
import { assertListens, loadConfig, parseConfig } from './index.ts';

/** Three lines, so that what a test adds begins on line 4. */
const BASE = 'contract: openapi.yaml\nbackends:\n  legacy: http://127.0.0.1:3000\n';

function errorFrom(run: () => unknown): ParitygateError {
  try {
    run();
  } catch (error) {
    assert.ok(error instanceof ParitygateError, String(error));
    return error;
  }
  return assert.fail('nothing was thrown');
}

function reject(text: string, env: NodeJS.ProcessEnv = {}): ParitygateError {
  return errorFrom(() => assertListens(parseConfig(text, { file: 'p.yaml', env })));
}

interface BadInput {
  readonly title: string;
  readonly text: string;
  readonly code?: ErrorCode;
  /** Line and column. */
  readonly at: readonly [number, number];
  readonly message: RegExp;
  readonly fix: RegExp;
}

function testAll(inputs: readonly BadInput[]): void {
  for (const { title, text, code = 'PG_CONFIG_INVALID', at, message, fix } of inputs) {
    test(title, () => {
      const error = reject(text);
      assert.equal(error.code, code);
      assert.equal(error.exitCode, EXIT.usage);
      assert.deepEqual(error.at, { file: 'p.yaml', line: at[0], column: at[1] });
      assert.match(error.message, message);
      assert.match(error.fix ?? '', fix);
    });
  }
}

describe('a file that cannot be read', () => {
  test('is named, with what to put into it', () => {
    const error = errorFrom(() => loadConfig('no/such/paritygate.yaml', {}));
    assert.equal(error.code, 'PG_CONFIG_MISSING');
    assert.deepEqual(error.at, { file: 'no/such/paritygate.yaml' });
    assert.match(error.fix ?? '', /create it with at least `contract: .*legacy: /);
  });

  test('is told from one that is not there', (t) => {
    const directory = mkdtempSync(join(tmpdir(), 'paritygate-config-'));
    t.after(() => rmSync(directory, { recursive: true }));
    const error = errorFrom(() => loadConfig(directory, {}));
    assert.equal(error.code, 'PG_CONFIG_MISSING');
    assert.match(error.message, /cannot be read \(EISDIR\)/);
  });
});

describe('text that is not YAML', () => {
  testAll([
    {
      title: 'an open list',
      text: 'contract: [',
      code: 'PG_CONFIG_SYNTAX',
      at: [1, 12],
      message: /^expected valid YAML: /,
      fix: /contract: \[/,
    },
    {
      title: 'a tab',
      text: 'backends:\n\tlegacy: x',
      code: 'PG_CONFIG_SYNTAX',
      at: [2, 1],
      message: /Tabs/,
      fix: /legacy: x/,
    },
    {
      title: 'a variable without quotes inside braces',
      text: `${BASE}flags: { file: \${FLAGS} }`,
      code: 'PG_CONFIG_SYNTAX',
      at: [4, 17],
      message: /^expected valid YAML/,
      fix: /put quotes around a variable: "\$\{NAME\}"/,
    },
    {
      title: 'an alias without its anchor',
      text: `${BASE}shadow: *defaults`,
      code: 'PG_CONFIG_SYNTAX',
      at: [4, 9],
      message: /\*defaults has no anchor/,
      fix: /write the value out/,
    },
    {
      title: 'a tag that nothing resolves',
      text: `${BASE}listen: !port 3`,
      code: 'PG_CONFIG_SYNTAX',
      at: [4, 9],
      message: /!port/,
      fix: /listen: !port 3/,
    },
    {
      title: 'a second document',
      text: `${BASE}---\ncontract: other.yaml`,
      code: 'PG_CONFIG_SYNTAX',
      at: [4, 1],
      message: /multiple documents/,
      fix: /---/,
    },
    {
      title: 'a key that stands twice',
      text: `${BASE}shadow: { percent: 1, percent: 2 }\n`,
      at: [4, 23],
      message: /the key percent stands here a second time/,
      fix: /keep one/,
    },
  ]);

  test('aliases that would blow up a small file into a huge value', () => {
    const levels = Array.from({ length: 9 }, (_, n) => `l${n + 1}: &l${n + 1} [${`*l${n}, `.repeat(9)}*l${n}]`);
    const error = reject(['l0: &l0 [x]', ...levels].join('\n'));
    assert.equal(error.code, 'PG_CONFIG_SYNTAX');
    assert.match(error.message, /alias/i);
  });
});

describe('a value that is not right', () => {
  testAll([
    {
      title: 'an empty file',
      text: '',
      at: [1, 1],
      message: /^the file: expected a map of settings, got nothing$/,
      fix: /contract/,
    },
    { title: 'no map', text: 'hello', at: [1, 1], message: /expected a map of settings, got hello/, fix: /contract/ },
    {
      title: 'a missing field',
      text: 'backends: { legacy: http://h }',
      at: [1, 1],
      message: /^contract is missing: expected the path of an OpenAPI document$/,
      fix: /^add `contract: openapi.yaml`$/,
    },
    {
      title: 'a missing legacy',
      text: 'contract: a\nbackends: { candidate: http://h }',
      at: [2, 11],
      message: /^backends.legacy is missing: expected the http:\/\/ or https:\/\/ URL/,
      fix: /^add `legacy: http:\/\/127.0.0.1:3000`$/,
    },
    {
      title: 'a wrong type',
      text: `${BASE}shadow:\n  queue: many # a lot\n`,
      at: [5, 10],
      message: /^shadow.queue: expected a whole number from 0 to 100000, got many$/,
      fix: /^write for example `queue: 256`$/,
    },
    {
      title: 'a section without content',
      text: `${BASE}shadow:\n`,
      at: [4, 1],
      message: /^shadow: expected a map of settings, got nothing$/,
      fix: /`shadow: \{ percent: 100 \}`/,
    },
    {
      title: 'a backend that is not http(s)',
      text: 'contract: a\nbackends:\n  legacy: ftp://127.0.0.1:3000',
      at: [3, 11],
      message: /^backends.legacy: expected the http:\/\/ or https:\/\/ URL of a backend, got ftp:\/\/127/,
      fix: /http:\/\/127.0.0.1:3000/,
    },
    {
      title: 'a backend that is no URL',
      text: 'contract: a\nbackends: { legacy: "http://" }',
      at: [2, 21],
      message: /expected the http/,
      fix: /http:\/\/127.0.0.1:3000/,
    },
    {
      title: 'a backend with a path, which would be lost',
      text: `contract: a\nbackends: { legacy: http://h/api }`,
      at: [2, 21],
      message: /expected a backend URL without path, got http:\/\/h\/api/,
      fix: /legacy: http/,
    },
    {
      title: "a group's backend that is not http(s)",
      text: `${BASE}groups:\n  t: { tags: [t], flag: f, candidate: "localhost:4000" }`,
      at: [5, 39],
      message: /^groups.t.candidate: expected the http.*got "localhost:4000"/,
      fix: /candidate: http/,
    },
    {
      title: 'a port out of range',
      text: `${BASE}listen: 127.0.0.1:65536`,
      at: [4, 9],
      message: /^listen: expected a port from 0 to 65535, got 127.0.0.1:65536$/,
      fix: /listen: 127.0.0.1:8080/,
    },
    {
      title: 'an address without port',
      text: `${BASE}listen: 8080`,
      at: [4, 9],
      message: /expected host:port/,
      fix: /listen: 127.0.0.1:8080/,
    },
    {
      title: 'a control API that others can reach',
      text: `${BASE}control: { listen: 0.0.0.0:9090 }`,
      at: [4, 20],
      message: /expected a loopback address: the control API has no tokens yet/,
      fix: /listen: 127.0.0.1:9090/,
    },
    {
      title: 'a control API on a name that only begins like loopback',
      text: `${BASE}control: { listen: 127.0.0.1.example.com:9090 }`,
      at: [4, 20],
      message: /expected a loopback address/,
      fix: /listen: 127.0.0.1:9090/,
    },
    {
      title: 'a duration without unit',
      text: `${BASE}window: 10`,
      at: [4, 9],
      message: /^window: expected a duration from 100ms to 1h with its unit .* got 10$/,
      fix: /window: 10s/,
    },
    {
      title: 'a duration out of range',
      text: `${BASE}window: 2h`,
      at: [4, 9],
      message: /from 100ms to 1h/,
      fix: /10s/,
    },
    {
      title: 'a time that a timer cannot hold',
      text: `${BASE}shadow: { timeoutMs: 3000000000 }`,
      at: [4, 22],
      message: /from 1 to 86400000/,
      fix: /timeoutMs: 5000/,
    },
    {
      title: 'a limit without its percent sign',
      text: `${BASE}gates: { parity: { limit: 0.1 } }`,
      at: [4, 27],
      message: /^gates.parity.limit: expected a percentage .* got 0.1$/,
      fix: /limit: 0.1%/,
    },
    {
      title: 'a limit of zero, which no evidence could show',
      text: `${BASE}gates: { parity: { limit: 0% } }`,
      at: [4, 27],
      message: /above 0%/,
      fix: /limit: 0.1%/,
    },
    {
      title: 'a share of mirrored requests above 100',
      text: `${BASE}shadow: { percent: 150 }`,
      at: [4, 20],
      message: /expected a percentage from 0 to 100, got 150/,
      fix: /percent: 100/,
    },
    {
      title: 'the same with its sign',
      text: `${BASE}shadow: { percent: 150% }`,
      at: [4, 20],
      message: /expected a percentage from 0 to 100, got 150%/,
      fix: /percent: 100/,
    },
    {
      title: 'a method that would write twice',
      text: `${BASE}shadow: { methods: [GET, POST] }`,
      at: [4, 26],
      message: /^shadow.methods\[1\]: expected GET, HEAD or OPTIONS.*got POST/,
      fix: /methods: \[GET, HEAD\]/,
    },
    {
      title: 'a latency bound of no kind',
      text: `${BASE}gates: { latency: { p99: {} } }`,
      at: [4, 26],
      message: /^gates.latency.p99: expected `max`, `over` or both$/,
      fix: /p99: \{ max: 100ms \}/,
    },
    {
      title: 'a relative latency bound without plus',
      text: `${BASE}gates: { latency: { p99: { over: 20% } } }`,
      at: [4, 34],
      message: /expected `\+20%`/,
      fix: /over: \+20% \+20ms/,
    },
    {
      title: 'an exemption without a reason',
      text: `${BASE}gates: { exempt: { createTrade: "" } }`,
      at: [4, 33],
      message: /^gates.exempt.createTrade: expected the reason/,
      fix: /exempt|createTrade/,
    },
    {
      title: 'a stickiness of no kind',
      text: `${BASE}stickiness: [user]`,
      at: [4, 14],
      message: /^stickiness\[0\]: expected `header:<name>`, `cookie:<name>` or `ip`, got user$/,
      fix: /stickiness: \[header:x-user-id, ip\]/,
    },
    {
      title: 'a store that is not there yet',
      text: `${BASE}store: postgres://db/paritygate`,
      at: [4, 8],
      message: /PostgreSQL is not yet supported/,
      fix: /sqlite:/,
    },
    {
      title: 'a build that YAML reads as a number',
      text: `${BASE}candidateBuild: 1.10`,
      at: [4, 17],
      message: /put quotes around a number/,
      fix: /candidateBuild: "2026.1"/,
    },
  ]);
});

describe('a group that is not right', () => {
  testAll([
    {
      title: 'has no flag',
      text: `${BASE}groups:\n  trades: { tags: [trades] }`,
      at: [5, 11],
      message: /^groups.trades.flag is missing: expected the name of a feature flag$/,
      fix: /^add `flag: migrate.trades`$/,
    },
    {
      title: 'has neither operations nor tags',
      text: `${BASE}groups:\n  trades: { flag: f, operations: [] }`,
      at: [5, 11],
      message: /^groups.trades: expected `operations`, `tags` or both$/,
      fix: /operations: \[listTrades\]/,
    },
    {
      title: 'has a name that the command line could not take',
      text: `${BASE}groups:\n  "my trades": { flag: f, tags: [t] }`,
      at: [5, 3],
      message: /^groups: expected a group name .* got "my trades"$/,
      fix: /another name/,
    },
    {
      title: "claims another group's operation",
      text: `${BASE}groups:\n  a: { operations: [x, y], flag: f }\n  b:\n    flag: g\n    operations:\n      - z\n      - y\n`,
      at: [10, 9],
      message: /^operation y of group b is already in group a$/,
      fix: /one group/,
    },
  ]);
});

describe('fields that do not go together', () => {
  testAll([
    {
      title: 'one port for both listeners',
      text: `${BASE}control: { listen: 127.0.0.1:8080 }\nlisten: 0.0.0.0:8080`,
      at: [4, 20],
      message: /both on port 8080/,
      fix: /own port/,
    },
    {
      title: 'a backend that is the proxy itself',
      text: 'contract: a\nbackends:\n  legacy: http://h\n  candidate: http://localhost:8080',
      at: [4, 14],
      message: /^backends.candidate is the address that Paritygate listens on itself$/,
      fix: /backend/,
    },
    {
      title: "a group's backend that is the proxy itself",
      text: `${BASE}groups:\n  t: { tags: [t], flag: f, legacy: "http://127.0.0.1:8080" }`,
      at: [5, 36],
      message: /^groups.t.legacy is the address/,
      fix: /backend/,
    },
  ]);
});

describe('an unknown key', () => {
  const code = 'PG_CONFIG_UNKNOWN_KEY';
  testAll([
    {
      title: 'is answered with the nearest known one',
      text: `${BASE}stickyness: [ip]`,
      code,
      at: [4, 1],
      message: /^unknown key stickyness$/,
      fix: /^did you mean "stickiness"\?$/,
    },
    {
      title: 'is found in a section',
      text: `${BASE}shadow: { percent: 10, timeout: 5 }`,
      code,
      at: [4, 24],
      message: /^unknown key shadow.timeout$/,
      fix: /^did you mean "timeoutMs"\?$/,
    },
    {
      title: 'is found in a group',
      text: `${BASE}groups:\n  t: { tag: [t], tags: [t], flag: f }`,
      code,
      at: [5, 8],
      message: /^unknown key groups.t.tag$/,
      fix: /^did you mean "tags"\?$/,
    },
    {
      title: 'is found among the quantiles, so that no bound is skipped in silence',
      text: `${BASE}gates: { latency: { p98: { max: 1s } } }`,
      code,
      at: [4, 21],
      message: /^unknown key gates.latency.p98$/,
      fix: /^did you mean "p9[059]"\?$/,
    },
    {
      title: 'that resembles none is answered with those there are',
      text: `${BASE}flags: { unleash: http://unleash }`,
      code,
      at: [4, 10],
      message: /^unknown key flags.unleash$/,
      fix: /^use one of file$/,
    },
    {
      title: 'that a plain object cannot hold is not dropped in silence',
      text: `${BASE}gates: { exempt: { __proto__: "x" } }`,
      code,
      at: [4, 20],
      message: /^unknown key __proto__$/,
      fix: /another name/,
    },
  ]);
});

describe('the environment', () => {
  test('must have the variable', () => {
    const error = reject(`${BASE}\ncandidateBuild: \${SHA}`, { sha: 'x' });
    assert.deepEqual([error.code, error.at?.line], ['PG_CONFIG_INVALID', 5]);
    assert.equal(error.message, 'the environment variable SHA is not set');
    assert.equal(error.fix, 'set SHA, or write the value here');
  });

  test('is not searched by anything but a name', () => {
    for (const wrong of [':-none}', ' }', '', '.name}'].map((end) => `\${SHA${end}`)) {
      const error = reject(`${BASE}candidateBuild: "${wrong}"`, { SHA: 'x' });
      assert.equal(error.message, `expected \${NAME}, got ${wrong}`);
    }
  });

  test('has no inherited variables', () => {
    assert.match(reject(`${BASE}candidateBuild: \${toString}`).message, /toString is not set/);
  });

  test('is not printed with a value that is wrong: it may be a secret', () => {
    const error = reject(BASE.replace('http://127.0.0.1:3000', `\${LEGACY}`), { LEGACY: 'http://user:hunter2@h' });
    assert.match(error.message, /without user name and password, got \$\{LEGACY\}$/);
  });

  test('does not make a password in the file printable either', () => {
    const error = reject(BASE.replace('127', 'user:hunter2@127'));
    assert.match(error.message, /without user name and password, got http:\/\/\*\*\*@127/);
  });
});

test('all problems of a file are told at once, in the order of its lines', () => {
  const error = reject(`listne: x\n${BASE}window: 10\nshadow: { queue: -1 }\n`);
  assert.equal(error.code, 'PG_CONFIG_UNKNOWN_KEY');
  assert.deepEqual(error.message.split('\n'), [
    'unknown key listne',
    '  also p.yaml:5:9  window: expected a duration from 100ms to 1h with its unit (ms, s, m, h, d), got 10',
    '  also p.yaml:6:18  shadow.queue: expected a whole number from 0 to 100000, got -1',
  ]);
  assert.equal(error.fix, 'did you mean "listen"?');
});

test('one slip is told once', () => {
  const inherited = BASE.replace('3000', '8080');
  assert.doesNotMatch(reject(`${inherited}groups: { t: { tags: [t], flag: f } }`).message, /also/);
  assert.doesNotMatch(reject(`${BASE}flags: { file: \${FLAGS} }`).message, /also/);
});

test('more problems than one can read are counted', () => {
  const error = reject(`${BASE}${Array.from({ length: 9 }, (_, n) => `x${n}: 1\n`).join('')}`);
  assert.match(error.message, /\n {2}and 3 more$/);
});
