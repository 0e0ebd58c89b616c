import assert from 'node:assert/strict';
import { describe, it, test } from 'node:test';
import { startProxy } from '../testing/proxy.ts';
import { converse, headersOf } from '../testing/raw-client.ts';
import { startRecorderUpstream } from '../testing/recorder-upstream.ts';
import { admit } from './guard.ts';
import { type HeaderKind, HeaderNames } from './header-kinds.ts';

const HOST = 'Host: things.example\r\n';

test('what is refused or answered by the proxy itself is no exchange', async (t) => {
  const { origin, requests } = await startRecorderUpstream(t);
  const { port, arrivals, exchanges } = await startProxy(t, { legacy: origin });
  for (const line of ['TRACE /things', 'CONNECT things.example:443', 'OPTIONS *', 'GET *'])
    await converse(port, { bytes: `${line} HTTP/1.1\r\n${HOST}Connection: close\r\n\r\n` });
  assert.deepEqual([arrivals, exchanges, requests], [[], [], []]);
});

test('405 names the methods that there are (RFC 9110, section 15.5.6), and so does the answer to OPTIONS *', async (t) => {
  const { origin } = await startRecorderUpstream(t);
  const { port } = await startProxy(t, { legacy: origin });
  for (const line of ['TRACE /things', 'CONNECT things.example:443', 'OPTIONS *']) {
    const { responses } = await converse(port, { bytes: `${line} HTTP/1.1\r\n${HOST}Connection: close\r\n\r\n` });
    const allow = responses.flatMap((response) => headersOf(response, 'allow'));
    assert.deepEqual(allow, ['GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS'], line);
  }
});

describe('an admission', () => {
  const request = { method: 'GET', url: '/things?x=1', httpVersion: '1.1', rawHeaders: ['Host', 'things.example'] };

  it('tells a backend that the client came by TLS, and from where', () => {
    const socket = { remoteAddress: '::ffff:192.0.2.7', encrypted: true };
    const admission = admit({ ...request, socket });
    assert.ok(admission.kind === 'admitted');
    assert.deepEqual(admission.headers.slice(0, 8), [
      ...['Host', 'things.example', 'x-forwarded-for', '192.0.2.7'],
      ...['x-forwarded-host', 'things.example', 'x-forwarded-proto', 'https'],
    ]);
    assert.deepEqual([admission.ip, admission.target], ['192.0.2.7', '/things?x=1']);
  });

  it('is refused for framing that the parser before it would have refused', () => {
    const refusals = [
      ['Content-Length', '1', 'Content-Length', '1'],
      ['Transfer-Encoding', 'chunked', 'transfer-encoding', 'chunked'],
    ].map((framing) => admit({ ...request, rawHeaders: [...request.rawHeaders, ...framing], socket: {} }));
    assert.deepEqual(
      refusals.map((refusal) => refusal.kind === 'refused' && refusal.status),
      [400, 400],
    );
  });

  it('knows whether there is a body', () => {
    const hasBody = (...framing: string[]): unknown => {
      const admission = admit({ ...request, rawHeaders: [...request.rawHeaders, ...framing], socket: {} });
      return admission.kind === 'admitted' && admission.hasBody;
    };
    assert.deepEqual(
      [
        hasBody(),
        hasBody('content-length', '0'),
        hasBody('Content-Length', '1'),
        hasBody('Transfer-Encoding', 'Chunked'),
      ],
      [false, false, true, true],
    );
  });
});

describe('the kind of a header', () => {
  const kinds: readonly (readonly [name: string, kind: HeaderKind])[] = [
    ['CONTENT-LENGTH', 'length'],
    ['content-length', 'length'],
    ['Content_Length', 'alias'],
    ['X-Forwarded-Anything', 'forwarding'],
    ['Proxy-Anything', 'hop'],
    ['Proxy-Status', 'plain'],
    ['If-None-Match', 'condition'],
    ['If_None_Match', 'condition'],
    ['X-My-Mark', 'mark'],
    ['x_my_mark', 'alias'],
    ['constructor', 'plain'],
    ['__proto__', 'plain'],
  ];

  it('is by its name in any case', () => {
    const names = new HeaderNames('x-my-mark');
    for (const [name, kind] of kinds) assert.deepEqual([name, names.of(name).kind], [name, kind]);
  });

  it('is right also after a flood of names that take its place', () => {
    const names = new HeaderNames('x-my-mark');
    for (let index = 0; index < 20_000; index += 1) {
      assert.equal(names.of(`x-${index}`).kind, 'plain');
      const [name, kind] = kinds[index % kinds.length] ?? ['', 'plain'];
      assert.equal(names.of(name).kind, kind);
    }
    assert.equal(names.of(`x-forwarded-${'a'.repeat(10_000)}`).kind, 'forwarding');
  });
});
