// What raw bytes may do: a table of cases, and the one runner that says each of them to a whole proxy before two backends
// that record, with either side serving.
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import type { Side } from '../core/index.ts';
import { type AppUnderTest, startApp } from './app.ts';
import { THINGS } from './proxy.ts';
import { converse, headersOf, type RawConversation, type RawResponse } from './raw-client.ts';
import {
  ambiguitiesOf,
  type RecordedRequest,
  type RecorderUpstream,
  type Respond,
  startRecorderUpstream,
  valuesOf,
} from './recorder-upstream.ts';

export type Expectation =
  /** Answered by the proxy, connection closed; not one byte reaches a backend. */
  | { readonly kind: 'refused'; readonly status: readonly number[] }
  /** Bad after a good head: the serving backend may see the request begin, never end. */
  | { readonly kind: 'cut'; readonly status: number }
  /** Nothing was asked: the connection closes without an answer. */
  | { readonly kind: 'unanswered' }
  /** Answered by the proxy for itself; the connection goes on. */
  | { readonly kind: 'answered'; readonly status: number }
  /** Reaches the serving backend exactly once, in this form; what follows on the connection is a request of its own. */
  | {
      readonly kind: 'forwarded';
      /** Method and target. */
      readonly line: string;
      readonly body: string;
      /** The connection ends with this response. */
      readonly isLast: boolean;
    };

export interface RawCase {
  /** Names the case in the list that it is from. */
  readonly id: string;
  readonly title: string;
  /** Number and section of the RFC that has the rule. */
  readonly rfc: string;
  readonly bytes: string;
  readonly expect: Expectation;
  /** The bytes are all that the client says, then it half-closes; otherwise it waits for an answer. */
  readonly isAll: boolean;
  /** Said on the same connection after the first answer, instead of a plain GET. */
  readonly followUp?: string;
}

const HOST = 'Host: things.example\r\n';
const FOLLOW_UP_LINE = 'GET /things/follow-up HTTP/1.1';
const FOLLOW_UP = `${FOLLOW_UP_LINE}\r\n${HOST}Connection: close\r\n\r\n`;

/** One subtest for each case; they share a proxy, since none may leave a trace in it. */
export async function runRawCases(t: TestContext, side: Side, cases: readonly RawCase[]): Promise<void> {
  const rig = await startRawRig(t, { weight: side === 'legacy' ? 0 : 100 });
  for (const { id, title, rfc, ...spoken } of cases) {
    await t.test(`${id}: ${title} (RFC ${rfc})`, async () => judge(spoken.expect, await rig.say(spoken)));
  }
}

export interface Said extends RawConversation {
  /** What reached a backend as live requests, follow-up left out. */
  readonly live: readonly RecordedRequest[];
  /** What reached a backend as copies. */
  readonly mirrored: readonly RecordedRequest[];
  /** Whether the follow-up was answered on the same connection. */
  readonly isOpen: boolean;
}

export type RawSpeech = Pick<RawCase, 'bytes' | 'followUp'> & Partial<Pick<RawCase, 'isAll'>>;

export interface RawRig {
  readonly app: AppUnderTest;
  readonly legacy: RecorderUpstream;
  readonly candidate: RecorderUpstream;
  /** Speaks to the proxy, and waits until everything that comes of it has reached a backend. */
  say(speech: RawSpeech): Promise<Said>;
}

export interface RigSetup {
  /** Percent that the candidate serves. */
  readonly weight?: number;
  /** More of the `shadow` section, after a comma. */
  readonly shadow?: string;
  /** More lines of YAML. */
  readonly more?: string;
  /** How the backends answer; each names the request that it answers, unless told otherwise. */
  readonly answers?: { readonly legacy?: Respond; readonly candidate?: Respond };
}

const nameIt: Respond = ({ line }) => `HTTP/1.1 200 OK\r\nX-Answers: ${line}\r\nContent-Length: 0\r\n\r\n`;

