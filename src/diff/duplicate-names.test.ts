import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { findDuplicates } from './duplicate-names.ts';
import { scanJson } from './json-scan.ts';

function pointersIn(text: string): readonly string[] {
  return findDuplicates(text, scanJson(Buffer.from(text)), JSON.parse(text)).map(
    ({ path, hidden }) => `${path.map((segment) => `/${segment}`).join('')} ${hidden}`,
  );
}

for (const [text, ...found] of [
  ['{"a":1,"a":2}', '/a 1'],
  ['{"a" :1,\n "a"\t: 2}', '/a 1'],
  ['{"a":1,"\\u0061":1}', '/a 1'],
  ['[{"x":{}},{"x":[1,{"b":"}","c":0,"b":null}]}]', '/1/x/1/b "}"'],
  ['{"__proto__":1,"__proto__":2}', '/__proto__ 1'],
  ['{"a/b":[1, 2],"a/b":3}', '/a/b [1, 2]'],
  ['{"a":1,"a":2,"a":3}', '/a 1', '/a 2'],
  ['{"":{},"":{}}', '/ {}'],
] as const)
  test(`${text} has ${found.length}`, () => assert.deepEqual(pointersIn(text), found));

test('no JSON without a name twice has any, whatever its strings look like', () => {
  const tricky = fc.oneof(fc.string(), fc.constantFrom('":', '"a":1,"a":', '\\', '\\"', '{', '}]'));
  fc.assert(
    fc.property(fc.json({ stringUnit: tricky }), fc.constantFrom(undefined, 2), (json, indent) => {
      assert.deepEqual(pointersIn(JSON.stringify(JSON.parse(json), null, indent)), []);
    }),
  );
});
