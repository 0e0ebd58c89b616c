// What becomes of headers, said as raw bytes and read as raw bytes: on the live request and on its copy alike, and on the
// way back.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type RawRig, runRawCases, startRawRig } from '../testing/raw-cases.ts';
import { headersOf } from '../testing/raw-client.ts';
import { parseRawTable } from '../testing/raw-table.ts';
import { type RecordedRequest, valuesOf } from '../testing/recorder-upstream.ts';

const HOST = 'Host: things.example\r\n';
const SOCKET =
  'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n';

/** Sends a GET with these header lines, and returns it as it reached legacy and as it was copied to the candidate. */
async function forward(rig: RawRig, lines: string): Promise<readonly [RecordedRequest, RecordedRequest]> {
  const { live, mirrored, received } = await rig.say({ bytes: `GET /things HTTP/1.1\r\n${HOST}${lines}\r\n` });
  const [[request], [copy]] = [live, mirrored];
  assert.ok(request && copy, received);
  return [request, copy];
}

const REFUSED = parseRawTable(String.raw`
X_Forwarded_For | 9110 5.1 | 400 | another header to servers without dashes | {GET}{H}X_Forwarded_For: 6.6.6.6\r\n\r\n
x_forwarded-Proto | 9110 5.1 | 400 | the same, with one dash | {GET}{H}x_forwarded-Proto: https\r\n\r\n
X_Real_IP | 9110 5.1 | 400 | another header to servers without dashes | {GET}{H}X_Real_IP: 6.6.6.6\r\n\r\n
Transfer_Encoding | 9110 5.1 | 400 | another header to servers without dashes | {GET}{H}Transfer_Encoding: chunked\r\n\r\n
Proxy_Authorization | 9110 5.1 | 400 | another header to servers without dashes | {GET}{H}Proxy_Authorization: x\r\n\r\n
x_paritygate_shadow | 9110 5.1 | 400 | the mark to servers without dashes | {GET}{H}x_paritygate_shadow: 1\r\n\r\n
X_Mine | 9110 5.1 | once | a name with underscores that is no other's | {GET}{H}X_Mine: 1\r\n\r\n
Connection: authorization | 9110 7.6.1 | 400 | a request for another to be made anonymous | {GET}{H}Connection: close, authorization\r\nAuthorization: x\r\n\r\n
Connection: host | 9110 7.6.1 | 400 | a request without a host | {GET}{H}Connection: Host\r\n\r\n
Connection: cookie | 9110 7.6.1 | 400 | a request without a session | {GET}{H}Connection: keep-alive,Cookie\r\nCookie: a=b\r\n\r\n
Connection: x-forwarded-for | 9110 7.6.1 | 400 | a request of nobody | {GET}{H}Connection: x-forwarded-for\r\n\r\n
Connection: x-real-ip | 9110 7.6.1 | 400 | a request of nobody | {GET}{H}Connection: X-Real-IP\r\n\r\n
Connection: forwarded | 9110 7.6.1 | 400 | a request of nobody | {GET}{H}Connection: forwarded\r\n\r\n
Connection: via | 9110 7.6.1 | 400 | a request that has been nowhere | {GET}{H}Connection: via\r\n\r\n
Connection: content-type | 9110 7.6.1 | 400 | a body of no type | {GET}{H}Connection: content-type\r\n\r\n
`);

for (const side of ['legacy', 'candidate'] as const) {
  test(`what headers may ask for, with ${side} serving`, (t) => runRawCases(t, side, REFUSED));
}

