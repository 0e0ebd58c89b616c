import assert from 'node:assert/strict';
import { test } from 'node:test';
import { thingContract } from '../testing/contract.ts';
import { jsonReply } from '../testing/replies.ts';
import { judgePair } from './judge.ts';

const { contract, operation } = thingContract(
  '{ type: object, properties: { v: {}, list: { type: array, items: {} } } }',
);

/** What explains each finding of a pair of bodies, by its pointer. */
function transforms(legacy: unknown, candidate: unknown): Record<string, readonly string[] | undefined> {
  const pair = { legacy: jsonReply(legacy), candidate: jsonReply(candidate) };
  const judged = judgePair({ contract, operation, hash: (text) => `#${text.length}` }, pair);
  assert.ok(typeof judged === 'object');
  return Object.fromEntries(judged.findings.map((finding) => [finding.at, finding.transforms]));
}

const NAMED: readonly (readonly [legacy: unknown, candidate: unknown, name: string])[] = [
  [12.5, 1250, '× 100'],
  [1999, 19.99, '× 0.01'],
  [7, 8, '+ 1'],
  [7, -3, '− 10'],
  [0.1, 0.30000000000000004, '+ 0.2'],
  [2.345, 2.35, 'rounded to 2 digits'],
  [2.349, 2.34, 'cut to 2 digits'],
  ['2026-01-02T03:04:05Z', '2026-01-02T05:04:05Z', '+ 7200 s'],
  ['2026-01-02T03:04:05+00:00', '2026-01-02T03:04:04.5Z', '− 0.5 s'],
  ['2026-01-02T03:04:05', '2026-01-02T02:04:05', '− 3600 s'],
  ['Berlin', 'BERLIN', 'in upper case'],
  ['Berlin', 'berlin', 'in lower case'],
  ['bErlin', 'Berlin', 'in another case'],
  [' a ', 'a', 'without the white space around it'],
  ['a', 'a\n', 'with white space around it'],
  ['abcdef', 'abc', 'cut to 3 characters'],
  ['\u00e9', 'e\u0301', 'in another Unicode normal form'],
  ['a\r\nb', 'a\nb', 'with other line ends'],
  [true, false, 'negated'],
  [12, '12', 'as text'],
  [true, 'true', 'as text'],
  ['12', 12, 'text as value'],
  [1, [1], 'in a list of one'],
  [['a'], 'a', 'out of a list of one'],
  [null, '', 'null to the empty text'],
  [[], null, 'the empty list to null'],
  [true, 1, '1 and 0 for true and false'],
  [0, false, 'true and false for 1 and 0'],
];

for (const [legacy, candidate, name] of NAMED)
  test(`${JSON.stringify(legacy)} to ${JSON.stringify(candidate)} is ${name}`, () => {
    assert.ok(transforms({ v: legacy }, { v: candidate })['/v']?.includes(name));
  });

const UNNAMED: readonly (readonly [legacy: unknown, candidate: unknown])[] = [
  ['Ann', 'Bob'],
  ['', 'a'],
  [{ a: 1 }, 'x'],
  [12, '13'],
  [1, [2]],
];
for (const [legacy, candidate] of UNNAMED)
  test(`nothing makes ${JSON.stringify(candidate)} of ${JSON.stringify(legacy)}`, () => {
    assert.equal(transforms({ v: legacy }, { v: candidate })['/v'], undefined);
  });

test('what explains only some of the places explains none', () => {
  const twice = transforms({ list: [1, 2, 30] }, { list: [100, 200, 3000] });
  assert.deepEqual(Object.values(twice), [['× 100']]);
  assert.deepEqual(Object.values(transforms({ list: [1, 2, 30] }, { list: [100, 200, 31] })), [undefined]);
});

test('a property of another name is told on both sides, where the value is the same', () => {
  assert.deepEqual(transforms({ note: 'x', other: 2 }, { remark: 'x' }), {
    '/note': ['now called remark'],
    '/other': undefined,
    '/remark': ['formerly note'],
  });
});

test('what is only another spelling needs no explanation', () => {
  const { contract: formats, operation: only } = thingContract('{ type: string, format: uuid }');
  const [lower, upper] = ['6ba7b810-9dad-11d1-80b4-00c04fd430c8', '6BA7B810-9DAD-11D1-80B4-00C04FD430C8'];
  const pair = { legacy: jsonReply(`"${lower}"`), candidate: jsonReply(`"${upper}"`) };
  const judged = judgePair({ contract: formats, operation: only, hash: () => '' }, pair);
  assert.equal(typeof judged === 'object' && judged.findings[0]?.transforms, undefined);
});

test('nothing is told of a secret, not even how far it is from another value', () => {
  assert.deepEqual(transforms({ pin: 0 }, { pin: 4711 }), { '/pin': undefined });
  assert.deepEqual(transforms({ secret: { n: 0 } }, { secret: { n: 4711 } }), { '/secret/n': undefined });
});

test('an address in a name is no more stored than one in a value', () => {
  const found = transforms({ 'ann@example.test': 1 }, { other: 1 });
  assert.doesNotMatch(JSON.stringify(found), /ann@example/);
});
