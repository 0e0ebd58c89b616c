import assert from 'node:assert/strict';
import { test } from 'node:test';
import { replaceAccountNumbers } from './account-numbers.ts';

const found = (text: string): readonly string[] => {
  const kinds: string[] = [];
  replaceAccountNumbers(text, (number, kind) => {
    kinds.push(`${kind} ${number}`);
    return '';
  });
  return kinds;
};

// Numbers that the schemes and banks publish for tests.
for (const number of [
  '4111111111111111',
  '4111 1111 1111 1111',
  '4111-1111-1111-1111',
  '5555555555554444',
  '2223003122003222',
  '378282246310005',
  '30569309025904',
  '6011111111111117',
  '3530111333300000',
  '6759649826438453',
]) {
  test(`${number} is a card`, () => assert.deepEqual(found(`card ${number}.`), [`card ${number}`]));
}

for (const number of [
  'DE89370400440532013000',
  'DE89 3704 0044 0532 0130 00',
  'GB82WEST12345698765432',
  'NO9386011117947',
  'MT84MALT011000012345MTLCAST001S',
])
  test(`${number} is an account`, () => assert.deepEqual(found(`to ${number}, please`), [`iban ${number}`]));

for (const [text, number] of [
  ['7,4111111111111111', 'card 4111111111111111'],
  ['4111111111111111,12/26', 'card 4111111111111111'],
  ['4111 1111 1111 1111 12/26', 'card 4111 1111 1111 1111'],
  ['4111111111111111 123', 'card 4111111111111111'],
  ['12 4111-1111-1111-1111', 'card 4111-1111-1111-1111'],
  ['AT611904300234573201 EUR', 'iban AT611904300234573201'],
  ['BE68 5390 0754 7034 EUR', 'iban BE68 5390 0754 7034'],
  ['de89370400440532013000', 'iban de89370400440532013000'],
] as const)
  test(`what stands beside it hides none: ${text}`, () => assert.deepEqual(found(text), [number]));

for (const [title, text] of [
  ['a number whose check digit is wrong', '4111111111111112'],
  ['an account whose check digits are wrong', 'DE88370400440532013000'],
  ['a time in milliseconds', '1785542400000'],
  ['a snowflake', '1541815603606036480'],
  ['part of a longer number', '41111111111111110000000'],
  ['the digits of a fraction', '0.4111111111111111'],
  ['a UUID', '41111111-1111-4111-8111-111111111111'],
] as const) {
  test(`${title} is none: ${text}`, () => assert.deepEqual(found(text), []));
}

test('a text of digits alone costs what its length costs', () => {
  assert.deepEqual(found('1 '.repeat(100_000)), []);
  assert.deepEqual(found('AA00'.repeat(50_000)), []);
});
