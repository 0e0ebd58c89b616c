import assert from 'node:assert/strict';
import { describe, it, test } from 'node:test';
import { contractFrom } from '../testing/contract.ts';
import { startProxy } from '../testing/proxy.ts';
import { startRecorderUpstream } from '../testing/recorder-upstream.ts';
import { sendRaw } from '../testing/servers.ts';
import { matchOperation } from './path-tricks.ts';

const USERS = `openapi: 3.1.0
info: { title: Users, version: '1' }
paths:
  /users/{id}:
    get: { operationId: getUser, responses: { '200': { description: ok } } }
  /users/me:
    get: { operationId: getMe, responses: { '200': { description: ok } } }
  /users/{id}/keys:
    get: { operationId: listKeys, responses: { '200': { description: ok } } }
  /admin:
    get: { operationId: admin, responses: { '200': { description: ok } } }
`;
const contract = contractFrom(USERS);
const idOf = (target: string): string | undefined => matchOperation(contract, 'GET', target)?.id;

interface Reading {
  readonly target: string;
  readonly because: string;
}

describe('a path that a backend could take for another operation is nobody’s', () => {
  const ambiguous: readonly Reading[] = [
    { target: '/users/..', because: 'dot segments are resolved' },
    { target: '/users/.', because: 'dot segments are resolved' },
    { target: '/users/../admin', because: 'dot segments are resolved' },
    { target: '/users/%2e%2e', because: 'dots may be encoded' },
    { target: '/users/.%2E', because: 'one of them may be' },
    { target: '/users/%252e%252e', because: 'a chain of servers decodes more than once' },
    { target: '/users/..%2fadmin', because: 'a slash may be encoded' },
    { target: '/users/..%5cadmin', because: 'a backslash may be a slash, and encoded' },
    { target: '/users/..\\admin', because: 'a backslash may be a slash' },
    { target: '/users/x%2f..%2f..%2fadmin', because: 'all of it may be decoded before it is resolved' },
    { target: '/users/..;/keys', because: 'parameters of a segment may be cut off first' },
    { target: '/users/..;x=1', because: 'parameters of a segment may be cut off first' },
    { target: '/users/x%00', because: 'a NUL ends a string in C' },
    { target: '/users/%6d%65', because: 'unreserved characters mean the same when encoded' },
    { target: '/users/me%2f', because: '/users/me/ is /users/me to some' },
    { target: '/users/x%2fkeys', because: '/users/x/keys is another operation' },
    { target: '/users/me;v=1', because: 'parameters of a segment may be cut off' },
    { target: '/users/me%3fx', because: 'a query may begin where it is encoded' },
  ];
  for (const { target, because } of ambiguous) it(`${target}: ${because}`, () => assert.equal(idOf(target), undefined));
});

describe('a path that means one thing to all keeps its operation', () => {
  const clear: readonly (readonly [target: string, operation: string])[] = [
    ['/users/42', 'getUser'],
    ['/users/me', 'getMe'],
    ['/users/a%2Fb', 'getUser'],
    ['/users/a%20b', 'getUser'],
    ['/users/50%25', 'getUser'],
    ['/users/100%', 'getUser'],
    ['/users/a;b', 'getUser'],
    ['/users/...', 'getUser'],
    ['/users/.hidden', 'getUser'],
    ['/users/a..b', 'getUser'],
    ['/users/caf%C3%A9', 'getUser'],
    ['/users/42?next=/../admin', 'getUser'],
    ['/users/42?x=%2e%2e%2f;', 'getUser'],
    ['/users/me%20', 'getUser'],
  ];
  for (const [target, operation] of clear) it(`${target} is ${operation}`, () => assert.equal(idOf(target), operation));
});

test('what is matched is what is sent, byte for byte', async (t) => {
  const { origin, requests } = await startRecorderUpstream(t);
  const { port, arrivals } = await startProxy(t, { legacy: origin, contract });
  const targets = [
    '/users/a%2Fb?x=%20',
    '/users/..\\admin',
    '/users/%2e%2e/admin',
    '//users//me',
    '/users/me;v=1',
    '/users/42?',
  ];
  for (const target of targets)
    await sendRaw(port, `GET ${target} HTTP/1.1\r\nHost: things.example\r\nConnection: close\r\n\r\n`);
  assert.deepEqual(
    requests.map(({ line }) => line),
    targets.map((target) => `GET ${target} HTTP/1.1`),
  );
  assert.deepEqual(arrivals, ['getUser', 'unmatched', 'unmatched', 'unmatched', 'unmatched', 'getUser']);
});

test('an ambiguous path is answered by legacy even where the candidate serves, and is not mirrored', async (t) => {
  const legacy = await startRecorderUpstream(t);
  const candidate = await startRecorderUpstream(t);
  const setup = { legacy: legacy.origin, candidate: candidate.origin, contract, serve: 'candidate' } as const;
  const { port, exchanges } = await startProxy(t, setup);
  for (const target of ['/users/42', '/users/..'])
    await sendRaw(port, `GET ${target} HTTP/1.1\r\nHost: things.example\r\nConnection: close\r\n\r\n`);
  assert.deepEqual(
    exchanges.map(({ operationId, served }) => [operationId, served]),
    [
      ['getUser', 'candidate'],
      ['unmatched', 'legacy'],
    ],
  );
});
