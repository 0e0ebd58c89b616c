import assert from 'node:assert/strict';
import type { LookupAddress } from 'node:dns';
import { type TestContext, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { createFakeTime, type FakeTime } from '../testing/fake-time.ts';
import { createResolver, type Resolver } from './resolve.ts';

const MAX_AGE_MS = 15_000;

interface NameService {
  readonly resolver: Resolver;
  readonly time: FakeTime;
  /** What it answers from now on. */
  answer: () => Promise<readonly LookupAddress[]>;
  asked: number;
}

function v4(...last: readonly number[]): readonly LookupAddress[] {
  return last.map((part) => ({ address: `10.0.0.${part}`, family: 4 }));
}

function failing(code: string): () => Promise<never> {
  return () => Promise.reject(Object.assign(new Error(code), { code }));
}

function startNameService(t: TestContext, ...first: readonly LookupAddress[]): NameService {
  const time = createFakeTime(t);
  const service: NameService = {
    time,
    asked: 0,
    answer: async () => first,
    resolver: createResolver({
      clock: time.clock,
      timers: time.timers,
      lookup: () => {
        service.asked += 1;
        return service.answer();
      },
    }),
  };
  return service;
}

async function firstOf({ resolver }: NameService): Promise<string | undefined> {
  return (await resolver.addresses('legacy.internal', MAX_AGE_MS))[0]?.address;
}

test('an answer serves until it is old, and is asked for once by all who wait for it', async (t) => {
  const service = startNameService(t, ...v4(1));
  await Promise.all([firstOf(service), firstOf(service), firstOf(service)]);
  service.time.advance(MAX_AGE_MS - 1);
  await firstOf(service);
  assert.equal(service.asked, 1);
  service.time.advance(1);
  service.answer = async () => v4(2);
  assert.equal(await firstOf(service), '10.0.0.2');
  assert.equal(service.asked, 2);
});

test('every address has its turn at being first, and the others follow it', async (t) => {
  const service = startNameService(t, ...v4(1, 2, 3));
  const lists = [];
  for (let count = 0; count < 3; count += 1) lists.push(await service.resolver.addresses('legacy.internal', 1));
  assert.deepEqual(new Set(lists.map(([first]) => first?.address)), new Set(['10.0.0.1', '10.0.0.2', '10.0.0.3']));
  for (const list of lists) assert.deepEqual([...list].sort(byAddress), v4(1, 2, 3));
});

function byAddress(a: LookupAddress, b: LookupAddress): number {
  return a.address.localeCompare(b.address);
}

test('the family that the system prefers stays first', async (t) => {
  const v6 = [1, 2].map((part) => ({ address: `fd00::${part}`, family: 6 }));
  const service = startNameService(t, ...v6, ...v4(1, 2));
  for (let count = 0; count < 4; count += 1) {
    const list = await service.resolver.addresses('legacy.internal', 1);
    assert.deepEqual(
      list.map(({ family }) => family),
      [6, 6, 4, 4],
    );
  }
});

test('a name service that fails does not take known addresses away', async (t) => {
  const service = startNameService(t, ...v4(1));
  await firstOf(service);
  service.time.advance(MAX_AGE_MS);
  service.answer = failing('EAI_AGAIN');
  assert.equal(await firstOf(service), '10.0.0.1');
  service.answer = async () => v4(2);
  assert.equal(await firstOf(service), '10.0.0.2');
});

test('who needs no address now is told at once whether they are new, and where not they are asked for', async (t) => {
  const service = startNameService(t, ...v4(1));
  const isFresh = (): boolean => service.resolver.isFresh('legacy.internal', MAX_AGE_MS);
  await firstOf(service);
  assert.equal(isFresh(), true);
  service.time.advance(MAX_AGE_MS);
  service.answer = async () => v4(2);
  assert.equal(isFresh(), false);
  await setImmediate();
  assert.deepEqual([isFresh(), service.asked], [true, 2]);
});

test('a name service that fails is asked again in the background once a second', async (t) => {
  const service = startNameService(t, ...v4(1));
  await firstOf(service);
  service.time.advance(MAX_AGE_MS);
  service.answer = failing('EAI_AGAIN');
  for (let count = 0; count < 200; count += 1) {
    assert.equal(service.resolver.isFresh('legacy.internal', MAX_AGE_MS), false);
    await setImmediate();
    service.time.advance(20);
  }
  assert.equal(service.asked, 1 + 4);
});

test('a name service that says nothing is waited for a moment only where addresses are known', async (t) => {
  const service = startNameService(t, ...v4(1));
  await firstOf(service);
  service.time.advance(MAX_AGE_MS);
  service.answer = () => new Promise(() => {});
  const waiting = firstOf(service);
  service.time.advance(200);
  assert.equal(await waiting, '10.0.0.1');
});

test('a name that is gone has no addresses, whatever was known', async (t) => {
  const service = startNameService(t, ...v4(1));
  await firstOf(service);
  service.time.advance(MAX_AGE_MS);
  service.answer = failing('ENOTFOUND');
  await assert.rejects(firstOf(service), { code: 'ENOTFOUND' });
  await assert.rejects(firstOf(service), { code: 'ENOTFOUND' });
});

test('a name that was never known fails as the name service does', async (t) => {
  const service = startNameService(t);
  service.answer = failing('EAI_AGAIN');
  await assert.rejects(firstOf(service), { code: 'EAI_AGAIN' });
  service.answer = async () => v4(1);
  assert.equal(await firstOf(service), '10.0.0.1');
});
