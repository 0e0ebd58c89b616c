import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createFakeClock } from './testing/fake-clock.ts';
import { createWarnings } from './warnings.ts';

function setup() {
  const clock = createFakeClock(Date.UTC(2026, 0, 1));
  const news: string[] = [];
  return { clock, news, warnings: createWarnings({ clock, onNews: (message) => void news.push(message) }) };
}

test('a warning is told at once and listed with its time', () => {
  const { clock, news, warnings } = setup();
  warnings.add('a');
  clock.advance(1_500);
  warnings.add('b');
  assert.deepEqual(news, ['a', 'b']);
  assert.deepEqual(warnings.list(), ['2026-01-01T00:00:00.000Z a', '2026-01-01T00:00:01.500Z b']);
});

test('what several workers notice of the same thing is told once', () => {
  const { clock, news, warnings } = setup();
  for (const pid of [1, 2, 3]) {
    warnings.add('the flags file is gone', pid);
    clock.advance(500);
  }
  assert.deepEqual(news, ['the flags file is gone']);
  assert.equal(warnings.list().length, 1);
});

test('what the same worker says again, or another one much later, is news', () => {
  const { clock, news, warnings } = setup();
  warnings.add('again', 1);
  warnings.add('again', 1);
  clock.advance(10_001);
  warnings.add('again', 2);
  assert.equal(news.length, 3);
});

test('the list is bounded, and keeps the latest', () => {
  const { warnings } = setup();
  for (let number = 0; number < 60; number += 1) warnings.add(`warning ${number}`);
  assert.equal(warnings.list().length, 50);
  assert.match(warnings.list()[0] ?? '', /warning 10$/);
  assert.match(warnings.list().at(-1) ?? '', /warning 59$/);
});
