import assert from 'node:assert/strict';
import { mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import type { ParitygateError } from '../core/index.ts';
import { createFlagSource, type FlagChange, type FlagSource, type FlagSourceOptions } from './flag-source.ts';

const KEY = '0123456789abcdef0123456789abcdef';

let directory: string;
let file: string;
let nowMs: number;
let warnings: string[];
let changes: (readonly FlagChange[])[];
const started: FlagSource[] = [];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'flags-'));
  file = join(directory, 'flags.json');
  nowMs = 1_000;
  warnings = [];
  changes = [];
});

afterEach(async () => {
  for (const source of started.splice(0)) source.stop();
  await rm(directory, { recursive: true });
});

function sourceOf(more: Partial<FlagSourceOptions> = {}): FlagSource {
  const clock = { now: () => 1_000_000 + nowMs, monotonicMs: () => nowMs };
  const onWarning = (warning: string) => void warnings.push(warning);
  const onChange = (change: readonly FlagChange[]) => void changes.push(change);
  const source = createFlagSource({ file, clock, onWarning, onChange, pollMs: 0, ...more });
  started.push(source);
  return source;
}

async function running(weight: number, more: Partial<FlagSourceOptions> = {}): Promise<FlagSource> {
  await writeWeight(weight);
  const source = sourceOf(more);
  await source.start();
  return source;
}

async function writeFeatures(...features: object[]): Promise<void> {
  await writeFile(file, JSON.stringify({ version: 2, features }));
}

async function writeWeight(rollout: number, more: object = {}): Promise<void> {
  const parameters = { rollout, stickiness: 'default', groupId: 'trades', ...more };
  await writeFeatures({ name: 'trades', enabled: true, strategies: [{ name: 'flexibleRollout', parameters }] });
}

function code(expected: ParitygateError['code']): (error: ParitygateError) => boolean {
  return (error) => error.code === expected && error.at?.file === file && error.fix !== undefined;
}

