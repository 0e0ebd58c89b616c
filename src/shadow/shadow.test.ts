import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LikelyBody, Observation, Reply, ServedExchange, Side, SideResult } from '../core/index.ts';
import { createAliases } from './aliases.ts';
import { NOT_ASKED } from './outages.ts';
import type { ShadowPorts } from './ports.ts';
import { createShadow } from './shadow.ts';

const REPLY: Reply = { status: 200, headers: [], body: Buffer.from('x'), totalMs: 3 };

function exchange(over: Partial<ServedExchange> = {}): ServedExchange {
  return {
    at: 1,
    operationId: 'getThing',
    request: { group: 'things', method: 'GET', target: '/things/1', headers: [], body: undefined },
    served: 'legacy',
    plan: { kind: 'mirror', maxBodyBytes: 100 },
    result: { kind: 'reply', heldBack: false, ...REPLY },
    ...over,
  };
}

interface Lab {
  readonly observations: Observation[];
  readonly faults: unknown[];
  readonly offer: (given?: Partial<ServedExchange>) => Promise<Observation | undefined>;
  readonly sent: string[];
}

/** The lane with every port in our hands; each test overrides what it is about. */
function createLab(over: Partial<ShadowPorts> = {}): Lab {
  const observations: Observation[] = [];
  const faults: unknown[] = [];
  const sent: string[] = [];
  const reply: SideResult = { kind: 'reply', reply: REPLY };
  const ports: ShadowPorts = {
    send: async (side) => {
      sent.push(side);
      return reply;
    },
    hasRoom: () => true,
    judgeFailure: () => undefined,
    judgeUnreadable: () => ({ outcome: 'different', findings: [], confirmable: false }),
    isIdentical: () => true,
    checkSample: () => undefined,
    compare: async () => ({ outcome: 'different', findings: [], confirmable: true }),
    confirm: async () => ({ outcome: 'noise', findings: [], confirmable: false }),
    failureOf: () => undefined,
    isBodyless: () => false,
    shownTarget: (_id, target) => target,
    featuresOf: () => [],
    record: (observation) => void observations.push(observation),
    findingsOf: async () => [],
    mayProbe: () => false,
    aliases: createAliases(new Map()),
    liveSteps: () => 0,
    nextTurn: (onTurn) => void setImmediate(onTurn),
    mayConfirm: () => true,
    delay: async () => {},
    onFault: (error) => void faults.push(error),
    ...over,
  };
  const shadow = createShadow(ports, { concurrency: 1, queue: 0, confirmDelayMs: 1 });
  const offer: Lab['offer'] = async (given) => {
    shadow.offer(exchange(given));
    await shadow.stop(1000);
    return observations[0];
  };
  return { observations, faults, offer, sent };
}

test('identical replies are equal, and the other side was asked once', async () => {
  const { offer, sent, observations } = createLab();
  assert.equal((await offer())?.outcome, 'equal');
  assert.deepEqual(sent, ['candidate']);
  assert.equal(observations.length, 1);
});

test('when the candidate serves, legacy is asked', async () => {
  const { offer, sent } = createLab();
  await offer({ served: 'candidate' });
  assert.deepEqual(sent, ['legacy']);
});

test('a mismatch is read again on both sides, and the second reading decides', async () => {
  const { offer, sent } = createLab({ isIdentical: () => false });
  assert.equal((await offer())?.outcome, 'noise');
  assert.deepEqual(sent.toSorted(), ['candidate', 'candidate', 'legacy']);
});

test('without budget for a second read the mismatch stands', async () => {
  const { offer, sent } = createLab({ isIdentical: () => false, mayConfirm: () => false });
  assert.equal((await offer())?.outcome, 'different');
  assert.deepEqual(sent, ['candidate']);
});

test('a second read that fails leaves the mismatch standing', async () => {
  let reads = 0;
  const { offer } = createLab({
    isIdentical: () => false,
    send: async () =>
      reads++ === 0 ? { kind: 'reply', reply: REPLY } : { kind: 'failed', code: 'ECONNREFUSED', totalMs: 1 },
  });
  assert.equal((await offer())?.outcome, 'different');
});

test('without a connection to be had nothing is sent, and the exchange is dropped', async () => {
  const asked: Side[] = [];
  const hasRoom = (side: Side): boolean => {
    asked.push(side);
    return false;
  };
  const { offer, sent } = createLab({ hasRoom });
  const observation = await offer({ served: 'candidate' });
  assert.deepEqual([observation?.reason, asked, sent], ['shadow-dropped', ['legacy'], []]);
});

