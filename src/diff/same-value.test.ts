import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseExact } from './exact-json.ts';
import { isSameValue } from './same-value.ts';

function isSame(left: string, right: string): boolean {
  return isSameValue(parseExact(left), parseExact(right));
}

test('the same JSON is the same, in whatever order its properties stand', () => {
  assert.ok(isSame('{"a":[1,{"b":null}],"c":"x"}', '{"c":"x","a":[1,{"b":null}]}'));
  assert.ok(isSame('9007199254740993', '9007199254740993'));
});

for (const [left, right] of [
  ['9007199254740993', '9007199254740992'],
  ['0', '-0'],
  ['[1,2]', '[2,1]'],
  ['[1]', '[1,null]'],
  ['{"a":1}', '{"b":1}'],
  ['{"a":1}', '{"a":1,"b":1}'],
  ['{"__proto__":1}', '{}'],
  ['{"toString":1}', '{"valueOf":1}'],
  ['[]', '{}'],
  ['null', '{}'],
  ['"1"', '1'],
] as const) {
  test(`${left} is not ${right}`, () => {
    assert.equal(isSame(left, right), false);
    assert.equal(isSame(right, left), false);
  });
}

test('beyond a depth it does not say that values are the same', () => {
  const deep = `${'['.repeat(40)}${']'.repeat(40)}`;
  assert.equal(isSame(deep, deep), false);
});