test('what becomes of headers on the way to both sides', async (t) => {
  const rig = await startRawRig(t);

  await t.test('what is for one hop only stays behind, on the live request and on its copy', async () => {
    const lines = [
      'Connection: close, X-Hop , x-other-hop',
      'X-Hop: secret',
      'x-OTHER-hop: secret',
      'Keep-Alive: timeout=5',
      'TE: trailers',
      'Trailer: X-Sum',
      'Upgrade: h2c',
      'HTTP2-Settings: AAMAAABkAAQAAP__',
      'Proxy: http://evil.example',
      'Proxy-Connection: keep-alive',
      'Proxy-Authorization: Basic eA==',
      'Proxy-Anything: x',
      'Expect: 100-continue',
      'X-Mine: kept',
    ];
    for (const request of await forward(rig, `${lines.join('\r\n')}\r\n`)) {
      const left = request.headers.map(([name]) => name.toLowerCase()).sort();
      const added = ['via', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'x-mine'];
      assert.deepEqual(
        left.filter((name) => name !== 'connection' && name !== 'x-paritygate-shadow'),
        ['host', ...added],
      );
      assert.ok(valuesOf(request, 'connection').every((value) => value === 'keep-alive'));
    }
  });

  await t.test('what a client says about itself is replaced by what is known', async () => {
    const spoofed = [
      'X-Forwarded-For: 6.6.6.6',
      'x-forwarded-for: 7.7.7.7',
      'X-Forwarded-Host: evil.example',
      'X-Forwarded-Proto: https',
      'X-Forwarded-Port: 443',
      'X-Forwarded-Prefix: /evil',
      'X-Forwarded: for=6.6.6.6',
      'X-Real-IP: 6.6.6.6',
      'Forwarded: for=6.6.6.6;proto=https',
    ];
    // An expectation has been a way round this in other proxies.
    for (const expectation of ['', 'Expect: 100-continue\r\n']) {
      for (const request of await forward(rig, `${spoofed.join('\r\n')}\r\n${expectation}`)) {
        const told = request.headers.filter(([name]) => /^(?:x-forwarded|x-real-ip|forwarded)/i.test(name));
        assert.deepEqual(told, [
          ['x-forwarded-for', '127.0.0.1'],
          ['x-forwarded-host', 'things.example'],
          ['x-forwarded-proto', 'http'],
        ]);
      }
    }
  });

  await t.test('repeated headers, their order and their case reach both sides as they came', async () => {
    const lines = [
      'x-B: 2',
      'Authorization: one',
      'X-a: 1',
      'authorization: two',
      'Cookie: a=1',
      'Cookie: b=2',
      'x-b: 3',
    ];
    for (const request of await forward(rig, `${lines.join('\r\n')}\r\nX-Latin: caf\xe9\r\n`)) {
      const sent = request.headers.map(([name, value]) => `${name}: ${value}`);
      const from = sent.indexOf('x-B: 2');
      assert.deepEqual(sent.slice(from, from + lines.length + 1), [...lines, 'X-Latin: caf\xe9']);
    }
  });

  await t.test(
    'a condition goes to the side that serves, and not to the other, which must give the whole answer',
    async () => {
      const [live, copy] = await forward(rig, 'If-None-Match: "1"\r\nRange: bytes=0-1\r\nIf-Range: "1"\r\n');
      assert.deepEqual([valuesOf(live, 'if-none-match'), valuesOf(live, 'range')], [['"1"'], ['bytes=0-1']]);
      for (const name of ['if-none-match', 'range', 'if-range']) assert.deepEqual(valuesOf(copy, name), []);
    },
  );

  await t.test('Via is added to those that there are, in the version that the client spoke', async () => {
    for (const request of await forward(rig, 'Via: 1.0 fred, 1.1 p.example\r\n')) {
      const [first, own = '', ...more] = valuesOf(request, 'via');
      assert.deepEqual([first, more], ['1.0 fred, 1.1 p.example', []]);
      assert.match(own, /^1\.1 paritygate-[\da-f]{8}$/);
    }
    const { live } = await rig.say({ bytes: `GET /things HTTP/1.0\r\n${HOST}\r\n` });
    assert.match(live[0] ? (valuesOf(live[0], 'via')[0] ?? '') : '', /^1\.0 paritygate-/);
  });

  await t.test('Max-Forwards counts down for OPTIONS alone (RFC 9110, section 7.6.2)', async () => {
    for (const [method, left] of [
      ['OPTIONS', '4'],
      ['GET', '5'],
    ] as const) {
      const { live } = await rig.say({ bytes: `${method} /things HTTP/1.1\r\n${HOST}max-FORWARDS: 5\r\n\r\n` });
      assert.deepEqual(
        live.map((request) => valuesOf(request, 'max-forwards')),
        [[left]],
      );
    }
  });

  await t.test('a request that comes back is stopped with 508, by Via or by the mark of a copy', async () => {
    const [live, copy] = await forward(rig, '');
    const [via = '', mark = ''] = [valuesOf(live, 'via')[0], valuesOf(copy, 'x-paritygate-shadow')[0]];
    assert.ok(via !== '' && mark !== '');
    for (const line of [`Via: 1.0 fred, ${via}`, `via: ${via}\r\nVia: 1.1 other`, `X-Paritygate-Shadow: ${mark}`]) {
      const said = await rig.say({ bytes: `GET /things HTTP/1.1\r\n${HOST}${line}\r\n\r\n` });
      assert.deepEqual([said.responses.map(({ status }) => status), said.live, said.mirrored], [[508], [], []]);
    }
  });

  await t.test('a mark from outside is taken out, and the request is one like any other', async () => {
    const [live, copy] = await forward(rig, 'X-Paritygate-Shadow: 1\r\nx-paritygate-shadow: 2\r\n');
    assert.deepEqual(valuesOf(live, 'x-paritygate-shadow'), []);
    assert.equal(valuesOf(copy, 'x-paritygate-shadow').length, 1);
  });

  await t.test('an upgrade with a body is refused: the backend might take the body for a request', async () => {
    const bytes = `GET /things HTTP/1.1\r\n${HOST}${SOCKET}Content-Length: 48\r\n\r\nGET /smuggled HTTP/1.1\r\n${HOST}\r\n`;
    const { live, responses } = await rig.say({ bytes });
    assert.deepEqual([responses.map(({ status }) => status), live], [[400], []]);
  });

  await t.test('an upgrade goes through the same table', async () => {
    const lines = 'constructor: one\r\n__proto__: x\r\nX-Forwarded-For: 6.6.6.6\r\nX-Hop: secret\r\nTE: trailers\r\n';
    const upgrade = SOCKET.replace('Connection: Upgrade', 'Connection: Upgrade, X-Hop');
    const { live } = await rig.say({ bytes: `GET /things HTTP/1.1\r\n${HOST}${upgrade}${lines}\r\n` });
    const [request] = live;
    assert.ok(request);
    assert.deepEqual(
      [valuesOf(request, 'constructor'), valuesOf(request, 'x-forwarded-for')],
      [['one'], ['127.0.0.1']],
    );
    assert.deepEqual([valuesOf(request, 'x-hop'), valuesOf(request, 'te')], [[], []]);
  });
});

