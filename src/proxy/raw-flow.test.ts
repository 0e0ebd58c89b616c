// What a backend may answer, said as raw bytes. A response that two parsers could read differently never reaches a client,
// and what a backend says beyond its response is nobody's answer.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startRawRig } from '../testing/raw-cases.ts';
import { converse, headersOf } from '../testing/raw-client.ts';
import type { Answer, Respond } from '../testing/recorder-upstream.ts';

const HOST = 'Host: things.example\r\n';
const OK = 'HTTP/1.1 200 OK\r\n';

interface Case {
  readonly title: string;
  readonly answer: Answer;
  /** What the client gets; `cut`: a closed connection, and no whole answer before it. */
  readonly gets: 502 | 'cut';
}

const cases: readonly Case[] = [
  { title: 'another protocol', answer: 'SSH-2.0-OpenSSH_9.6\r\n\r\n', gets: 502 },
  { title: 'another version', answer: 'HTTP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n', gets: 502 },
  { title: 'a status of two digits', answer: 'HTTP/1.1 20 OK\r\nContent-Length: 0\r\n\r\n', gets: 502 },
  { title: 'a status of four digits', answer: 'HTTP/1.1 2000 OK\r\nContent-Length: 0\r\n\r\n', gets: 502 },
  { title: 'a status line with a tab', answer: 'HTTP/1.1\t200 OK\r\nContent-Length: 0\r\n\r\n', gets: 502 },
  { title: 'an upgrade that nobody asked for', answer: 'HTTP/1.1 101 Switching Protocols\r\n\r\n', gets: 502 },
  {
    title: 'a length and a coding',
    answer: `${OK}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    gets: 502,
  },
  { title: 'two lengths', answer: `${OK}Content-Length: 2\r\nContent-Length: 1\r\n\r\nok`, gets: 502 },
  { title: 'a length with a sign', answer: `${OK}Content-Length: +2\r\n\r\nok`, gets: 502 },
  { title: 'a coding besides chunked', answer: `${OK}Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n`, gets: 502 },
  { title: 'a header without a colon', answer: `${OK}X-Nothing\r\nContent-Length: 0\r\n\r\n`, gets: 502 },
  { title: 'a space before a colon', answer: `${OK}Content-Length : 0\r\n\r\n`, gets: 502 },
  { title: 'a header in two lines', answer: `${OK}X-A: b\r\n c\r\nContent-Length: 0\r\n\r\n`, gets: 502 },
  { title: 'a NUL in a value', answer: `${OK}X-A: b\0c\r\nContent-Length: 0\r\n\r\n`, gets: 502 },
  { title: 'a CR in a value', answer: `${OK}X-A: b\rX-B: c\r\nContent-Length: 0\r\n\r\n`, gets: 502 },
  { title: 'headers of 100 KB', answer: `${OK}X-A: ${'a'.repeat(100_000)}\r\nContent-Length: 0\r\n\r\n`, gets: 502 },
  { title: 'nothing, and a closed connection', answer: { bytes: '', after: 'end' }, gets: 502 },
  { title: 'nothing, and a reset', answer: { bytes: '', after: 'reset' }, gets: 502 },
  { title: 'half a head', answer: { bytes: `${OK}Content-`, after: 'end' }, gets: 502 },
  { title: 'half a body', answer: { bytes: `${OK}Content-Length: 10\r\n\r\nhalf`, after: 'end' }, gets: 'cut' },
  {
    title: 'half a body, and a reset',
    answer: { bytes: `${OK}Content-Length: 10\r\n\r\nhalf`, after: 'reset' },
    gets: 'cut',
  },
  {
    title: 'chunks without an end',
    answer: { bytes: `${OK}Transfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n`, after: 'end' },
    gets: 'cut',
  },
  {
    title: 'a chunk size that is none',
    answer: `${OK}Transfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n0x1\r\na\r\n0\r\n\r\n`,
    gets: 'cut',
  },
  {
    title: 'a chunk that spills',
    answer: `${OK}Transfer-Encoding: chunked\r\n\r\n4\r\nhalf!!\r\n0\r\n\r\n`,
    gets: 'cut',
  },
];

const named = (line: string): Answer => `${OK}X-Answers: ${line}\r\nContent-Length: 0\r\n\r\n`;

/** Answers `/things/bad-3` with the third of these, and names any other request. */
function badly(answers: readonly Answer[]): Respond {
  return ({ line }) => answers[Number(/\/things\/bad-(\d+) /.exec(line)?.[1] ?? -1)] ?? named(line);
}

function get(path: string): string {
  return `GET ${path} HTTP/1.1\r\n${HOST}Connection: close\r\n\r\n`;
}

test('a response that no two parsers read alike is no answer, and the next request gets its own', async (t) => {
  const rig = await startRawRig(t, { answers: { legacy: badly(cases.map(({ answer }) => answer)) } });
  for (const [index, { title, gets }] of cases.entries()) {
    await t.test(`${title}: ${gets === 502 ? '502' : 'a cut connection'}`, async () => {
      const { responses, received } = await converse(rig.app.port, { bytes: get(`/things/bad-${index}`) });
      const status = responses.map((response) => response.status);
      assert.deepEqual(status, gets === 502 ? [502] : [], received);
      const next = await converse(rig.app.port, { bytes: get('/things/next') });
      assert.deepEqual(next.responses[0] && headersOf(next.responses[0], 'x-answers'), ['GET /things/next HTTP/1.1']);
    });
  }
});

test('what a backend says beyond its response is not the answer to the next request', async (t) => {
  const beyond = `${OK}X-Answers: nobody\r\nContent-Length: 6\r\n\r\npoison`;
  const rig = await startRawRig(t, { answers: { legacy: badly([`${OK}Content-Length: 2\r\n\r\nok${beyond}`]) } });
  for (let turn = 0; turn < 5; turn += 1) {
    const { responses, received } = await converse(rig.app.port, {
      bytes: `GET /things/bad-0 HTTP/1.1\r\n${HOST}\r\n`,
      followUp: get('/things/next'),
    });
    assert.doesNotMatch(received, /poison/);
    assert.deepEqual(
      responses.slice(1).map((response) => headersOf(response, 'x-answers')),
      [['GET /things/next HTTP/1.1']],
    );
  }
});

test('a connection that the backend closes just as it is used again: a read is sent again, a write is not', async (t) => {
  const seen = { GET: 0, POST: 0 };
  // Each connection is good for one request.
  const used = new Set<string>();
  const once: Respond = ({ line }) => {
    const method = line.startsWith('POST') ? 'POST' : 'GET';
    if (!line.includes('/things/again')) return named(line);
    seen[method] += 1;
    if (used.has(method)) return named(line);
    used.add(method);
    return { bytes: '', after: 'reset' };
  };
  const rig = await startRawRig(t, { answers: { legacy: once } });
  const say = async (line: string): Promise<number | undefined> => {
    const bytes = `${line} HTTP/1.1\r\n${HOST}Content-Length: 0\r\nConnection: close\r\n\r\n`;
    return (await converse(rig.app.port, { bytes })).responses[0]?.status;
  };
  await say('GET /things/warm');
  assert.deepEqual([await say('GET /things/again'), seen.GET], [200, 2]);
  await say('GET /things/warm');
  assert.deepEqual([await say('POST /things/again'), seen.POST], [502, 1]);
});
