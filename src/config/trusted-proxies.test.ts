import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ParitygateError } from '../core/index.ts';
import { parseConfig } from './index.ts';

/** Three lines, so that what a test adds begins on line 4. */
const BASE = 'contract: openapi.yaml\nbackends:\n  legacy: http://127.0.0.1:3000\n';

function parse(more: string) {
  return parseConfig(`${BASE}${more}`, { file: 'p.yaml', env: {} });
}

function reject(more: string): ParitygateError {
  try {
    parse(more);
  } catch (error) {
    assert.ok(error instanceof ParitygateError, String(error));
    return error;
  }
  return assert.fail('nothing was thrown');
}

test('nobody is trusted who is not named', () => assert.deepEqual(parse('').trustedProxies, []));

test('a network is taken apart, and an address is a network of one', () => {
  const { trustedProxies } = parse('trustedProxies: [10.0.0.0/8, 192.0.2.1, "fd00::/8", "2001:db8::1", 0.0.0.0/0]');
  assert.deepEqual(trustedProxies, [
    { address: '10.0.0.0', prefix: 8, family: 'ipv4' },
    { address: '192.0.2.1', prefix: 32, family: 'ipv4' },
    { address: 'fd00::', prefix: 8, family: 'ipv6' },
    { address: '2001:db8::1', prefix: 128, family: 'ipv6' },
    { address: '0.0.0.0', prefix: 0, family: 'ipv4' },
  ]);
});

describe('what is no network is refused, with its place', () => {
  for (const wrong of [
    '10.0.0.0/33',
    '10.0.0/8',
    '10.0.0.0/',
    'proxy.example',
    '10.0.0.256',
    '10.0.0.1-10.0.0.9',
    '*',
  ]) {
    test(wrong, () => {
      const error = reject(`trustedProxies:\n  - 127.0.0.1\n  - "${wrong}"\n`);
      assert.equal(error.code, 'PG_CONFIG_INVALID');
      assert.deepEqual(error.at, { file: 'p.yaml', line: 6, column: 5 });
      assert.match(error.message, /^trustedProxies\[1\]: expected a network such as 10\.0\.0\.0\/8 or fd00::\/8/);
      assert.match(error.fix ?? '', /10\.0\.0\.0\/8/);
    });
  }

  test('fd00::/129', () => assert.match(reject('trustedProxies: ["fd00::/129"]').message, /expected a network/));
});

describe('the mark of mirrored requests', () => {
  test('has a name of its own unless another is given', () => {
    assert.equal(parse('').shadow.mark, 'x-paritygate-shadow');
    assert.equal(parse('shadow: { mark: X-Copied-By }').shadow.mark, 'x-copied-by');
  });

  for (const wrong of ['cookie', 'X-Forwarded-For', 'x-real-ip', 'x-a b', 'x_a', 'x-']) {
    test(`cannot be ${wrong}, which would be taken out of every request, or is none`, () => {
      const error = reject(`shadow: { mark: "${wrong}" }`);
      assert.deepEqual(error.at, { file: 'p.yaml', line: 4, column: 17 });
      assert.match(error.message, /^shadow\.mark: expected a header name that begins with `x-`/);
      assert.match(error.fix ?? '', /mark: x-paritygate-shadow/);
    });
  }
});
