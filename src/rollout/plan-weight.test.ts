import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ParitygateError } from '../core/index.ts';
import { planWeight, type WeightPlan } from './plan-weight.ts';

const ROLLOUT = {
  name: 'flexibleRollout',
  parameters: { rollout: '25', stickiness: 'routingKey', groupId: 'shared' },
  constraints: [{ contextName: 'environment', operator: 'IN', values: ['eu'] }],
  id: 'e5d4',
};

function plan(feature: object, percent: number): WeightPlan {
  const flag = { name: 'trades', enabled: true, ...feature };
  return planWeight({ document: { features: [flag] }, flag: 'trades', percent });
}

function code(expected: ParitygateError['code']): (error: ParitygateError) => boolean {
  return (error) => error.code === expected && error.fix !== undefined;
}

describe('planWeight', () => {
  it('changes the rollout of that flag and nothing else', () => {
    const other = { name: 'tasks', enabled: true, strategies: [ROLLOUT] };
    const trades = { name: 'trades', enabled: true, strategies: [ROLLOUT], project: 'p' };
    const document = { version: 2, features: [other, trades], segments: [{ id: 1 }], meta: { etag: 'x' } };
    const before = structuredClone(document);
    const { document: planned, ...made } = planWeight({ document, flag: 'trades', percent: 12.34 });
    assert.deepEqual(made, { from: 25, to: 12.34, switched: undefined });
    const parameters = { ...ROLLOUT.parameters, rollout: '12.34' };
    const features = [other, { ...trades, strategies: [{ ...ROLLOUT, parameters }] }];
    assert.deepEqual(planned, { ...document, features });
    assert.deepEqual(document, before);
  });

  it('gives a flag without a strategy one that is sticky and its own cohort', () => {
    const { from, document } = plan({ strategies: [] }, 10);
    assert.equal(from, 100, 'Unleash serves everyone where there is no strategy');
    const parameters = { rollout: '10', stickiness: 'default', groupId: 'trades' };
    assert.deepEqual(document.features[0]?.strategies, [{ name: 'flexibleRollout', parameters }]);
    assert.deepEqual(plan({}, 10).document, document);
  });

  it('enables a disabled flag for a weight above 0 and says so', () => {
    const { document, ...made } = plan({ enabled: false, strategies: [ROLLOUT] }, 1);
    assert.deepEqual(made, { from: 0, to: 1, switched: 'on' });
    assert.equal(document.features[0]?.enabled, true);
  });

  it('leaves a disabled flag disabled at 0', () => {
    const { document, ...made } = plan({ enabled: false, strategies: [ROLLOUT] }, 0);
    assert.deepEqual(made, { from: 0, to: 0, switched: undefined });
    assert.equal(document.features[0]?.enabled, false);
  });

  it('refuses to raise a flag on which other strategies decide, and disables it at 0', () => {
    for (const strategies of [[ROLLOUT, { name: 'default' }], [{ name: 'default' }], [ROLLOUT, ROLLOUT]]) {
      assert.throws(() => plan({ strategies }, 10), code('PG_WEIGHT_INVALID'));
      const { document, ...made } = plan({ strategies }, 0);
      assert.deepEqual(made, { from: null, to: 0, switched: 'off' });
      assert.deepEqual(document.features[0], { name: 'trades', enabled: false, strategies });
    }
  });

  it('gives no present weight for a flag that depends on another', () => {
    assert.equal(plan({ strategies: [ROLLOUT], dependencies: [{ feature: 'all' }] }, 5).from, null);
  });

  it('takes percents from 0 to 100 with at most two decimals', () => {
    for (const percent of [0, 0.01, 0.07, 1.1, 33.33, 99.99, 100]) {
      assert.equal(plan({ strategies: [ROLLOUT] }, percent).to, percent);
    }
    for (const percent of [-0.01, 100.01, 0.001, 33.333, Number.NaN, Number.POSITIVE_INFINITY]) {
      assert.throws(() => plan({ strategies: [ROLLOUT] }, percent), code('PG_WEIGHT_INVALID'), String(percent));
    }
  });

  it('names the nearest flag when there is none of that name', () => {
    const wish = { document: { features: [{ name: 'migrate.trades', enabled: true }] }, flag: 'trades', percent: 1 };
    assert.throws(
      () => planWeight(wish),
      (error: ParitygateError) => {
        return error.code === 'PG_FLAG_UNKNOWN' && /"migrate\.trades"/.test(error.fix ?? '');
      },
    );
  });
});
