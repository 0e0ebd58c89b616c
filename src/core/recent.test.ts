import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Recent } from './recent.ts';

function counted(): { readonly made: string[]; readonly make: (key: string) => string } {
  const made: string[] = [];
  const make = (key: string): string => {
    made.push(key);
    return key.toUpperCase();
  };
  return { made, make };
}

test('what is known is not worked out again', () => {
  const { made, make } = counted();
  const recent = new Recent<string>(2);
  assert.deepEqual(
    ['a', 'b', 'a'].map((key) => recent.of(key, make)),
    ['A', 'B', 'A'],
  );
  assert.deepEqual(made, ['a', 'b']);
});

test('what is asked for again and again stays, and what is not is forgotten', () => {
  const { made, make } = counted();
  const recent = new Recent<string>(2);
  for (const key of ['keep', 'a', 'b', 'keep', 'c', 'keep', 'd', 'keep', 'a']) recent.of(key, make);
  assert.deepEqual(made, ['keep', 'a', 'b', 'c', 'd', 'a']);
});

test('after clear nothing is known', () => {
  const { made, make } = counted();
  const recent = new Recent<string>(2);
  recent.of('a', make);
  recent.clear();
  recent.of('a', make);
  assert.deepEqual(made, ['a', 'a']);
});
