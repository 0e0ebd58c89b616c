import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import { type StickyRule, stickyKey } from './sticky-key.ts';

const RULES: readonly StickyRule[] = [
  { kind: 'header', name: 'X-User-Id' },
  { kind: 'cookie', name: 'sid' },
  { kind: 'ip' },
];

function digest(value: string): string {
  return createHash('sha256').update(value).digest('hex').slice(0, 32);
}

describe('the sticky key', () => {
  it('comes from the first rule that yields a value, hashed to 32 hex digits', () => {
    const headers = ['X-User-ID', '42', 'Cookie', 'a=b; sid=s1'];
    assert.equal(stickyKey({ headers, ip: '10.0.0.1' }, RULES), digest('42'));
    assert.equal(stickyKey({ headers: ['cookie', 'a=b; sid=s1'], ip: '10.0.0.1' }, RULES), digest('s1'));
    assert.equal(stickyKey({ headers: [], ip: '10.0.0.1' }, RULES), digest('10.0.0.1'));
  });

  it('is absent when no rule yields a value', () => {
    const headers = ['x-user-id', ' ', 'cookie', 'sid=; xsid=1; =2; sid'];
    assert.equal(stickyKey({ headers, ip: '' }, RULES), undefined);
    assert.equal(stickyKey({ headers, ip: '10.0.0.1' }, []), undefined);
  });

  it('takes the first of several cookies and all of a value that holds an equals sign', () => {
    assert.equal(stickyKey({ headers: ['cookie', 'sid=a==; sid=b', 'cookie', 'sid=c'], ip: '' }, RULES), digest('a=='));
  });

  it('reads a repeated header as one value', () => {
    const rules: readonly StickyRule[] = [{ kind: 'header', name: 'x-tenant' }];
    assert.equal(stickyKey({ headers: ['x-tenant', 'a', 'X-Tenant', 'b'], ip: '' }, rules), digest('a, b'));
  });

  it('finds no header in the prototype', () => {
    const rules: readonly StickyRule[] = [
      { kind: 'header', name: '__proto__' },
      { kind: 'header', name: 'constructor' },
    ];
    assert.equal(stickyKey({ headers: [], ip: '' }, rules), undefined);
  });

  it('is the same for a client of IPv4 on a dual-stack listener', () => {
    assert.equal(stickyKey({ headers: [], ip: '::ffff:10.0.0.1' }, RULES), digest('10.0.0.1'));
  });

  it('tells characters apart that the hash of Unleash confuses', () => {
    const keys = ['Ł', 'A'].map((ip) => stickyKey({ headers: [], ip }, [{ kind: 'ip' }]));
    assert.notEqual(keys[0], keys[1]);
  });
});
