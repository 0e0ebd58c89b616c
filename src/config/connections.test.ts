import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ParitygateError } from '../core/index.ts';
import { assertListens, type Config, parseConfig } from './index.ts';

// How the file says where backends are and how they are spoken to.

const HEAD = 'contract: openapi.yaml\n';

function parse(text: string): Config {
  const config = parseConfig(HEAD + text, { file: '/srv/gateway/paritygate.yaml', env: {} });
  assertListens(config);
  return config;
}

function reject(text: string): ParitygateError {
  try {
    parse(text);
  } catch (error) {
    assert.ok(error instanceof ParitygateError, String(error));
    return error;
  }
  return assert.fail('nothing was thrown');
}

const at = (line: number, column: number) => ({ file: '/srv/gateway/paritygate.yaml', line, column });

describe('a backend', () => {
  test('is a URL, with nothing said about the way', () => {
    const { legacy } = parse('backends: { legacy: "https://[::1]:8443" }').backends;
    assert.equal(legacy.url.href, 'https://[::1]:8443/');
    assert.deepEqual([legacy.socketPath, legacy.tls], [undefined, undefined]);
  });

  test('may say how it is trusted, by files relative to the config, which know where they are named', () => {
    const { legacy } = parse(`backends:
  legacy:
    url: https://legacy.internal:8443
    tls: { ca: certs/ca.pem, cert: /etc/client.pem, key: ../client.key, servername: api.internal }
`).backends;
    assert.equal(legacy.url.host, 'legacy.internal:8443');
    assert.deepEqual(legacy.tls, {
      ca: { path: '/srv/gateway/certs/ca.pem', at: at(5, 16) },
      cert: { path: '/etc/client.pem', at: at(5, 36) },
      key: { path: '/srv/client.key', at: at(5, 58) },
      servername: 'api.internal',
    });
  });

  test('may be a unix socket', () => {
    const { candidate } = parse(`backends:
  legacy: http://h
  candidate: { url: http://localhost, socket: run/candidate.sock }
`).backends;
    assert.equal(candidate?.socketPath, '/srv/gateway/run/candidate.sock');
  });

  test('of a group has its own way, and one that is left out is as it is for all', () => {
    const { backends, groups } = parse(`backends: { legacy: { url: https://h, tls: { ca: a.pem } } }
groups:
  one: { tags: [a], flag: a, candidate: { url: https://c, tls: { ca: b.pem } } }
  two: { tags: [b], flag: b }
`);
    const [one, two] = groups;
    assert.equal(one?.legacy, backends.legacy);
    assert.deepEqual(one?.candidate?.tls?.ca, { path: '/srv/gateway/b.pem', at: at(4, 70) });
    assert.deepEqual([two?.legacy, two?.candidate], [backends.legacy, undefined]);
  });
});

describe('the listener', () => {
  test('may speak TLS, also only to clients that show a certificate', () => {
    const { tls } = parse('backends: { legacy: http://h }\ntls: { cert: s.pem, key: s.key, ca: clients.pem }\n');
    assert.deepEqual(
      [tls?.cert?.path, tls?.key?.path, tls?.ca?.path],
      ['/srv/gateway/s.pem', '/srv/gateway/s.key', '/srv/gateway/clients.pem'],
    );
    assert.deepEqual(tls?.key?.at, at(3, 26));
  });
});

describe('time limits', () => {
  test('of a group are those for all but for what it says itself', () => {
    const { timeouts, groups } = parse(`backends: { legacy: http://h }
timeouts: { headersMs: 9000, totalMs: 60000 }
groups:
  one: { tags: [a], flag: a, timeouts: { headersMs: 2000, totalMs: 0 } }
  two: { tags: [b], flag: b }
`);
    const all = { connectMs: 2_000, headersMs: 9_000, idleMs: 60_000, totalMs: 60_000, resolveMs: 30_000 };
    assert.deepEqual(timeouts, all);
    assert.deepEqual(
      groups.map((group) => group.timeouts),
      [{ ...all, headersMs: 2_000, totalMs: 0 }, all],
    );
  });
});

interface Bad {
  readonly title: string;
  readonly text: string;
  readonly at: readonly [line: number, column: number];
  readonly message: RegExp;
  readonly fix: RegExp;
}

