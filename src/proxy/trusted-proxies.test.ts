import assert from 'node:assert/strict';
import { describe, it, test } from 'node:test';
import { type RawRig, startRawRig } from '../testing/raw-cases.ts';
import { type RecordedRequest, valuesOf } from '../testing/recorder-upstream.ts';
import {
  type ClientFacts,
  clientAddress,
  createTrustedProxies,
  forwardingHeaders,
  peerAddress,
} from './trusted-proxies.ts';

const HOST = 'Host: things.example:8080\r\n';

async function forward(rig: RawRig, lines: string): Promise<RecordedRequest> {
  const { live, mirrored, received } = await rig.say({ bytes: `GET /things HTTP/1.1\r\n${HOST}${lines}\r\n` });
  const [[request], [copy]] = [live, mirrored];
  assert.ok(request && copy, received);
  assert.deepEqual(toldOf(copy), toldOf(request), 'the copy tells the same');
  return request;
}

function toldOf(request: RecordedRequest): readonly (readonly [string, string])[] {
  return request.headers.filter(([name]) => /^(?:x-forwarded|x-real-ip|forwarded)/.test(name));
}

describe('behind a trusted proxy', { concurrency: false }, () => {
  test('what it says of its client is kept and extended', async (t) => {
    const rig = await startRawRig(t, { more: 'trustedProxies: [10.0.0.0/8, 127.0.0.1]' });
    const lines = [
      'X-Forwarded-For: 203.0.113.7, 10.0.0.1',
      'x-forwarded-for: 10.0.0.2',
      'X-Forwarded-Host: public.example',
      'X-Forwarded-Proto: https',
      'X-Forwarded-Port: 443',
      'X-Real-IP: 203.0.113.7',
      'Forwarded: for=203.0.113.7;proto=https',
    ];
    assert.deepEqual(toldOf(await forward(rig, `${lines.join('\r\n')}\r\n`)), [
      ['x-forwarded-for', '203.0.113.7, 10.0.0.1, 10.0.0.2, 127.0.0.1'],
      ['x-forwarded-host', 'public.example'],
      ['x-forwarded-proto', 'https'],
      ['x-forwarded-port', '443'],
      ['x-real-ip', '203.0.113.7'],
      ['forwarded', 'for=203.0.113.7;proto=https, for=127.0.0.1;host="things.example:8080";proto=http'],
    ]);
  });

  test('what it does not say is what we know', async (t) => {
    const rig = await startRawRig(t, { more: 'trustedProxies: [127.0.0.0/8]' });
    assert.deepEqual(toldOf(await forward(rig, '')), [
      ['x-forwarded-for', '127.0.0.1'],
      ['x-forwarded-host', 'things.example:8080'],
      ['x-forwarded-proto', 'http'],
    ]);
  });

  test('a client keeps its side by the address that the proxy tells, and cannot choose it', async (t) => {
    const rig = await startRawRig(t, { weight: 50, more: 'trustedProxies: [127.0.0.0/8]' });
    const sideOf = async (forwardedFor: string): Promise<'legacy' | 'candidate'> => {
      const before = rig.legacy.requests.length;
      await forward(rig, `X-Forwarded-For: ${forwardedFor}\r\n`);
      const unmarked = rig.legacy.requests
        .slice(before)
        .filter(
          ({ line, headers }) =>
            line === 'GET /things HTTP/1.1' && !headers.some(([name]) => name === 'x-paritygate-shadow'),
        );
      return unmarked.length > 0 ? 'legacy' : 'candidate';
    };
    const clients = Array.from({ length: 24 }, (_, index) => `203.0.113.${index}`);
    const sides: string[] = [];
    for (const client of clients) sides.push(await sideOf(client));
    assert.deepEqual([...new Set(sides)].sort(), ['candidate', 'legacy'], 'each client has a side of its own');
    const again: string[] = [];
    // To the left stands what the client wrote itself.
    for (const [index, client] of clients.entries()) again.push(await sideOf(`198.51.100.${index}, ${client}`));
    assert.deepEqual(again, sides);
  });
});

