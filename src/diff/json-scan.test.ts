import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { scanJson } from './json-scan.ts';

const scan = (text: string): ReturnType<typeof scanJson> => scanJson(Buffer.from(text));

/** What JSON.parse found, counted the slow way. */
function countNames(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  const own = Array.isArray(value) ? 0 : Object.keys(value).length;
  return Object.values(value).reduce((sum: number, item: unknown) => sum + countNames(item), own);
}

test('names are those of the parsed text, whatever stands in strings and however it is laid out', () => {
  fc.assert(
    fc.property(fc.json(), fc.constantFrom('', ' ', '\t', '\n  '), (text, indent) => {
      const parsed: unknown = JSON.parse(text);
      assert.equal(scan(JSON.stringify(parsed, null, indent)).names, countNames(parsed));
    }),
    { seed: 1, numRuns: 2_000 },
  );
});

test('a number is long when a double may not hold it, wherever it stands', () => {
  fc.assert(
    fc.property(
      fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }),
      fc.constantFrom('#', '[#]', '{"a":#}', '[0,#,"1"]'),
      (number, at) => {
        const text = at.replace('#', String(number));
        const { hasLongNumber } = scan(text);
        const isHeld = JSON.stringify(JSON.parse(text)) === text;
        // To say so of a number that a double does hold costs time; not to say so loses digits.
        assert.ok(isHeld || hasLongNumber, text);
        assert.equal(hasLongNumber, String(number).length >= 16, text);
      },
    ),
    { seed: 2, numRuns: 2_000 },
  );
});

const NAMES: readonly (readonly [text: string, names: number])[] = [
  ['{"a":1,"a":2}', 2],
  ['{"a:b":"c:d"}', 1],
  ['{"\\"":":","\\\\":"\\\\"}', 2],
  ['{"a":{"b":[{"c":null}]}}', 3],
  ['"never closed', 0],
  ['"closed by nothing\\', 0],
  ['', 0],
];
for (const [text, names] of NAMES)
  test(`${JSON.stringify(text)} has ${names} names`, () => assert.equal(scan(text).names, names));

const NUMBERS: readonly (readonly [text: string, isLong: boolean])[] = [
  ['1e3', true],
  ['1E3', true],
  ['123456789012345', false],
  ['1234567890123456', true],
  ['0.12345678901234', true],
  ['"1234567890123456"', false],
  ['{"12345678901234567890":1}', false],
  ['1234567890123456', true],
  ['-', false],
];
for (const [text, isLong] of NUMBERS)
  test(`${text} ${isLong ? 'may lose digits' : 'keeps its digits'}`, () =>
    assert.equal(scan(text).hasLongNumber, isLong));
