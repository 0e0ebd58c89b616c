import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { describe, it } from 'node:test';
import { Unleash, UnleashEvents } from 'unleash-client';
import { createEvaluator, SnapshotRepository } from './evaluator.ts';
import { parseFlags } from './flags-file.ts';
import { createSnapshot } from './snapshot.ts';
import { stickyKey } from './sticky-key.ts';

const KEYS = Array.from({ length: 10_000 }, (_, index) => keyOf(`user-${index}`));

function keyOf(user: string): string {
  const key = stickyKey({ headers: ['user', user], ip: '' }, [{ kind: 'header', name: 'user' }]);
  assert.ok(key);
  return key;
}

function flagsText(rollout: string | number, parameters: object = {}, strategy: object = {}): string {
  const stickiness = { rollout, stickiness: 'default', groupId: 'trades', ...parameters };
  const strategies = [{ name: 'flexibleRollout', parameters: stickiness, ...strategy }];
  return JSON.stringify({ version: 2, features: [{ name: 'trades', enabled: true, strategies }] });
}

/** The keys that the candidate serves. */
async function servedAt(text: string, keys: readonly string[] = KEYS): Promise<Set<string>> {
  const repository = new SnapshotRepository();
  repository.snapshot = createSnapshot(parseFlags(text, 'flags.json'));
  const evaluator = createEvaluator(repository, (error) => assert.fail(String(error)));
  await evaluator.start();
  const served = keys.filter((key) => evaluator.isCandidate('trades', key));
  evaluator.stop();
  return new Set(served);
}

/** unleash-client as it comes, given the same flag and only what its own documents ask for. */
async function stockServedAt(rollout: string): Promise<Set<string>> {
  const { features } = JSON.parse(flagsText(rollout));
  const repository = Object.assign(new EventEmitter(), {
    start: async () => {
      repository.emit(UnleashEvents.Ready);
    },
    stop: () => {},
    getToggle: () => features[0],
    getToggles: () => features,
    getTogglesWithSegmentData: () => features,
    getSegment: () => undefined,
  });
  const options = { disableMetrics: true, disableAutoStart: true, skipInstanceCountWarning: true };
  const unleash = new Unleash({ appName: 'stock', url: 'http://unused.invalid/', repository, ...options });
  await unleash.start();
  const served = KEYS.filter((userId) => unleash.isEnabled('trades', { userId }));
  unleash.destroy();
  return new Set(served);
}

describe('weights', () => {
  it('serve the very keys that Unleash serves at whole percents', async () => {
    for (const rollout of ['0', '1', '10', '33', '50', '99', '100']) {
      assert.deepEqual(await servedAt(flagsText(rollout)), await stockServedAt(rollout), `at ${rollout}`);
    }
  });

  it('only ever add keys when they rise, and serve nobody at 0 and everyone at 100', async () => {
    let before = new Set<string>();
    for (const rollout of [0, 0.01, 0.5, 0.99, 1, 1.5, 2, 37.5, 99.99, 100]) {
      const served = await servedAt(flagsText(rollout));
      const lost = [...before].filter((key) => !served.has(key));
      assert.deepEqual(lost, [], `${rollout} took keys away`);
      if (rollout === 0) assert.equal(served.size, 0);
      before = served;
    }
    assert.equal(before.size, KEYS.length);
  });

  it('serve the share they say, to a hundredth of a percent', async () => {
    const keys = Array.from({ length: 200_000 }, (_, index) => keyOf(`client-${index}`));
    for (const rollout of [0.01, 0.5, 1.5, 99.99]) {
      const share = rollout / 100;
      const expected = share * keys.length;
      const fourSigma = 4 * Math.sqrt(expected * (1 - share));
      const { size } = await servedAt(flagsText(rollout), keys);
      assert.ok(Math.abs(size - expected) <= fourSigma, `${size} of ${keys.length} at ${rollout}`);
    }
  });

  it('stick by default, userId, sessionId and routingKey alike', async () => {
    const expected = await servedAt(flagsText('12.5'));
    for (const stickiness of ['userId', 'sessionId', 'routingKey']) {
      assert.deepEqual(await servedAt(flagsText('12.5', { stickiness })), expected, stickiness);
    }
  });

  it('serve nobody when the stickiness is random, even through the old strategy of that name', async () => {
    assert.equal((await servedAt(flagsText('100', { stickiness: 'random' }))).size, 0);
    const old = { name: 'gradualRolloutRandom', parameters: { percentage: '100' } };
    assert.equal((await servedAt(flagsText('100', {}, old))).size, 0);
  });

  it('keep the constraints of a fractional strategy on both of its parts', async () => {
    const elsewhere = { contextName: 'environment', operator: 'IN', values: ['elsewhere'] };
    assert.equal((await servedAt(flagsText('55.5', {}, { constraints: [elsewhere] }))).size, 0);
    const here = { contextName: 'environment', operator: 'IN', values: ['default'] };
    const expected = await servedAt(flagsText('55.5'));
    assert.deepEqual(await servedAt(flagsText('55.5', {}, { constraints: [here] })), expected);
  });
});
