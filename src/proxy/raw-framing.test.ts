// Where one request ends and the next begins, said as raw bytes. Whoever disagrees about that with the server behind it
// lets a client put words into another client's mouth.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runRawCases, startRawRig } from '../testing/raw-cases.ts';
import { headersOf } from '../testing/raw-client.ts';
import { parseRawTable } from '../testing/raw-table.ts';

const FRAMING = parseRawTable(String.raw`
length and coding | 9112 6.3 | 400 | both are there | {POST}{H}{CL5}{TE}\r\n0\r\n\r\n
two lengths | 9110 8.6 | 400 | they differ | {POST}{H}Content-Length: 1\r\nContent-Length: 2\r\n\r\nxx
list of lengths | 9110 8.6 | 400 | they are the same | {POST}{H}Content-Length: 2, 2\r\n\r\nxx
length +2 | 9110 8.6 | 400 | a sign | {POST}{H}Content-Length: +2\r\n\r\nxx
length -1 | 9110 8.6 | 400 | another sign | {POST}{H}Content-Length: -1\r\n\r\nxx
length 0x2 | 9110 8.6 | 400 | a radix | {POST}{H}Content-Length: 0x2\r\n\r\nxx
empty length | 9110 8.6 | 400 | no digit | {POST}{H}Content-Length:\r\n\r\nxx
overflowing length | 9110 8.6 | 400 | more than 64 bits | {POST}{H}Content-Length: 18446744073709551618\r\n\r\nxx
inexact length | 9110 8.6 | 400 | more than a number here holds exactly | {POST}{H}Content-Length: 9007199254740993\r\n\r\nxx
length 010 | 9110 8.6 | 400 | 10 or 8 | {POST}{H}Content-Length: 010\r\n\r\n0123456789
coding xchunked | 9112 6.1 | 400/501 | not chunked | {POST}{H}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n
coding gzip, chunked | 9112 6.1 | 501 | chunked and something else | {POST}{H}Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n
coding chunked, gzip | 9112 6.3 | 400/501 | chunked is not the last | {POST}{H}Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n
coding chunked, chunked | 9112 7.1 | 400/501 | chunked twice in one line | {POST}{H}Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n
two codings | 9112 7.1 | 400 | chunked twice in two lines | {POST}{H}{TE}{TE}\r\n0\r\n\r\n
coding in the next line | 9112 5.2 | 400 | obs-fold | {POST}{H}Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n
coding with a space before its colon | 9112 5.1 | 400 | a name that ends with a space | {POST}{H}Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n
coding after a vertical tab | 9112 6.1 | 400 | white space to some | {POST}{H}Transfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n
coding in HTTP/1.0 | 9112 6.1 | 400 | a version that has none | POST /things HTTP/1.0\r\n{H}{TE}\r\n0\r\n\r\n
coding in HTTP/1.0 that is kept alive | 9112 6.1 | 400 | the same | POST /things HTTP/1.0\r\n{H}{TE}Connection: keep-alive\r\n\r\n0\r\n\r\n
chunk size 0x2 | 9112 7.1 | cut 400 | a radix | {POST}{H}{TE}\r\n0x2\r\nxx\r\n0\r\n\r\n
chunk size and a space | 9112 7.1 | cut 400 | white space after it | {POST}{H}{TE}\r\n2 \r\nxx\r\n0\r\n\r\n
chunk size +2 | 9112 7.1 | cut 400 | a sign | {POST}{H}{TE}\r\n+2\r\nxx\r\n0\r\n\r\n
chunk that spills | 9112 7.1 | cut 400 | more than its size | {POST}{H}{TE}\r\n2\r\nxxx\r\n0\r\n\r\n
chunk that ends with LF | 9112 7.1 | cut 400 | half a line end | {POST}{H}{TE}\r\n2\r\nxx\n0\r\n\r\n
chunk size that ends with CR and a letter | 9112 7.1 | cut 400 | half a line end | {POST}{H}{TE}\r\n2\rXxx\r\n0\r\n\r\n
chunk extension of 64 KiB | 9112 7.1.1 | cut 413 | more than anybody needs | {POST}{H}{TE}\r\n2;{x*65536}\r\nxx\r\n0\r\n\r\n
length in the trailers | 9110 6.5.1 | cut 400 | framing after the end | {POST}{H}{TE}\r\n2\r\nxx\r\n0\r\nContent-Length: 7\r\n\r\n
coding in the trailers | 9110 6.5.1 | cut 400 | framing after the end | {POST}{H}{TE}\r\n2\r\nxx\r\n0\r\nTransfer-Encoding: chunked\r\n\r\n
host in the trailers | 9110 6.5.1 | once xx | it ends here | {POST}{H}{TE}\r\n2\r\nxx\r\n0\r\nHost: evil.example\r\n\r\n
credentials in the trailers | 9110 6.5.1 | once xx | they end here | {POST}{H}{TE}\r\n2\r\nxx\r\n0\r\nAuthorization: Bearer evil\r\n\r\n
DELETE with a chunked body | 9112 7.1 | once {SMUGGLED} | the body hides a request (CVE-2026-29057) | {DELETE}{H}{TE}\r\n30\r\n{SMUGGLED}\r\n0\r\n\r\n
OPTIONS with a chunked body | 9112 7.1 | once {SMUGGLED} | the body hides a request (CVE-2026-29057) | {OPTIONS}{H}{TE}\r\n30\r\n{SMUGGLED}\r\n0\r\n\r\n
GET behind 1,100 headers | 6585 5 | 431 | the last one is a length (CVE-2026-58044) | {GET}{H}{a: b\r\n*1100}Content-Length: 48\r\n\r\n{SMUGGLED}
HEAD behind 1,100 headers | 6585 5 | 431 | the last one is a length (CVE-2026-58044) | {HEAD}{H}{a: b\r\n*1100}Content-Length: 48\r\n\r\n{SMUGGLED}
DELETE behind 1,100 headers | 6585 5 | 431 | the last one is a length (CVE-2026-58044) | {DELETE}{H}{a: b\r\n*1100}Content-Length: 48\r\n\r\n{SMUGGLED}
GET behind 198 headers | 6585 5 | once {SMUGGLED} | a length that is within the count | {GET}{H}{a: b\r\n*198}Content-Length: 48\r\n\r\n{SMUGGLED}
Connection that names Content-Length | 9110 7.6.1 | 400 | without it the body is a request | {POST}{H}Connection: content-length\r\nContent-Length: 48\r\n\r\n{SMUGGLED}
Connection that names Transfer-Encoding | 9110 7.6.1 | 400 | without it the body is a request | {POST}{H}Connection: keep-alive, Transfer-Encoding\r\n{TE}\r\n30\r\n{SMUGGLED}\r\n0\r\n\r\n
two Connection lines | 9110 7.6.1 | 400 | the second names Content-Length | {POST}{H}Connection: keep-alive\r\nConnection: x-a,Content-Length\r\nContent-Length: 48\r\n\r\n{SMUGGLED}
Content_Length | 9110 5.1 | 400 | a length to servers without dashes | {POST}{H}Content_Length: 48\r\n\r\n{SMUGGLED}
GET with a body | 9110 9.3.1 | once {SMUGGLED} | it is a body all the same | {GET}{H}Content-Length: 48\r\n\r\n{SMUGGLED}
HEAD with a body | 9110 9.3.2 | once {SMUGGLED} | it is a body all the same | {HEAD}{H}Content-Length: 48\r\n\r\n{SMUGGLED}
`);