test('a proxy that is not trusted is a client', async (t) => {
  const rig = await startRawRig(t, { more: 'trustedProxies: [10.0.0.0/8, "2001:db8::/32"]' });
  const request = await forward(rig, 'X-Forwarded-For: 203.0.113.7\r\nX-Real-IP: 203.0.113.7\r\nForwarded: for=x\r\n');
  assert.deepEqual(valuesOf(request, 'x-forwarded-for'), ['127.0.0.1']);
  assert.equal(toldOf(request).length, 3);
});

describe('who the client is', () => {
  const trusted = createTrustedProxies([
    { address: '10.0.0.0', prefix: 8, family: 'ipv4' },
    { address: '2001:db8::', prefix: 32, family: 'ipv6' },
  ]);
  assert.ok(trusted);
  const cases: readonly (readonly [title: string, peer: string, forwardedFor: string, client: string])[] = [
    ['the peer, when nothing is said', '10.0.0.1', '', '10.0.0.1'],
    ['the peer, when it is not trusted', '203.0.113.9', '203.0.113.7', '203.0.113.9'],
    ['the last that is said', '10.0.0.1', '198.51.100.1, 203.0.113.7', '203.0.113.7'],
    ['the last before trusted ones', '10.0.0.1', '198.51.100.1,203.0.113.7 , 10.9.9.9,10.1.1.1', '203.0.113.7'],
    ['the first of all when all are trusted', '10.0.0.1', '10.0.0.3, 10.0.0.2', '10.0.0.3'],
    ['an address without its port', '10.0.0.1', '203.0.113.7:51234', '203.0.113.7'],
    ['an address of IPv6 behind one of IPv6', '2001:db8::1', '[2001:470::7]:443, 2001:db8::2', '2001:470::7'],
    ['an address of IPv4 in the form of IPv6', '10.0.0.1', '::ffff:203.0.113.7', '203.0.113.7'],
    ['the one who said what is no address', '10.0.0.1', '203.0.113.7, unknown, 10.0.0.2', '10.0.0.2'],
    ['the one who said nothing', '10.0.0.1', '203.0.113.7,', '10.0.0.1'],
  ];
  for (const [title, peer, forwardedFor, client] of cases)
    it(title, () => assert.equal(clientAddress(peer, forwardedFor, trusted), client));

  it('is asked of nobody when no proxy is trusted', () => assert.equal(createTrustedProxies([]), undefined));

  it('is the same on a listener for both versions of IP', () => {
    assert.deepEqual(['::ffff:10.0.0.1', 'fe80::1%eth0', '::1', undefined].map(peerAddress), [
      '10.0.0.1',
      'fe80::1',
      '::1',
      '',
    ]);
  });

  it('is remembered for addresses that come often, and right for those that do not', () => {
    for (let index = 0; index < 3000; index += 1) {
      const last = `${index >> 8}.${index & 255}`;
      assert.deepEqual([trusted.trusts(`10.0.${last}`), trusted.trusts(`11.0.${last}`)], [true, false]);
    }
    assert.deepEqual(['10.0.0.1', '11.0.0.1', '2001:db8:1::1', '2001:db9::1', 'unknown', ''].map(trusted.trusts), [
      ...[true, false, true, false],
      ...[false, false],
    ]);
  });
});

test('an address of IPv6 is quoted in Forwarded (RFC 7239, section 6), and one that is gone is unknown', () => {
  const client: ClientFacts = {
    peer: '2001:db8::1',
    isTrusted: true,
    host: '[2001:db8::2]:8080',
    protocol: 'https',
    version: '1.1',
  };
  const received = [{ kind: 'forwarding', name: 'forwarded', value: 'for=_x' }] as const;
  const told = forwardingHeaders(client, received);
  assert.equal(told.at(-1), 'for=_x, for="[2001:db8::1]";host="[2001:db8::2]:8080";proto=https');
  assert.equal(forwardingHeaders({ ...client, peer: '' }, received)[1], 'unknown');
});
