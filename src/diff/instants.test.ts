import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isSameInstant, normalizeInstant } from './instants.ts';

const two = (most: number) => fc.integer({ min: 0, max: most }).map((part) => String(part).padStart(2, '0'));

/** Moments and what only looks like one, few enough that two of them are often the same. */
const instant = fc
  .record({
    year: fc.constantFrom('2026', '2024', '1900', '2000', '0099'),
    month: two(13),
    day: fc.constantFrom('00', '01', '28', '29', '30', '31', '32'),
    t: fc.constantFrom('T', 't', ' '),
    hour: fc.constantFrom('00', '22', '23', '24'),
    minute: fc.constantFrom('00', '59', '60'),
    second: fc.constantFrom('00', '59', '60'),
    fraction: fc.constantFrom('', '.0', '.00', '.1', '.10', '.123456789', '.'),
    offset: fc.constantFrom('Z', 'z', '+00:00', '-00:00', '+01:00', '-01:00', '+24:00', '', 'ZZ'),
  })
  .map(({ year, month, day, t, hour, minute, second, fraction, offset }) =>
    [year, '-', month, '-', day, t, hour, ':', minute, ':', second, fraction, offset].join(''),
  );

test('two moments are the same exactly where their normal forms are', () => {
  let same = 0;
  fc.assert(
    fc.property(instant, instant, fc.boolean(), (left, other, isRespelled) => {
      const right = isRespelled ? left.replace(/^(.{19})(?!\.)/, '$1.0').replace(/Z$/i, '+00:00') : other;
      const normal = normalizeInstant(left);
      const expected = normal !== undefined && normal === normalizeInstant(right);
      if (expected) same += 1;
      assert.equal(isSameInstant(left, right), expected, `${left} ${right}`);
    }),
    { numRuns: 5_000 },
  );
  assert.ok(same > 50, `only ${same} were the same`);
});

for (const [text, normal] of [
  ['2024-02-29T00:00:00Z', '1709164800.'],
  ['1970-01-01T00:00:00.50+01:00', '-3600.5'],
  ['2026-02-29T00:00:00Z', undefined],
  ['1900-02-29T00:00:00Z', undefined],
  ['2026-04-31T00:00:00Z', undefined],
  ['2026-00-01T00:00:00Z', undefined],
  ['2026-01-00T00:00:00Z', undefined],
] as const)
  test(`${text} is ${normal ?? 'no moment'}`, () => assert.equal(normalizeInstant(text), normal));