for (const side of ['legacy', 'candidate'] as const) {
  test(`where a request ends, with ${side} serving`, (t) => runRawCases(t, side, FRAMING));
}

const HOST = 'Host: things.example\r\n';

for (const method of ['GET', 'HEAD']) {
  test(`the body of ${method} is consumed, and the request that was sent along with it gets its own answer`, async (t) => {
    const rig = await startRawRig(t);
    const first = `${method} /things/1 HTTP/1.1\r\n${HOST}Content-Length: 48\r\n\r\n${'x'.repeat(48)}`;
    const second = `GET /things/2 HTTP/1.1\r\n${HOST}\r\n`;
    const { live, responses } = await rig.say({ bytes: `${first}${second}` });
    const lines = [`${method} /things/1 HTTP/1.1`, 'GET /things/2 HTTP/1.1'];
    assert.deepEqual(
      live.map(({ line }) => line),
      lines,
    );
    assert.deepEqual(
      responses.slice(0, 2).map(({ headers }) => headers.find(([name]) => name === 'X-Answers')?.[1]),
      lines,
    );
  });
}

test('what is no HTTP does not take the answer of the request before it, which is the last', async (t) => {
  const rig = await startRawRig(t);
  const write = `POST /things HTTP/1.1\r\n${HOST}Content-Length: 2\r\n\r\nxx`;
  const { live, responses } = await rig.say({ bytes: `${write}\x00junk\r\n\r\n` });
  assert.deepEqual(
    live.map(({ line, isWhole }) => [line, isWhole]),
    [['POST /things HTTP/1.1', true]],
  );
  const [only] = responses;
  assert.ok(only && responses.length === 1);
  assert.deepEqual(
    [only.status, headersOf(only, 'x-answers'), headersOf(only, 'connection')],
    [200, ['POST /things HTTP/1.1'], ['close']],
  );
});
