import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, test } from 'node:test';
import { z } from 'zod';
import { type Config, configSchema, loadConfig, locate, parseConfig } from './index.ts';

const MINIMAL = 'contract: openapi.yaml\nbackends: { legacy: "http://127.0.0.1:3000" }\n';

function parse(text: string, env: NodeJS.ProcessEnv = {}): Config {
  return parseConfig(text, { file: '/srv/gateway/paritygate.yaml', env });
}

describe('a minimal file', () => {
  const config = parse(MINIMAL);

  test('gets every default', () => {
    const { backends, places, ...rest } = config;
    assert.deepEqual(rest, {
      file: '/srv/gateway/paritygate.yaml',
      directory: '/srv/gateway',
      contract: '/srv/gateway/openapi.yaml',
      overlays: [],
      accepted: '/srv/gateway/contracts/accepted.yaml',
      listen: { host: '127.0.0.1', port: 8080 },
      control: { listen: { host: '127.0.0.1', port: 9090 } },
      workers: 1,
      groups: [],
      stickiness: [{ kind: 'ip' }],
      trustedProxies: [],
      flags: { kind: 'file', file: '/srv/gateway/flags.json' },
      shadow: {
        percent: 100,
        methods: ['GET', 'HEAD'],
        concurrency: 64,
        queue: 256,
        connectionsPerSecond: 10,
        timeoutMs: 5_000,
        maxBodyBytes: 2_097_152,
        mark: 'x-paritygate-shadow',
      },
      confirm: { perSecond: 20, delayMs: 50 },
      probe: { percent: 1, perSecond: 5 },
      redaction: { strict: false },
      retention: { ageMs: 30 * 86_400_000, maxBytes: 2 ** 30 },
      fallback: { repeat: 'safe', budget: 0.2 },
      maxInFlight: 2_048,
      tls: undefined,
      timeouts: { connectMs: 2_000, headersMs: 30_000, idleMs: 60_000, totalMs: 0, resolveMs: 30_000 },
      graceMs: 10_000,
      windowMs: 10_000,
      store: { kind: 'sqlite', path: '/srv/gateway/.paritygate/observations.db' },
      candidateBuild: 'unknown',
      reports: '/srv/gateway/reports',
      gates: {
        parity: { limit: 0.001 },
        errors: { margin: 1.2, floor: 0.001 },
        latency: [],
        accepted: { budget: 0.2, operations: {} },
        exempt: {},
      },
    });
    assert.equal(backends.legacy.url.origin, 'http://127.0.0.1:3000');
    assert.equal(backends.candidate, undefined);
    assert.deepEqual(locate(places, ['contract']), { file: config.file, line: 1, column: 11 });
  });

  test('is frozen to the bottom', () => {
    assert.ok(Object.isFrozen(config));
    assert.ok(Object.isFrozen(config.shadow.methods));
    assert.ok(Object.isFrozen(config.gates.errors));
    assert.throws(() => Object.assign(config.shadow, { percent: 0 }), TypeError);
  });
});

describe('a full file', () => {
  const config = parse(`
contract: /etc/contracts/gateway.yaml
listen: "[::1]:0"
control: { listen: localhost:9191 }
backends:
  legacy: http://legacy.internal
  candidate: https://candidate.internal:8443
groups:
  trades: { operations: [listTrades, getTrade], flag: migrate.trades }
  tasks: { tags: [tasks], flag: migrate.tasks, candidate: http://127.0.0.1:4001 }
stickiness: [header:X-User-Id, cookie:sid, ip]
flags: { file: ../flags.json }
shadow: { percent: 12.5%, methods: [GET], timeoutMs: 250 }
confirm: { perSecond: 0 }
window: 1.5s
store: sqlite:data/o.db
candidateBuild: "1.10"
gates:
  parity: { limit: 1% }
  errors: { margin: 2, floor: 0.5% }
  latency:
    p50: { over: +20ms }
    p99: { max: 2m, over: +20% +20ms }
    p99.9: { over: +12.5% }
  accepted: { budget: 12.5%, operations: { createTrade: 100% } }
  exempt: { createTrade: "moves later" }
`);

  test('has its notations parsed', () => {
    assert.deepEqual(config.listen, { host: '::1', port: 0 });
    assert.deepEqual(config.control.listen, { host: 'localhost', port: 9191 });
    assert.deepEqual(config.stickiness, [
      { kind: 'header', name: 'x-user-id' },
      { kind: 'cookie', name: 'sid' },
      { kind: 'ip' },
    ]);
    assert.equal(config.shadow.percent, 12.5);
    assert.equal(config.windowMs, 1_500);
    assert.equal(config.candidateBuild, '1.10');
    assert.equal(config.confirm.perSecond, 0);
  });

  test('has its gates in the words of the core', () => {
    assert.deepEqual(config.gates, {
      parity: { limit: 0.01 },
      errors: { margin: 2, floor: 0.005 },
      latency: [
        { quantile: 0.5, maxMs: undefined, over: { ratio: 0, slackMs: 20 } },
        { quantile: 0.99, maxMs: 120_000, over: { ratio: 0.2, slackMs: 20 } },
        { quantile: 0.999, maxMs: undefined, over: { ratio: 0.125, slackMs: 0 } },
      ],
      accepted: { budget: 0.125, operations: { createTrade: 1 } },
      exempt: { createTrade: 'moves later' },
    });
  });

  test('gives each group its own pair of backends', () => {
    const [trades, tasks] = config.groups;
    assert.deepEqual([trades?.name, trades?.operations, trades?.tags], ['trades', ['listTrades', 'getTrade'], []]);
    assert.equal(trades?.candidate?.url.href, 'https://candidate.internal:8443/');
    assert.equal(tasks?.legacy.url.href, 'http://legacy.internal/');
    assert.equal(tasks?.candidate?.url.href, 'http://127.0.0.1:4001/');
    assert.equal(tasks?.flag, 'migrate.tasks');
  });

  test('keeps absolute paths and resolves the others against its own directory', () => {
    assert.equal(config.contract, '/etc/contracts/gateway.yaml');
    assert.equal(config.flags.file, '/srv/flags.json');
    assert.equal(config.store.path, '/srv/gateway/data/o.db');
  });
});