/** A whole proxy before two backends that record. */
export async function startRawRig(t: TestContext, setup: RigSetup = {}): Promise<RawRig> {
  const { weight = 0, shadow = '', more = '', answers = {} } = setup;
  const legacy = await startRecorderUpstream(t, answers.legacy ?? nameIt);
  const candidate = await startRecorderUpstream(t, answers.candidate ?? nameIt);
  const app = await startApp(t, {
    contract: THINGS,
    legacy: legacy.origin,
    candidate: candidate.origin,
    operations: ['listThings', 'createThing', 'getThing', 'deleteThing'],
    weight,
    // One copy at a time, so that copies arrive in the order of their requests.
    more: `shadow: { concurrency: 1${shadow} }\n${more}`,
  });
  return { app, legacy, candidate, say: (speech) => sayTo({ app, legacy, candidate }, speech) };
}

let barriers = 0;

async function sayTo({ app, legacy, candidate }: Omit<RawRig, 'say'>, speech: RawSpeech): Promise<Said> {
  const { bytes, isAll = false, followUp = FOLLOW_UP } = speech;
  const before = [legacy.requests.length, candidate.requests.length] as const;
  const conversation = await converse(app.port, isAll ? { bytes, isAll } : { bytes, followUp });
  // What comes of it has reached a backend when a request that was made later has.
  const barrier = `GET /things/barrier-${++barriers} HTTP/1.1`;
  await converse(app.port, { bytes: `${barrier}\r\n${HOST}Connection: close\r\n\r\n` });
  await Promise.all([legacy.arrived(barrier), candidate.arrived(barrier)]);
  const seen = [...legacy.requests.slice(before[0]), ...candidate.requests.slice(before[1])];
  const own = seen.filter(({ line }) => line !== FOLLOW_UP_LINE && line !== barrier);
  return {
    ...conversation,
    live: own.filter((request) => !isMarked(request)),
    mirrored: own.filter(isMarked),
    isOpen: conversation.responses.slice(1).some((response) => answersTo(response) === FOLLOW_UP_LINE),
  };
}

function answersTo(response: RawResponse | undefined): string | undefined {
  return response && headersOf(response, 'x-answers')[0];
}

function isMarked(request: RecordedRequest): boolean {
  return valuesOf(request, 'x-paritygate-shadow').length > 0;
}

function judge(expect: Expectation, said: Said): void {
  const status = said.responses.map((response) => response.status);
  const reached = [...said.live, ...said.mirrored];
  const lines = reached.map(({ line }) => line);
  for (const request of reached) assert.deepEqual(ambiguitiesOf(request), []);
  switch (expect.kind) {
    case 'refused':
      assert.equal(status.length, 1, said.received);
      assert.ok(expect.status.includes(status[0] ?? 0), `answered with ${status}`);
      assert.deepEqual(lines, []);
      return;
    case 'cut':
      assert.deepEqual(status, [expect.status], said.received);
      assert.ok(said.live.length <= 1, `reached a backend: ${lines}`);
      assert.deepEqual(said.mirrored, []);
      assert.ok(
        said.live.every(({ isWhole }) => !isWhole),
        'a backend got a whole request',
      );
      return;
    case 'unanswered':
      assert.deepEqual([said.received, lines], ['', []]);
      return;
    case 'answered':
      assert.deepEqual([status, lines, said.isOpen], [[expect.status, 200], [], true]);
      return;
    case 'forwarded':
      return judgeForwarded(expect, said);
  }
}

function judgeForwarded(expect: Extract<Expectation, { kind: 'forwarded' }>, said: Said): void {
  const line = `${expect.line} HTTP/1.1`;
  const seen = said.live.map(({ line, body, isWhole }) => ({ line, body, isWhole }));
  assert.deepEqual(seen, [{ line, body: expect.body, isWhole: true }], said.received);
  // The copy is the same request.
  const copies = said.mirrored.map(({ line, body }) => ({ line, body }));
  assert.deepEqual(copies, copies.length === 0 ? [] : [{ line, body: expect.body }]);
  assert.deepEqual([said.responses[0]?.status, answersTo(said.responses[0])], [200, line]);
  assert.equal(said.isOpen, !expect.isLast);
}
