import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Finding, Reply, ServedExchange, Side, SideResult } from '../core/index.ts';
import { sampleFinding } from '../testing/observations.ts';
import type { ShadowPorts } from './ports.ts';
import { beginProbe, type Probe } from './probe.ts';

const REPLY: Reply = { status: 200, headers: [], body: Buffer.from('x'), totalMs: 3 };
const MOVED = [sampleFinding({ rule: 'value-changed' })];

function exchange(served: Side): ServedExchange {
  return {
    at: 1,
    operationId: 'getThing',
    request: { group: 'things', method: 'GET', target: '/things/1', headers: [], body: undefined },
    served,
    plan: { kind: 'mirror', maxBodyBytes: 100 },
    result: { kind: 'reply', heldBack: false, ...REPLY },
  };
}

function createLab(over: Partial<ShadowPorts> = {}) {
  const sent: Side[] = [];
  const compared: (readonly [number, number])[] = [];
  const ports = {
    send: async (side: Side): Promise<SideResult> => {
      sent.push(side);
      return { kind: 'reply', reply: { ...REPLY, status: 200 + sent.length } };
    },
    isIdentical: () => false,
    findingsOf: async (_subject: unknown, pair: { readonly legacy: Reply; readonly candidate: Reply }) => {
      compared.push([pair.legacy.status, pair.candidate.status]);
      return MOVED as readonly Finding[];
    },
    ...over,
  };
  return { ports, sent, compared };
}

function probeOf(ports: ReturnType<typeof createLab>['ports'], served: Side): Probe {
  const given = exchange(served);
  return beginProbe(ports, given, given.request);
}

test('where legacy served it is asked again at once, together with the candidate', async () => {
  const { ports, sent, compared } = createLab();
  const probe = probeOf(ports, 'legacy');
  assert.deepEqual(sent, ['legacy']);
  assert.deepEqual(await probe.finish(REPLY, []), { candidate: [], legacy: MOVED });
  assert.deepEqual(sent, ['legacy']);
  // Legacy's own first reply stands where legacy's stands in the pair: what differs has the same fingerprint.
  assert.deepEqual(compared, [[200, 201]]);
});

test('where the candidate served it is asked again once it has answered: twice at once would leave no time to move in', async () => {
  const { ports, sent } = createLab();
  const probe = probeOf(ports, 'candidate');
  assert.deepEqual(sent, []);
  await probe.finish(REPLY, []);
  assert.deepEqual(sent, ['legacy']);
});

test('a second reply that is the same is compared no further', async () => {
  const findingsOf = () => assert.fail('nothing to compare');
  const { ports } = createLab({ isIdentical: () => true, findingsOf });
  assert.deepEqual(await probeOf(ports, 'legacy').finish(REPLY, MOVED), {
    candidate: MOVED,
    legacy: [],
  });
});

test('without a second reply, or where it cannot be compared, there was no probe', async () => {
  const failed: SideResult = { kind: 'failed', code: 'ECONNREFUSED', totalMs: 1 };
  const broken: readonly Partial<ShadowPorts>[] = [{ send: () => failed }, { findingsOf: async () => undefined }];
  for (const over of broken) {
    const { ports } = createLab(over);
    assert.equal(await probeOf(ports, 'legacy').finish(REPLY, []), undefined);
  }
});
