// Random responses, read by this client and by two that are built on llhttp. It may refuse what they read; what it reads,
// it must read as they do. `HTTP1_FUZZ_REPLIES=1000000 HTTP1_FUZZ_SEED=7 node --test src/http1/differential.test.ts` looks longer.
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { type TestContext, test } from 'node:test';
import { type Reading, readByNode, readByUndici, type Speaker, startSpeaker } from '../testing/http1-readings.ts';
import { createRandom, createReplies, type MadeReply } from '../testing/http1-replies.ts';
import { createConnections } from './connections.ts';
import { ReplyReader } from './reply-reader.ts';

const REPLIES = Number(process.env['HTTP1_FUZZ_REPLIES'] ?? 1500);
const SEED = Number(process.env['HTTP1_FUZZ_SEED'] ?? 20_260_101);
const AT_ONCE = 16;

function readByUs(origin: URL, method: 'GET' | 'HEAD', target: string): Promise<Reading> {
  const connections = createConnections({
    dial: { ready: 'connect', open: (onread) => connect({ host: origin.hostname, port: Number(origin.port), onread }) },
    now: () => performance.now(),
  });
  const chunks: Buffer[] = [];
  let [status, headers]: [number, readonly string[]] = [0, []];
  const reading = new Promise<Reading>((resolve) => {
    const request = { method, target, headers: ['host', origin.host], body: undefined };
    connections.send(
      request,
      {
        onHead: (head) => {
          [status, headers] = [head.status, head.headers];
        },
        onData: (bytes, start, end) => void chunks.push(Buffer.from(bytes.subarray(start, end))),
        onReadDone: () => {},
        onEnd: (trailers) =>
          resolve({ kind: 'reply', status, headers, body: Buffer.concat(chunks).toString('latin1'), trailers }),
        onFailure: ({ code }) => resolve({ kind: 'failed', code }),
      },
      { connectMs: 20_000, headersMs: 20_000, idleMs: 20_000 },
    );
  });
  return reading.finally(() => connections.stop());
}

/** How much of it is the response; what stands behind makes others fail, and is no part of what they should read. */
function lengthOf({ method, bytes }: MadeReply): number {
  const reader = new ReplyReader({ onHead() {}, onData() {}, onEnd() {} }, method);
  for (let at = 0; at < bytes.length; at++) {
    reader.push(Buffer.from(bytes.subarray(at, at + 1)), 1);
    if (reader.isDone) return at + 1;
  }
  return bytes.length;
}

interface Readings {
  readonly made: MadeReply;
  readonly ours: Reading;
  /** What others made of it; of none that we refuse. */
  readonly theirs: readonly (readonly [client: string, reading: Reading])[];
}

async function readByAll(speaker: Speaker, made: MadeReply, random: () => number): Promise<Readings> {
  const { method, bytes } = made;
  const { origin } = speaker;
  const ours = await readByUs(origin, method, speaker.say({ method, bytes, cuts: cutsOf(bytes, random) }));
  if (ours.kind === 'failed') return { made, ours, theirs: [] };
  const target = speaker.say({ method, bytes: bytes.subarray(0, lengthOf(made)) });
  const node = ['node', await readByNode(origin, method, target)] as const;
  if (isBeyondUndici(bytes)) return { made, ours, theirs: [node] };
  return { made, ours, theirs: [node, ['undici', await readByUndici(origin, method, target)]] };
}

function cutsOf(bytes: Buffer, random: () => number): readonly number[] {
  const cuts = Array.from({ length: Math.floor(random() * 4) }, () => Math.floor(random() * bytes.length));
  return cuts.sort((a, b) => a - b);
}

/**
 * It takes a 100 that it did not ask for as an error, where a client may pass over it (RFC 9110, section 15.2); and the
 * white space behind a length as a digit, where it is no part of the value (section 5.5).
 */
function isBeyondUndici(bytes: Buffer): boolean {
  return /^HTTP\/1\.1 100|^content-length:.*[ \t]\r$/im.test(bytes.toString('latin1'));
}

async function readMany(t: TestContext, count: number): Promise<readonly Readings[]> {
  const speaker = await startSpeaker(t);
  const [next, random] = [createReplies(SEED), createRandom(SEED + 1)];
  const all: Readings[] = [];
  while (all.length < count)
    all.push(...(await Promise.all(Array.from({ length: AT_ONCE }, () => readByAll(speaker, next(), random)))));
  return all;
}

test('what this client accepts, clients built on another parser read the same', async (t) => {
  const all = await readMany(t, REPLIES);
  for (const { made, ours, theirs } of all)
    for (const [client, reading] of theirs)
      assert.deepEqual(
        ours,
        reading,
        `${client} reads another ${made.method}: ${JSON.stringify(made.bytes.toString('latin1'))}`,
      );
  // Else it would compare nothing, or nothing of interest.
  const read = all.filter(({ ours }) => ours.kind === 'reply').length;
  assert.ok(read > REPLIES / 5 && read < (REPLIES * 4) / 5, `${read} of ${REPLIES} were accepted`);
});