describe('a flag source', () => {
  it('routes by the weight of the file, and by a new one after a reload', async () => {
    const source = await running(0);
    assert.equal(source.isCandidate('trades', KEY), false);
    await writeWeight(100);
    await source.reload();
    assert.equal(source.isCandidate('trades', KEY), true);
    assert.deepEqual(changes, [[{ flag: 'trades', from: 0, to: 100 }]]);
    assert.deepEqual(warnings, []);
  });

  it('lets legacy serve before it has started, and for a flag it does not know', async () => {
    await writeWeight(100);
    const source = sourceOf();
    assert.equal(source.isCandidate('trades', KEY), false);
    await source.start();
    assert.equal(source.isCandidate('toString', KEY), false);
    assert.equal(source.weightOf('toString'), null);
  });

  it('does not start without its file or with a corrupt one', async () => {
    await assert.rejects(sourceOf().start(), code('PG_FLAGS_MISSING'));
    await writeFile(file, '{"version":2,');
    await assert.rejects(sourceOf().start(), code('PG_FLAGS_INVALID'));
  });

  it('keeps the last good flags while the file is corrupt, warns once and says so until it is good again', async () => {
    const source = await running(100);
    nowMs += 5_000;
    await writeFile(file, '{\n"version": nope}');
    await source.reload();
    nowMs += 1_000;
    await source.reload();
    assert.equal(source.isCandidate('trades', KEY), true);
    assert.equal(warnings.length, 1);
    assert.match(warnings[0] ?? '', /flags\.json:2:12 {2}PG_FLAGS_INVALID {2}not JSON.*\n {2}fix: .*\n.*last good/);
    const { error, ...status } = source.status();
    assert.match(error ?? '', /PG_FLAGS_INVALID/);
    assert.deepEqual(status, {
      source: file,
      ok: false,
      loadedAtMs: 1_001_000,
      ageMs: 6_000,
      failedAtMs: 1_006_000,
      warnings: [],
    });
    await writeWeight(0);
    await source.reload();
    assert.equal(source.isCandidate('trades', KEY), false);
    assert.deepEqual(source.status(), { source: file, ok: true, loadedAtMs: 1_007_000, ageMs: 0, warnings: [] });
  });

  it('keeps the last good flags when the file vanishes', async () => {
    const source = await running(100);
    await rm(file);
    await source.reload();
    assert.equal(source.isCandidate('trades', KEY), true);
    assert.match(warnings.join(), /PG_FLAGS_MISSING/);
    assert.equal(source.status().ok, false);
  });

  it('names the nearest flag when a group asks for one that the file lacks', async () => {
    const source = await running(0);
    source.assertFlags(['trades']);
    assert.throws(
      () => source.assertFlags(['trades', 'trade']),
      (error: ParitygateError) => {
        return code('PG_FLAG_UNKNOWN')(error) && /did you mean "trades"/.test(error.fix ?? '');
      },
    );
  });

  it('warns when a flag that a group needs vanishes, and lets legacy serve', async () => {
    const source = await running(100);
    source.assertFlags(['trades']);
    await writeFeatures();
    await source.reload();
    await source.reload();
    assert.equal(source.isCandidate('trades', KEY), false);
    assert.deepEqual(warnings, [`flag "trades" is gone from ${file}: legacy serves its group`]);
    assert.deepEqual(source.status().warnings, warnings);
  });

  it('sees an atomic rename by looking at the file', { timeout: 5_000 }, async () => {
    const seen = Promise.withResolvers<void>();
    const source = await running(0, { pollMs: 5, onChange: () => seen.resolve() });
    const inode = join(directory, 'next');
    await writeFile(inode, JSON.stringify({ version: 2, features: [{ name: 'trades', enabled: true }] }));
    await rename(inode, file);
    await seen.promise;
    assert.equal(source.weightOf('trades'), 100);
  });

  it('recovers by looking when a corrupt file is repaired', { timeout: 5_000 }, async () => {
    const warned = Promise.withResolvers<void>();
    const changed = Promise.withResolvers<void>();
    const more = { pollMs: 5, onWarning: () => warned.resolve(), onChange: () => changed.resolve() };
    const source = await running(0, more);
    await writeFile(file, '{');
    await warned.promise;
    await writeWeight(50);
    await changed.promise;
    assert.equal(source.weightOf('trades'), 50);
    assert.equal(source.status().ok, true);
  });

  it('shows the weight that has effect', async () => {
    const strategy = { name: 'flexibleRollout', parameters: { rollout: '12.5' } };
    await writeFeatures(
      { name: 'on', enabled: true, strategies: [strategy] },
      { name: 'off', enabled: false, strategies: [strategy] },
      { name: 'bare', enabled: true, strategies: [] },
      { name: 'two', enabled: true, strategies: [strategy, strategy] },
      { name: 'child', enabled: true, strategies: [strategy], dependencies: [{ feature: 'off' }] },
    );
    const source = sourceOf();
    await source.start();
    const weights = ['on', 'off', 'bare', 'two', 'child', 'absent'].map((flag) => source.weightOf(flag));
    assert.deepEqual(weights, [12.5, 0, 100, null, null, null]);
    assert.equal(source.isCandidate('child', KEY), false);
    assert.deepEqual(warnings, ['flag "bare" is enabled without a strategy: the candidate serves everyone']);
  });

  it('warns of what a flag asks for and the proxy cannot give', async () => {
    const constraint = { contextName: 'tenant', operator: 'IN', values: ['a'] };
    const strategies = [
      { name: 'flexibleRollout', parameters: { rollout: '50', stickiness: 'random' } },
      { name: 'flexibleRollout', parameters: { rollout: '50', stickiness: 'tenant' }, constraints: [constraint] },
      { name: 'userWithId', parameters: { userIds: 'ann' }, segments: [7] },
    ];
    await writeFeatures({ name: 'trades', enabled: true, strategies });
    const source = sourceOf();
    await source.start();
    assert.deepEqual(warnings, [
      'flag "trades" is random on each request, not sticky: legacy serves; use stickiness "default"',
      'flag "trades" sticks to "tenant", which the proxy does not supply: legacy serves; use stickiness "default"',
      'flag "trades" has a constraint on tenant, which the proxy does not supply',
      'flag "trades" has the strategy userWithId, which holds for nobody here',
      'flag "trades" has the segment 7, which the file lacks: legacy serves',
    ]);
    assert.equal(source.isCandidate('trades', KEY), false);
  });

  it('holds strategies to the segments of the file', async () => {
    const everywhere = { contextName: 'environment', operator: 'IN', values: ['default'] };
    const segments = [
      { id: 1, constraints: [everywhere] },
      { id: 2, constraints: [{ ...everywhere, inverted: true }] },
    ];
    const features = [1, 2].map((id) => {
      const strategies = [{ name: 'flexibleRollout', parameters: { rollout: '100' }, segments: [id] }];
      return { name: `segment-${id}`, enabled: true, strategies };
    });
    await writeFile(file, JSON.stringify({ version: 2, features, segments }));
    const source = sourceOf();
    await source.start();
    assert.deepEqual(
      [1, 2].map((id) => source.isCandidate(`segment-${id}`, KEY)),
      [true, false],
    );
  });

  it('lets legacy serve when a flag cannot be evaluated, and says so once', async () => {
    const source = await running(100);
    const constraint = { contextName: 'currentTime', operator: 'DATE_AFTER', values: [], value: { toString: null } };
    await writeFeatures({
      name: 'trades',
      enabled: true,
      strategies: [{ name: 'flexibleRollout', parameters: { rollout: '100' }, constraints: [constraint] }],
    });
    await source.reload();
    assert.equal(source.isCandidate('trades', KEY), false);
    assert.equal(source.isCandidate('trades', KEY), false);
    assert.equal(warnings.filter((warning) => /cannot be evaluated/.test(warning)).length, 1);
  });

  it('ignores a reading that ends after the stop', async () => {
    const source = await running(0);
    await writeWeight(100);
    const reading = source.reload();
    source.stop();
    await reading;
    assert.equal(source.weightOf('trades'), 0);
    assert.deepEqual(changes, []);
  });

  it('writes nothing beside the file', async () => {
    await running(50);
    assert.deepEqual(await readdir(directory), ['flags.json']);
  });
});
