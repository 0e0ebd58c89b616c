// Traffic whose every answer is known beforehand: requests are pipelined over keep-alive connections, and on each of them
// the answers must come back with legacy's status, header and body, in the order of the requests.
import assert from 'node:assert/strict';
import type { RequestListener } from 'node:http';
import { connect, type Socket } from 'node:net';
import type { TestContext } from 'node:test';
import { type Evidence, fnv1a64 } from '../core/index.ts';

/** A contract for this traffic, with an operation `get-<name>` for each of these first segments of a path. */
export function orderedContract(names: readonly string[]): string {
  const paths = names.map(
    (name) => `  /${name}/{id}:
    get: { operationId: get-${name}, responses: { '200': { description: ok } } }
`,
  );
  return `openapi: 3.1.0
info: { title: Things, version: '1' }
paths:
  /things:
    post: { operationId: createThing, responses: { '201': { description: ok } } }
${paths.join('')}`;
}

export const ORDERED_CONTRACT = orderedContract(['things']);
export const ORDERED_OPERATIONS: readonly string[] = ['createThing', 'get-things'];

interface Ask {
  readonly method: string;
  readonly target: string;
  readonly body: string;
}

interface Answer {
  readonly status: number;
  readonly body: string;
}

const UPLOAD = 'u'.repeat(20_000);
/** Sent with some GETs, so that mirrored requests have bodies too. */
const QUERY = 'q'.repeat(100_000);

function askOf(name: string, connection: number, number: number): Ask {
  const target = `/${name}/${connection}-${number}`;
  if (number % 10 === 4) return { method: 'POST', target: '/things', body: UPLOAD };
  if (number % 10 === 7) return { method: 'HEAD', target, body: '' };
  return { method: 'GET', target, body: number % 20 === 11 ? QUERY : '' };
}

/** What legacy answers to a target: now and then a 404, and bodies up to 100 KB. */
export function answerOf(target: string): Answer {
  const hash = Number.parseInt(fnv1a64(target).slice(0, 8), 16);
  const size = hash % 32 === 0 ? 100_000 : hash % 500;
  return { status: hash % 7 === 0 ? 404 : 200, body: JSON.stringify({ target, pad: 'p'.repeat(size) }) };
}

/** Answers later requests of a connection sooner than earlier ones, so that order is not kept by luck. */
export const orderedLegacy: RequestListener = (request, response) => {
  request.resume().once('end', () => {
    const { status, body } = answerOf(request.url ?? '');
    const head = { 'Content-Type': 'application/json', 'Content-Length': body.length, 'X-From': 'legacy' };
    const respond = (): void => void response.writeHead(status, head).end(request.method === 'HEAD' ? '' : body);
    const turns = 3 - (Number(/\d+$/.exec(request.url ?? '')?.[0] ?? 0) % 4);
    if (turns <= 0) respond();
    else setTimeout(respond, turns);
  });
};

export interface LiveTraffic {
  /** Ends after the batches in flight; resolves with how many requests were answered, each as legacy does. */
  stop(): Promise<number>;
}

const CONNECTIONS = 4;
const BATCH = 3;

/** Sends until it is stopped. A wrong answer, or none, fails `stop`. */
export function startLiveTraffic(t: TestContext, port: number): LiveTraffic {
  let isOver = false;
  const sent = sendOrdered({ port, name: 'things' }, () => isOver);
  sent.catch(() => {});
  const stop = (): Promise<number> => {
    isOver = true;
    return sent;
  };
  t.after(() => {
    isOver = true;
  });
  return { stop };
}

/** Sends at least so many requests, and fails unless each is answered as legacy does. */
export function sendLiveTraffic(port: number, requests: number, name = 'things'): Promise<number> {
  return sendOrdered({ port, name }, (sent) => sent * CONNECTIONS >= requests);
}

interface Destination {
  readonly port: number;
  /** First segment of the paths. */
  readonly name: string;
}

/** `isOver` gets what the asking connection has sent so far. */
async function sendOrdered({ port, name }: Destination, isOver: (sent: number) => boolean): Promise<number> {
  const counts = Array.from({ length: CONNECTIONS }, async (_, connection) => {
    const socket = connect({ port, host: '127.0.0.1' });
    try {
      return await converse(socket, (number) => askOf(name, connection, number), isOver);
    } finally {
      socket.destroy();
    }
  });
  return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0);
}