test('the mark of copies has the name that the config gives it', async (t) => {
  const rig = await startRawRig(t, { shadow: ', mark: X-Copied-By' });
  const { live } = await rig.say({ bytes: `GET /things HTTP/1.1\r\n${HOST}x-copied-by: me\r\n\r\n` });
  // Without the usual mark the rig takes copies for live requests.
  const marks = live.map((request) => valuesOf(request, 'x-copied-by').length);
  assert.deepEqual(marks, [0, 1]);
});

test('the second reads of both sides carry the mark, and nothing of the hop before', async (t) => {
  const answer = (body: string) => () =>
    `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
  const rig = await startRawRig(t, { answers: { legacy: answer('{"a":1}'), candidate: answer('{"a":2}') } });
  const lines = 'X-Forwarded-For: 6.6.6.6\r\nConnection: x-hop, close\r\nX-Hop: secret\r\nTE: trailers\r\n';
  const { mirrored } = await rig.say({ bytes: `GET /things HTTP/1.1\r\n${HOST}${lines}\r\n` });
  assert.equal(mirrored.length, 3, 'the copy, and a second read of each side');
  for (const request of mirrored) {
    assert.deepEqual([valuesOf(request, 'x-hop'), valuesOf(request, 'te')], [[], []]);
    assert.deepEqual(valuesOf(request, 'x-forwarded-for'), ['127.0.0.1']);
  }
});

test('a cookie that the shadow sets never reaches a client', async (t) => {
  const withCookie = (side: string) => () => `HTTP/1.1 200 OK\r\nSet-Cookie: from=${side}\r\nContent-Length: 0\r\n\r\n`;
  const rig = await startRawRig(t, { answers: { legacy: withCookie('legacy'), candidate: withCookie('candidate') } });
  const bytes = `GET /things HTTP/1.1\r\n${HOST}\r\n`;
  const { responses, received } = await rig.say({ bytes });
  assert.deepEqual(
    responses.map((response) => headersOf(response, 'set-cookie')),
    [['from=legacy'], ['from=legacy']],
  );
  assert.doesNotMatch(received, /candidate/);
});

test('a response keeps its order and repeats, and loses what is for one hop only', async (t) => {
  const lines = [
    'X-b: 1',
    'Set-Cookie: a=1',
    'ETag: "1"',
    'Connection: keep-alive, X-Hop',
    'X-Hop: secret',
    'Keep-Alive: timeout=77',
    'Proxy-Authenticate: Basic',
    'Proxy-Status: backend; error=none',
    'set-cookie: b=2',
    'ETag: "2"',
    'X-A: caf\xe9',
    '__proto__: x',
    'constructor: y',
    'Content-Length: 0',
  ];
  const gone = /^(?:Connection|X-Hop|Keep-Alive|Proxy-Authenticate):/;
  const answer = () => `HTTP/1.1 200 OK\r\n${lines.join('\r\n')}\r\n\r\n`;
  const rig = await startRawRig(t, { answers: { legacy: answer, candidate: answer } });
  const { responses } = await rig.say({ bytes: `GET /things HTTP/1.1\r\n${HOST}\r\n` });
  const [first] = responses;
  assert.ok(first);
  const received = first.headers.map(([name, value]) => `${name}: ${value}`);
  const expected = lines.filter((line) => !gone.test(line));
  assert.deepEqual(
    received.filter((line) => !/^(?:Connection: keep-alive|Keep-Alive: timeout=65)$/.test(line)),
    expected,
  );
});

test('a header that asks for another operation makes the request one of none: legacy gets it, and nobody a copy', async (t) => {
  const rig = await startRawRig(t, { weight: 100 });
  const overriding = [
    'X-HTTP-Method-Override: DELETE',
    'x-http-method: PUT',
    'X-Method-Override: POST',
    'X-Original-URL: /things/1',
    'X-Rewrite-URL: /admin',
  ];
  for (const line of overriding) {
    const before = rig.legacy.requests.length;
    const { live, mirrored } = await rig.say({ bytes: `GET /things HTTP/1.1\r\n${HOST}${line}\r\n\r\n` });
    assert.deepEqual([live.length, mirrored.length], [1, 0], line);
    assert.ok(
      rig.legacy.requests.slice(before).some((request) => request === live[0]),
      `${line} went to the candidate`,
    );
  }
  // What says the same as the request line is no other operation.
  const same = 'X-Original-URL: /things\r\nX-HTTP-Method-Override: GET\r\n';
  const { mirrored } = await rig.say({ bytes: `GET /things HTTP/1.1\r\n${HOST}${same}\r\n` });
  assert.equal(mirrored.length, 1);
});

test('an upgrade that the backend declines carries nothing of what the client said after it', async (t) => {
  const decline = () => 'HTTP/1.1 426 Upgrade Required\r\nConnection: close\r\nContent-Length: 0\r\n\r\n';
  const rig = await startRawRig(t, { answers: { legacy: decline, candidate: decline } });
  const smuggled = `GET /smuggled HTTP/1.1\r\n${HOST}\r\n`;
  const { live } = await rig.say({ bytes: `GET /things HTTP/1.1\r\n${HOST}${SOCKET}\r\n${smuggled}` });
  assert.deepEqual(
    live.map(({ line }) => line),
    ['GET /things HTTP/1.1'],
  );
});