test('a method that is not safe is never read again', async () => {
  const { offer, sent } = createLab({ isIdentical: () => false });
  assert.equal((await offer({ request: { ...exchange().request, method: 'POST' } }))?.outcome, 'different');
  assert.deepEqual(sent, ['candidate']);
});

for (const [what, over] of [
  ['the planner said so', { plan: { kind: 'skip', reason: 'sampled-out' } }],
  ['the client went away', { result: { kind: 'client-aborted', totalMs: 5, heldBack: true } }],
  [
    'the answer was conditional',
    {
      request: { ...exchange().request, headers: ['If-None-Match', '"1"'] },
      result: { kind: 'reply', heldBack: false, ...REPLY, status: 304 },
    },
  ],
] as const) {
  test(`nothing is sent to the other side when ${what}`, async () => {
    const { offer, sent } = createLab();
    const observation = await offer(over);
    assert.deepEqual([observation?.outcome, sent], ['uncompared', []]);
    assert.ok(observation?.reason);
  });
}

test('time that a slow client cost is not counted as the time of the backend', async () => {
  const { offer } = createLab();
  const observation = await offer({ result: { kind: 'reply', ...REPLY, heldBack: true } });
  assert.deepEqual([observation?.legacy?.totalMs, observation?.candidate?.totalMs], [undefined, 3]);
});

const DEAD: Pick<ShadowPorts, 'send' | 'failureOf'> = {
  send: async () => ({ kind: 'failed', code: 'ECONNREFUSED', totalMs: 1 }),
  failureOf: (result) => (result.kind === 'failed' ? result.code : undefined),
};

for (const port of ['send', 'isIdentical', 'compare', 'judgeFailure', 'failureOf', 'hasRoom'] as const) {
  test(`a fault in ${port} is one exchange that was not compared, and no exception`, async () => {
    const fail = (): never => {
      throw new Error('broken');
    };
    let calls = 0;
    // failureOf is also what the record of the fault itself uses: it fails once.
    const failOnce = (): undefined => (calls++ === 0 ? fail() : undefined);
    const over = port === 'failureOf' ? { failureOf: failOnce } : { [port]: fail };
    // Only what failed is judged as a failure.
    const candidate = port === 'judgeFailure' ? DEAD : {};
    const { offer, faults, observations } = createLab({ isIdentical: () => false, ...candidate, ...over });
    const observation = await offer();
    assert.deepEqual(
      [observation?.outcome, observation?.reason, observations.length, faults.length],
      ['uncompared', 'shadow-dropped', 1, 1],
    );
  });
}

test('a body that is too large on one side only is a difference', async () => {
  const cut = createLab();
  assert.equal(
    (await cut.offer({ result: { kind: 'reply', heldBack: false, ...REPLY, body: undefined } }))?.outcome,
    'different',
  );
  const grown = createLab({ send: async () => ({ kind: 'failed', code: 'BODY_TOO_LARGE', totalMs: 1 }) });
  assert.equal((await grown.offer())?.outcome, 'different');
});

test('bodies that are too large on both sides are not compared, and say so', async () => {
  const { offer } = createLab({ send: async () => ({ kind: 'failed', code: 'BODY_TOO_LARGE', totalMs: 1 }) });
  const observation = await offer({ result: { kind: 'reply', heldBack: false, ...REPLY, body: undefined } });
  assert.deepEqual([observation?.outcome, observation?.reason], ['uncompared', 'body-too-large']);
});

test('what fails on both sides says nothing about one of them', async () => {
  const { offer } = createLab({ failureOf: () => 'HTTP_503' });
  const observation = await offer();
  assert.deepEqual([observation?.outcome, observation?.reason], ['uncompared', 'both-failed']);
});

test('a candidate that keeps its client waiting until it leaves, where legacy answers at once, is an error of the candidate', async () => {
  const failureOf = (result: SideResult): string | undefined => (result.kind === 'failed' ? result.code : undefined);
  const judgeFailure: ShadowPorts['judgeFailure'] = () => ({
    outcome: 'candidate-error',
    findings: [],
    confirmable: false,
  });
  const late = createLab({ failureOf, judgeFailure });
  const observation = await late.offer({
    served: 'candidate',
    result: { kind: 'client-aborted', totalMs: 5000, heldBack: false },
  });
  assert.deepEqual(
    [observation?.outcome, observation?.candidate?.error, observation?.candidate?.totalMs],
    ['candidate-error', 'CLIENT_GAVE_UP', 5000],
  );
  const quick = createLab({ failureOf, judgeFailure });
  const left = await quick.offer({
    served: 'candidate',
    result: { kind: 'client-aborted', totalMs: 20, heldBack: false },
  });
  assert.deepEqual([left?.outcome, left?.reason, left?.candidate], ['uncompared', 'client-aborted', undefined]);
});