test('paths are relative to the file on disk, not to the working directory', (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'paritygate-config-'));
  t.after(() => rmSync(directory, { recursive: true }));
  const file = join(directory, 'paritygate.yaml');
  writeFileSync(file, MINIMAL);
  assert.equal(loadConfig(file, {}).contract, join(directory, 'openapi.yaml'));
  assert.equal(parseConfig(MINIMAL, { file: 'sub/p.yaml', env: {} }).directory, resolve('sub'));
});

describe('the environment', () => {
  test('fills in a variable wherever it stands in a string', () => {
    const config = parse(`${MINIMAL}candidateBuild: v\${MAJOR}-\${SHA}\nlisten: 0.0.0.0:\${PORT}\n`, {
      MAJOR: '2',
      SHA: 'e41c09',
      PORT: '8181',
    });
    assert.equal(config.candidateBuild, 'v2-e41c09');
    assert.deepEqual(config.listen, { host: '0.0.0.0', port: 8181 });
  });

  test('is not read where the dollar is doubled', () => {
    assert.equal(parse(`${MINIMAL}candidateBuild: $\${SHA}\n`).candidateBuild, `\${SHA}`);
  });

  test('cannot bring YAML in: a value stays one string', () => {
    const config = parse(`${MINIMAL}candidateBuild: \${SHA}\n`, { SHA: `x\nshadow: { percent: 0 } # \${SHA}` });
    assert.equal(config.shadow.percent, 100);
    assert.equal(config.candidateBuild, `x\nshadow: { percent: 0 } # \${SHA}`);
  });
});

describe('the published JSON Schema', () => {
  // The cast is safe: zod writes plain JSON.
  const schema = z.toJSONSchema(configSchema, { io: 'input' }) as {
    required: string[];
    additionalProperties: boolean;
    properties: Record<string, { description?: string; default?: unknown; pattern?: string; type?: string }>;
  };

  test('describes what is written in the file, not what becomes of it', () => {
    assert.deepEqual(schema.required, ['contract', 'backends']);
    assert.equal(schema.additionalProperties, false);
    assert.equal(schema.properties['window']?.type, 'string');
    assert.equal(schema.properties['window']?.default, '10s');
    assert.match('10s', new RegExp(schema.properties['window']?.pattern ?? 'no pattern'));
  });

  test('carries the manual of every field', () => {
    const missing = fieldsWithoutManual(schema, '');
    assert.deepEqual(missing, []);
  });
});

interface JsonSchema {
  readonly description?: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: boolean | JsonSchema;
}

function fieldsWithoutManual(schema: JsonSchema, at: string): readonly string[] {
  const map = typeof schema.additionalProperties === 'object' ? schema.additionalProperties : {};
  const fields = Object.entries({ ...schema.properties, ...map.properties });
  return fields.flatMap(([key, field]) => [
    ...(field.description ? [] : [`${at}${key}`]),
    ...fieldsWithoutManual(field, `${at}${key}.`),
  ]);
}

test('what legacy may repeat is said for all groups, and a group may say otherwise', () => {
  const { fallback, groups } = parse(`${MINIMAL}fallback: { repeat: idempotent }
groups:
  tasks: { tags: [tasks], flag: a }
  trades: { tags: [trades], flag: b, fallback: { repeat: any } }
  orders: { tags: [orders], flag: b, fallback: { budgetPercent: 100 } }
`);
  assert.deepEqual(fallback, { repeat: 'idempotent', budget: 0.2 });
  assert.deepEqual(
    groups.map((group) => group.fallback),
    [
      { repeat: 'idempotent', budget: 0.2 },
      { repeat: 'any', budget: 0.2 },
      { repeat: 'idempotent', budget: 1 },
    ],
  );
  assert.equal(parse(MINIMAL).fallback.repeat, 'safe');
});
