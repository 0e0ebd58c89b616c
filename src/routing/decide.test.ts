import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { decide } from './decide.ts';

const group = { name: 'trades', flag: 'migrate.trades', hasCandidate: true };
const all = { isCandidate: () => true };

describe('decide', () => {
  it('lets the candidate serve when the flag of the group says so for the key', () => {
    const asked: string[] = [];
    const flags = { isCandidate: (flag: string, key: string) => asked.push(flag, key) > 0 };
    assert.deepEqual(decide({ group }, 'k1', flags), { serve: 'candidate', group: 'trades' });
    assert.deepEqual(asked, ['migrate.trades', 'k1']);
  });

  it('lets legacy serve when the flag says no', () => {
    const none = { isCandidate: () => false };
    assert.deepEqual(decide({ group }, 'k1', none), { serve: 'legacy', group: 'trades' });
  });

  it('lets legacy serve a request without a key, and a group without a candidate', () => {
    assert.deepEqual(decide({ group }, undefined, all), { serve: 'legacy', group: 'trades' });
    const alone = { ...group, hasCandidate: false };
    assert.deepEqual(decide({ group: alone }, 'k1', all), { serve: 'legacy', group: 'trades' });
  });

  it('lets legacy serve an operation that belongs to no group', () => {
    assert.deepEqual(decide({}, 'k1', all), { serve: 'legacy', group: undefined });
  });
});