async function converse(
  socket: Socket,
  askFor: (number: number) => Ask,
  isOver: (sent: number) => boolean,
): Promise<number> {
  const answers = readAnswers(socket);
  let sent = 0;
  while (!isOver(sent)) {
    const asks = Array.from({ length: BATCH }, (_, place) => askFor(sent + place));
    answers.expect(asks.map(({ method }) => method));
    socket.write(asks.map(wireOf).join(''), 'latin1');
    for (const { method, target } of asks) {
      const { status, body } = answerOf(target);
      const expected = `${status} legacy ${method === 'HEAD' ? '' : body}`;
      const received = await answers.next();
      assert.ok(received === expected, `${method} ${target}: ${received.slice(0, 200)}`);
    }
    sent += BATCH;
  }
  return sent;
}

function wireOf({ method, target, body }: Ask): string {
  const length = body === '' ? '' : `Content-Length: ${body.length}\r\n`;
  return `${method} ${target} HTTP/1.1\r\nHost: things.example\r\n${length}\r\n${body}`;
}

interface Answers {
  /** The methods that the next answers are for: one to HEAD has a length and no body. */
  expect(methods: readonly string[]): void;
  /** Status, `X-From` and body of the next one; rejects when the connection ends first. */
  next(): Promise<string>;
}

function readAnswers(socket: Socket): Answers {
  const methods: string[] = [];
  let bytes = '';
  let isClosed = false;
  let wake = (): void => {};
  socket.setEncoding('latin1').on('data', (text: string) => {
    bytes += text;
    wake();
  });
  socket.on('error', () => {});
  socket.once('close', () => {
    isClosed = true;
    wake();
  });
  const next = async (): Promise<string> => {
    for (;;) {
      const answer = parseAnswer(bytes, methods[0]);
      if (answer !== undefined) {
        bytes = bytes.slice(answer.length);
        methods.shift();
        return answer.text;
      }
      assert.ok(!isClosed, `the connection was closed while an answer to ${methods[0]} was missing`);
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  };
  return { expect: (more) => void methods.push(...more), next };
}

/** The first answer in these bytes and its length on the wire; undefined while it is not whole. */
function parseAnswer(
  bytes: string,
  method: string | undefined,
): { readonly text: string; readonly length: number } | undefined {
  const end = bytes.indexOf('\r\n\r\n');
  if (end === -1) return undefined;
  const head = bytes.slice(0, end);
  const status = /^HTTP\/1\.1 (\d{3}) /.exec(head)?.[1];
  const bodyLength = method === 'HEAD' ? 0 : Number(/\r\ncontent-length: (\d+)/i.exec(head)?.[1]);
  assert.ok(status && !Number.isNaN(bodyLength), `not an answer of legacy: ${bytes.slice(0, 200)}`);
  const length = end + 4 + bodyLength;
  if (bytes.length < length) return undefined;
  return { text: `${status} ${/\r\nx-from: (\w+)/i.exec(head)?.[1]} ${bytes.slice(end + 4, length)}`, length };
}

/** Every request that was sent is in one outcome, and every one that was not compared under one reason. */
export function assertAllCounted(evidence: Evidence, sent: number): void {
  let eligible = 0;
  for (const operation of evidence.operations) {
    eligible += operation.eligible;
    assert.equal(sumOf(operation.outcomes), operation.eligible, operation.operationId);
    assert.equal(sumOf(operation.uncompared), operation.outcomes.uncompared, operation.operationId);
  }
  assert.equal(eligible, sent);
}

/** Outcomes and reasons that were counted, over all operations; `uncompared` is told by its reasons. */
export function countsOf(evidence: Evidence): Readonly<Record<string, number>> {
  const counts = new Map<string, number>();
  for (const { outcomes, uncompared } of evidence.operations) {
    for (const [name, count] of [...Object.entries(outcomes), ...Object.entries(uncompared)]) {
      if (count > 0 && name !== 'uncompared') counts.set(name, (counts.get(name) ?? 0) + count);
    }
  }
  return Object.fromEntries(counts);
}

function sumOf(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}