const BAD: readonly Bad[] = [
  {
    title: 'a backend that is neither a URL nor a map',
    text: 'backends: { legacy: [http://h] }',
    at: [2, 21],
    message:
      /^backends.legacy: expected the http:\/\/ or https:\/\/ URL of a backend, or a map with its `url`, got a list$/,
    fix: /legacy: http:\/\/127.0.0.1:3000/,
  },
  {
    title: 'a backend without its URL',
    text: 'backends: { legacy: { socket: s } }',
    at: [2, 21],
    message: /^backends.legacy.url is missing: expected the http:\/\//,
    fix: /^add `url: https:\/\/legacy.internal:8443`$/,
  },
  {
    title: 'a slip in a key of a backend',
    text: 'backends:\n  legacy: { url: http://h, sockets: s }',
    at: [3, 28],
    message: /^unknown key backends.legacy.sockets$/,
    fix: /^did you mean "socket"\?$/,
  },
  {
    title: 'a slip in a key of its TLS',
    text: 'backends: { legacy: { url: https://h, tls: { certs: s } } }',
    at: [2, 46],
    message: /^unknown key backends.legacy.tls.certs$/,
    fix: /^did you mean "cert"\?$/,
  },
  {
    title: 'a wish not to verify',
    text: 'backends: { legacy: { url: https://h, tls: { insecure: true } } }',
    at: [2, 46],
    message: /^unknown key backends.legacy.tls.insecure$/,
    fix: /^use one of cert, ca, key, servername$/,
  },
  {
    title: 'a URL with a path in a map',
    text: 'backends: { legacy: { url: http://h/api } }',
    at: [2, 28],
    message: /^backends.legacy.url: expected a backend URL without path, got http:\/\/h\/api$/,
    fix: /url: https/,
  },
  {
    title: 'TLS that would not be spoken',
    text: 'backends: { legacy: { url: http://h, tls: { ca: a.pem } } }',
    at: [2, 28],
    message: /^backends.legacy.url: expected an https:\/\/ URL where `tls` is set, got http:\/\/h$/,
    fix: /https/,
  },
  {
    title: 'a certificate without its key',
    text: 'backends: { legacy: { url: https://h, tls: { cert: a.pem } } }',
    at: [2, 44],
    message: /^backends.legacy.tls: expected both `cert` and `key`, or neither$/,
    fix: /tls/,
  },
  {
    title: 'a name for TLS that is an address',
    text: 'backends: { legacy: { url: https://h, tls: { servername: 10.0.0.1 } } }',
    at: [2, 58],
    message: /^backends.legacy.tls.servername: expected a host name, .* no IP address, got 10.0.0.1$/,
    fix: /servername: legacy.internal/,
  },
  {
    title: 'a listener with a certificate only',
    text: 'backends: { legacy: http://h }\ntls: { cert: a.pem }',
    at: [3, 6],
    message: /^tls.key is missing: expected the path of a PEM file$/,
    fix: /^add `key: certs\/server.key`$/,
  },
  {
    title: 'a time limit of a group that is none',
    text: 'backends: { legacy: http://h }\ngroups:\n  a: { tags: [a], flag: a, timeouts: { headersMs: 0 } }',
    at: [4, 51],
    message: /^groups.a.timeouts.headersMs: expected a whole number from 1 to 86400000, got 0$/,
    fix: /headersMs: 30000/,
  },
  {
    title: 'a name that would be looked up all the time',
    text: 'backends: { legacy: http://h }\ntimeouts: { resolveMs: 10 }',
    at: [3, 24],
    message: /^timeouts.resolveMs: expected a whole number from 1000 /,
    fix: /resolveMs: 30000/,
  },
  {
    title: 'a backend in a map that is the proxy itself',
    text: 'backends: { legacy: { url: http://localhost:8080 } }',
    at: [2, 21],
    message: /^backends.legacy is the address that Paritygate listens on itself$/,
    fix: /address of the backend/,
  },
];

for (const { title, text, at: place, message, fix } of BAD) {
  test(`${title} is one error at its place`, () => {
    const error = reject(text);
    assert.match(error.message, message);
    assert.deepEqual(error.at, at(...place));
    assert.match(error.fix ?? '', fix);
  });
}

test('a unix socket behind the URL of the proxy itself is no loop', () => {
  assert.equal(
    parse('backends: { legacy: { url: http://localhost:8080, socket: s } }').backends.legacy.url.port,
    '8080',
  );
});
