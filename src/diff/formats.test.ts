import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isSameUnder } from './formats.ts';

const SAME: readonly (readonly [format: string, ...spellings: string[]])[] = [
  [
    'date-time',
    '2026-01-02T03:04:05Z',
    '2026-01-02t03:04:05.000z',
    '2026-01-02T05:04:05+02:00',
    '2026-01-01T22:04:05.0-05:00',
  ],
  ['date-time', '2026-01-02T03:04:05.123456789Z', '2026-01-02T03:04:05.1234567890+00:00'],
  ['date-time-local', '2026-01-02T03:04:05', '2026-01-02T03:04:05.00'],
  ['time', '03:04:05Z', '03:04:05.0+00:00'],
  ['duration', 'PT1H30M', 'PT90M', 'PT5400S', 'PT5400.0S'],
  ['duration', 'P1Y2M', 'P14M'],
  ['duration', 'P2W', 'P14D'],
  ['http-date', 'Sun, 06 Nov 1994 08:49:37 GMT', 'Sunday, 06-Nov-94 08:49:37 GMT', 'Sun Nov  6 08:49:37 1994'],
  ['uuid', '6ba7b810-9dad-11d1-80b4-00c04fd430c8', '6BA7B810-9DAD-11D1-80B4-00C04FD430C8'],
  ['decimal', '1.10', '1.1', '0110e-2', '+1.1'],
  ['uri', 'https://example.test/a%2fb~c', 'HTTPS://EXAMPLE.test:443/a%2Fb%7Ec'],
  ['byte', 'aGVsbG8gd29ybGQ=', 'aGVsbG8gd29ybGQ', 'aGVsbG8g\r\nd29ybGQ='],
  ['base64url', '_-8', '_-8='],
  ['email', 'Ann@example.test', 'Ann@EXAMPLE.test'],
  ['hostname', 'example.test', 'Example.TEST'],
  ['ipv6', '2001:db8::1', '2001:0DB8:0:0:0:0:0:1'],
];

for (const [format, first = '', ...more] of SAME)
  for (const text of more)
    test(`${format}: ${first} is ${JSON.stringify(text)}`, () => assert.ok(isSameUnder(format, first, text)));

const DIFFERENT: readonly (readonly [format: string, left: string, right: string])[] = [
  ['date-time', '2026-01-02T03:04:05.123456Z', '2026-01-02T03:04:05.123999Z'],
  ['date-time', '2026-01-02T03:04:05Z', '2026-01-02T03:04:05+01:00'],
  ['date-time', '2026-02-30T00:00:00Z', '2026-03-02T00:00:00Z'],
  ['date-time', '2026-01-02T24:00:00Z', '2026-01-03T00:00:00Z'],
  ['date-time', '2016-12-31T23:59:60Z', '2017-01-01T00:00:00Z'],
  ['date-time', '0026-01-02T03:04:05Z', '1926-01-02T03:04:05Z'],
  ['time', '03:04:05Z', '03:04:05'],
  ['time', '03:04:05Z', '04:04:05+01:00'],
  ['duration', 'P1D', 'PT24H'],
  ['duration', 'P1M', 'PT1M'],
  ['duration', 'PT1.5S', 'PT1.05S'],
  ['duration', 'P', 'PT'],
  ['http-date', 'Sun, 06 Nov 1994 08:49:37 GMT', 'Sun, 06 Nov 1994 08:49:38 GMT'],
  ['uuid', '6ba7b810', '6BA7B810'],
  ['decimal', '1.10', '1.11'],
  ['decimal', '1,10', '1,1'],
  ['uri', 'https://example.test/a%2Fb', 'https://example.test/a/b'],
  ['uri', 'https://example.test/A', 'https://example.test/a'],
  ['uri', 'ftp://a.test', 'FTP://a.test'],
  ['byte', 'aGVsbG8=', 'aGVsbG9='],
  ['byte', 'not base64!', 'notbase64!'],
  ['byte', 'aGVsbG9', 'aGVsbG8'],
  ['email', 'Ann@example.test', 'ann@example.test'],
  ['ipv6', '::1', '::2'],
  // What looks like the normal form of the other, and is no value of the format.
  ['date-time', '2026-01-02T03:04:05Z', '1767323045.'],
  ['http-date', 'Sun, 06 Nov 1994 08:49:37 GMT', '784111777000'],
  ['duration', 'PT1M', '0 0 60.'],
  ['decimal', '1e9999999999999999', '1e9999999999999998'],
  ['duration', `PT${'9'.repeat(1e6)}S`, `PT${'9'.repeat(1e6)}.0S`],
  ['__proto__', 'a', 'A'],
  ['unknown', 'a', 'A'],
];

for (const [format, left, right] of DIFFERENT)
  test(`${format}: ${left.slice(0, 60)} is not ${right.slice(0, 60)}`, () =>
    assert.ok(!isSameUnder(format, left, right)));

test('many zeros that are not the end cost no more than their number', () => {
  const zeros = '0'.repeat(1e6);
  assert.ok(isSameUnder('decimal', `1${zeros}1`, `+1${zeros}1.0`));
  assert.ok(isSameUnder('duration', `PT1.${zeros}1S`, `PT1.${zeros}10S`));
});