test('a refused connection is no fast answer', async () => {
  const failureOf = (result: SideResult): string | undefined => (result.kind === 'failed' ? result.code : undefined);
  const judgeFailure: ShadowPorts['judgeFailure'] = () => ({
    outcome: 'candidate-error',
    findings: [],
    confirmable: false,
  });
  const seen = async (code: string): Promise<number | undefined> => {
    const { offer } = createLab({ failureOf, judgeFailure, send: async () => ({ kind: 'failed', code, totalMs: 7 }) });
    return (await offer())?.candidate?.totalMs;
  };
  assert.deepEqual([await seen('ECONNREFUSED'), await seen('SHADOW_TIMEOUT')], [undefined, 7]);
});

const EVENTS = { ...REPLY, headers: ['Content-Type', 'text/event-stream'] };
const STREAM: SideResult = { kind: 'failed', code: 'STREAMING', totalMs: 1 };

test('two streams of events without an end are not compared; one against an ordinary answer is a difference', async () => {
  const both = createLab({ send: async () => STREAM });
  const observation = await both.offer({ result: { kind: 'reply', heldBack: false, ...EVENTS } });
  assert.deepEqual([observation?.outcome, observation?.reason], ['uncompared', 'streaming']);
  const one = createLab({ send: async () => STREAM });
  assert.equal((await one.offer({ result: { kind: 'reply', heldBack: false, ...REPLY } }))?.outcome, 'different');
});

test('an answer of "not modified" to a client that did not ask so is compared like any other', async () => {
  const { offer, sent } = createLab();
  await offer({ served: 'candidate', result: { kind: 'reply', heldBack: false, ...REPLY, status: 304 } });
  assert.deepEqual(sent, ['legacy']);
});

test('a shadow that we ended ourselves is no error of the candidate', async () => {
  const { offer } = createLab({ send: async () => ({ kind: 'failed', code: 'PG_CLIENT_STOPPED', totalMs: 1 }) });
  const observation = await offer();
  assert.deepEqual([observation?.outcome, observation?.reason], ['uncompared', 'shadow-dropped']);
});

test('a candidate that failed before its stand-in was left waiting for failed all the same', async () => {
  const { offer } = createLab({ failureOf: (result) => (result.kind === 'failed' ? result.code : undefined) });
  const observation = await offer({
    fallback: { code: 'ECONNRESET', totalMs: 150 },
    result: { kind: 'client-aborted', totalMs: 300, heldBack: false },
  });
  assert.deepEqual(
    [observation?.outcome, observation?.candidate?.error, observation?.legacy],
    ['candidate-error', 'ECONNRESET', undefined],
  );
});

test('the served body is told, and that it is a measure where it says something about the other', async () => {
  const isMeasure = async (
    over: Partial<Reply>,
    method = 'GET',
    served: Side = 'legacy',
  ): Promise<boolean | undefined> => {
    const told: (LikelyBody | undefined)[] = [];
    const { offer } = createLab({
      send: async (_side, _request, likely) => {
        told.push(likely);
        return { kind: 'reply', reply: REPLY };
      },
    });
    const request = { ...exchange().request, method };
    await offer({ request, served, result: { kind: 'reply', heldBack: false, ...REPLY, ...over } });
    assert.equal(told[0]?.bytes, { ...REPLY, ...over }.body);
    return told[0]?.isMeasure;
  };
  assert.equal(await isMeasure({}), true);
  assert.equal(await isMeasure({ headers: ['Content-Encoding', 'gzip'] }), false);
  assert.equal(await isMeasure({ status: 404 }), false);
  assert.equal(await isMeasure({}, 'HEAD'), false);
  assert.equal(await isMeasure({}, 'GET', 'candidate'), false, 'legacy is read to its end');
});

test('a legacy that was not asked has not failed, and a candidate that was not asked has', async () => {
  const over: Partial<ShadowPorts> = {
    send: async () => ({ kind: 'failed', code: NOT_ASKED, totalMs: 0 }),
    failureOf: (result) => (result.kind === 'failed' ? result.code : undefined),
    judgeFailure: () => ({ outcome: 'candidate-error', findings: [], confirmable: false }),
  };
  assert.equal((await createLab(over).offer({ served: 'candidate' }))?.reason, 'shadow-dropped');
  assert.equal((await createLab(over).offer({ served: 'legacy' }))?.outcome, 'candidate-error');
});
