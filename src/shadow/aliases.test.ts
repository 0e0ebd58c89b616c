import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Issued, ServedExchange, Side } from '../core/index.ts';
import { createAliases } from './aliases.ts';

const PARAMETERS = new Map([['listThings', [{ in: 'query', name: 'cursor', alias: 'cursor' } as const]]]);
const CURSOR: Issued = { name: 'cursor', legacy: 'l1', candidate: 'c1' };

interface Asking {
  readonly session?: string | undefined;
  readonly served?: Side;
  readonly operationId?: string;
  readonly cookie?: string;
}

function exchange(cursor: string, asking: Asking = {}) {
  const { served = 'legacy', operationId, cookie } = asking;
  const headers = cookie === undefined ? [] : ['Cookie', cookie];
  const made: ServedExchange = {
    at: 1,
    operationId: operationId ?? 'listThings',
    request: { group: 'things', method: 'GET', target: `/things?cursor=${cursor}`, headers, body: undefined },
    session: 'session' in asking ? asking.session : 'jane',
    served,
    plan: { kind: 'mirror', maxBodyBytes: 100 },
    result: { kind: 'failed', code: 'X', totalMs: 1 },
  };
  return made;
}

async function cursorFor(aliases: ReturnType<typeof createAliases>, asked: ServedExchange): Promise<string> {
  const known = await aliases.requestFor(asked);
  return known === 'unknown' ? known : known.target.replace('/things?cursor=', '');
}

test("each side's cursor becomes the other's, whoever serves", async () => {
  const aliases = createAliases(PARAMETERS);
  aliases.learn(exchange(''), [CURSOR]);
  assert.equal(await cursorFor(aliases, exchange('l1')), 'c1');
  assert.equal(await cursorFor(aliases, exchange('c1', { served: 'candidate' })), 'l1');
});

test('what one session was issued is nothing to another', async () => {
  const aliases = createAliases(PARAMETERS);
  aliases.learn(exchange(''), [CURSOR]);
  assert.equal(await cursorFor(aliases, exchange('l1', { session: 'joe' })), 'unknown');
  assert.equal(await cursorFor(aliases, exchange('l1', { session: undefined })), 'unknown');
});

test('as long as both sides issue the same, nothing is unknown', async () => {
  const aliases = createAliases(PARAMETERS);
  const given = exchange('bookmarked');
  assert.equal(aliases.requestFor(given), given.request);
  aliases.learn(given, [CURSOR]);
  assert.equal(aliases.requestFor(given), 'unknown');
});

test('a client that was moved to the other side still brings what the first has issued, which that one knows', async () => {
  const aliases = createAliases(PARAMETERS);
  aliases.learn(exchange(''), [CURSOR]);
  assert.equal(await cursorFor(aliases, exchange('l1', { served: 'candidate' })), 'l1');
});

test('the second page waits until the first has been compared, and an operation that brings nothing back does not', async () => {
  const aliases = createAliases(PARAMETERS);
  aliases.learn(exchange(''), [CURSOR]);
  const first = exchange('');
  const { promise, resolve } = Promise.withResolvers<void>();
  aliases.track(first, promise);
  const waiting = aliases.requestFor(exchange('l2'));
  assert.ok(waiting instanceof Promise);
  assert.ok(!(aliases.requestFor(exchange('l1')) instanceof Promise), 'what is known need not be waited for');
  assert.ok(!(aliases.requestFor(exchange('l2', { operationId: 'getHealth' })) instanceof Promise));
  aliases.learn(first, [{ name: 'cursor', legacy: 'l2', candidate: 'c2' }]);
  resolve();
  assert.equal(await cursorFor(aliases, exchange('l2')), 'c2');
  const known = await waiting;
  assert.equal(known === 'unknown' ? known : known.target, '/things?cursor=c2');
});

test('also the first of all waits: nobody knows yet whether the sides issue the same', async () => {
  const aliases = createAliases(PARAMETERS);
  const { promise, resolve } = Promise.withResolvers<void>();
  aliases.track(exchange(''), promise);
  const waiting = aliases.requestFor(exchange('l1'));
  aliases.learn(exchange(''), [CURSOR]);
  resolve();
  const known = await waiting;
  assert.equal(known === 'unknown' ? known : known.target, '/things?cursor=c1');
});

test('sides that issued the same a thousand times are waited for no longer', async () => {
  const aliases = createAliases(PARAMETERS);
  for (let n = 0; n < 1_000; n++) {
    aliases.track(exchange(''), Promise.resolve());
    await Promise.resolve();
  }
  await new Promise(setImmediate);
  aliases.track(exchange(''), new Promise(() => {}));
  const given = exchange('l1');
  assert.equal(aliases.requestFor(given), given.request);
});

test('a comparison that fails is not waited for any longer', async () => {
  const aliases = createAliases(PARAMETERS);
  aliases.learn(exchange(''), [CURSOR]);
  aliases.track(exchange(''), Promise.reject(new Error('made to fail')));
  assert.equal(await aliases.requestFor(exchange('l9')), 'unknown');
  await new Promise(setImmediate);
  assert.equal(aliases.requestFor(exchange('l9')), 'unknown');
});

test('a cookie is followed by its name on every operation, and an unknown one stays', async () => {
  const aliases = createAliases(new Map());
  aliases.learn(exchange(''), [{ name: 'cookie:sid', legacy: 'a', candidate: 'b' }]);
  for (const [brought, sent] of [
    ['sid=a; t=1', 'sid=b; t=1'],
    ['sid=z', 'sid=z'],
  ] as const) {
    const known = await aliases.requestFor(exchange('', { cookie: brought }));
    assert.deepEqual(known === 'unknown' ? known : known.headers, ['Cookie', sent]);
  }
});

test('memory is bound: the oldest values of a session, and the sessions not heard of for longest, are forgotten', async () => {
  const aliases = createAliases(PARAMETERS);
  const issue = (session: string, count: number): void => {
    for (let n = 0; n < count; n++)
      aliases.learn(exchange('', { session }), [{ name: 'cursor', legacy: `l${n}`, candidate: `c${n}` }]);
  };
  issue('busy', 2_001);
  assert.equal(await cursorFor(aliases, exchange('l0', { session: 'busy' })), 'unknown');
  assert.equal(await cursorFor(aliases, exchange('l2000', { session: 'busy' })), 'c2000');
  for (let session = 0; session < 30; session++) issue(`s${session}`, 2_000);
  assert.equal(await cursorFor(aliases, exchange('l2000', { session: 'busy' })), 'unknown');
  assert.equal(await cursorFor(aliases, exchange('l1', { session: 's29' })), 'c1');
});
