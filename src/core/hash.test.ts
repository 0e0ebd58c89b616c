import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fnv1a64 } from './hash.ts';

test('the published vectors', () => {
  // draft-eastlake-fnv, appendix C.
  assert.equal(fnv1a64(''), 'cbf29ce484222325');
  assert.equal(fnv1a64('a'), 'af63dc4c8601ec8c');
  assert.equal(fnv1a64('foobar'), '85944171f73967e8');
});

test('the same as its definition, whatever the text', () => {
  for (let length = 0; length < 300; length += 7) {
    const text = String.fromCodePoint(...Array.from({ length }, (_, index) => (index * 2_654_435_761) % 0xd800));
    assert.equal(fnv1a64(text), byDefinition(text), JSON.stringify(text));
  }
});

function byDefinition(text: string): string {
  let hash = 0xcbf29ce484222325n;
  for (const byte of Buffer.from(text)) hash = ((hash ^ BigInt(byte)) * 0x100000001b3n) & 0xffffffffffffffffn;
  return hash.toString(16).padStart(16, '0');
}
