import assert from 'node:assert/strict';
import { test } from 'node:test';
import { contractFrom } from '../testing/contract.ts';
import type { Contract } from './index.ts';

/** A contract whose operations are named `METHOD /path`. */
function contractOf(operations: readonly string[], more = ''): Contract {
  const byPath = Map.groupBy(operations, (operation) => operation.split(' ')[1] ?? '');
  const paths = [...byPath].map(([path, ofPath]) => {
    const methods = ofPath.map((operation) => {
      const method = operation.split(' ')[0]?.toLowerCase();
      return `${method}: { operationId: '${operation}', responses: { '200': { description: ok } } }`;
    });
    return `  '${path}': { ${methods.join(', ')} }`;
  });
  return contractFrom(`openapi: 3.0.3\ninfo: { title: T, version: '1' }\n${more}\npaths:\n${paths.join('\n')}\n`);
}

function assertMatches(contract: Contract, expected: Readonly<Record<string, string | undefined>>): void {
  for (const [request, id] of Object.entries(expected)) {
    const [method = '', target = ''] = request.split(' ');
    assert.equal(contract.match(method, target)?.id, id, request);
  }
}

test('a literal segment comes before a templated one, segment by segment, and falls back where it leads nowhere', () => {
  const contract = contractOf(['GET /p/{id}', 'GET /p/mine', 'GET /p/{id}/logs', 'GET /p/mine/{x}/y', 'POST /p/{id}']);
  assertMatches(contract, {
    'GET /p/mine': 'GET /p/mine',
    'GET /p/7': 'GET /p/{id}',
    'GET /p/mine/logs': 'GET /p/{id}/logs',
    'GET /p/mine/1/y': 'GET /p/mine/{x}/y',
    'POST /p/mine': 'POST /p/{id}',
    'GET /p/mine/1/z': undefined,
    'GET /p': undefined,
    'GET /p/7/logs/1': undefined,
  });
});

test('text beside parameters is matched, the most literal template first', () => {
  const contract = contractOf([
    'GET /f/{id}',
    'GET /f/{a}-{b}',
    'GET /f/{id}.json',
    'GET /f/{id}:cancel',
    'GET /f/v{n}',
  ]);
  assertMatches(contract, {
    'GET /f/7': 'GET /f/{id}',
    'GET /f/7.json': 'GET /f/{id}.json',
    'GET /f/.json': 'GET /f/{id}',
    'GET /f/7:cancel': 'GET /f/{id}:cancel',
    'GET /f/a-b': 'GET /f/{a}-{b}',
    'GET /f/-b': 'GET /f/{id}',
    'GET /f/a-': 'GET /f/{id}',
    'GET /f/v2': 'GET /f/v{n}',
    'GET /f/a-b.json': 'GET /f/{id}.json',
  });
});

test('a template with many parameters in one segment cannot be made to backtrack', () => {
  const contract = contractOf(['GET /f/{a}-{b}-{c}-{d}-{e}-{f}-{g}.end']);
  assertMatches(contract, {
    [`GET /f/${'-'.repeat(60_000)}`]: undefined,
    'GET /f/1-2-3-4-5-6-7.end': 'GET /f/{a}-{b}-{c}-{d}-{e}-{f}-{g}.end',
    'GET /f/1-2-3-4-5-6-.end': undefined,
  });
});

test('a trailing slash, an empty segment and letter case count', () => {
  const contract = contractOf(['GET /a', 'GET /b/', 'GET /c/{id}', 'GET /']);
  assertMatches(contract, {
    'GET /a': 'GET /a',
    'GET /a/': undefined,
    'GET /A': undefined,
    'GET /b': undefined,
    'GET /b/': 'GET /b/',
    'GET /c/': undefined,
    'GET //a': undefined,
    'GET /': 'GET /',
    'GET ': undefined,
    'GET *': undefined,
  });
});

test('query and fragment are cut off, and a target in absolute form is matched by its path', () => {
  const contract = contractOf(['GET /a/{id}', 'GET /']);
  assertMatches(contract, {
    'GET /a/7?x=/b/c': 'GET /a/{id}',
    'GET /a/7#x?y': 'GET /a/{id}',
    'GET /a/7#/x': 'GET /a/{id}',
    'GET /?a=1': 'GET /',
    'GET http://h:80/a/7?x': 'GET /a/{id}',
    'GET http://h': 'GET /',
    'GET http://h?x=/a/7': 'GET /',
    'GET a/7': undefined,
  });
});

test('the path is matched as it is forwarded: an encoded slash is no slash', () => {
  const contract = contractOf(['GET /a/{id}', 'GET /a/{id}/b', 'GET /café/x y']);
  assertMatches(contract, {
    'GET /a/7%2Fb': 'GET /a/{id}',
    'GET /a/%': 'GET /a/{id}',
    'GET /a/..': 'GET /a/{id}',
    'GET /%61/7': undefined,
  });
});

test('a template written with characters that must be encoded matches the encoded request', () => {
  const contract = contractOf(['GET /café/{id}', 'GET /100%25']);
  assertMatches(contract, { 'GET /caf%C3%A9/7': 'GET /café/{id}', 'GET /100%25': 'GET /100%25' });
});

test('HEAD falls back to GET, and has its own operation where there is one', () => {
  const contract = contractOf(['GET /a', 'GET /b', 'HEAD /b', 'POST /c']);
  assertMatches(contract, {
    'HEAD /a': 'GET /a',
    'HEAD /b': 'HEAD /b',
    'GET /b': 'GET /b',
    'HEAD /c': undefined,
  });
});

test('names that every object inherits are names like any other', () => {
  const contract = contractOf(['GET /constructor', 'GET /x/{id}']);
  assertMatches(contract, {
    'GET /constructor': 'GET /constructor',
    'GET /__proto__': undefined,
    'GET /toString': undefined,
    '__proto__ /constructor': undefined,
    'constructor /constructor': undefined,
    'GET /x/__proto__': 'GET /x/{id}',
  });
});

test('requests begin with the path of a server, its variables at their defaults', () => {
  const contract = contractOf(
    ['GET /a'],
    `servers:
  - url: 'https://{host}.example.com:{port}/{base}/v1/'
    variables: { host: { default: www }, port: { default: '443' }, base: { default: api } }
  - url: /relative
  - url: https://other.example.com`,
  );
  assertMatches(contract, {
    'GET /api/v1/a': 'GET /a',
    'GET /relative/a': 'GET /a',
    'GET /a': 'GET /a',
    'GET /api/a': undefined,
    'GET /api/v1a': undefined,
  });
});

test('the servers of a path or an operation replace those of the document', () => {
  const contract = contractFrom(`openapi: 3.0.3
info: { title: T, version: '1' }
servers: [{ url: /v1 }]
paths:
  /a:
    servers: [{ url: /v2 }]
    get: { operationId: getA, responses: { '200': { description: ok } } }
    post: { operationId: postA, servers: [{ url: /v3 }], responses: { '200': { description: ok } } }
  /b:
    get: { operationId: getB, responses: { '200': { description: ok } } }
`);
  assertMatches(contract, {
    'GET /v1/a': undefined,
    'GET /v2/a': 'getA',
    'POST /v3/a': 'postA',
    'GET /v1/b': 'getB',
  });
});

test('two templates of one path are warned of, and the first one counts', () => {
  const contract = contractOf(['GET /a/{x}', 'GET /a/{y}']);
  assertMatches(contract, { 'GET /a/1': 'GET /a/{x}' });
  assert.match(contract.warnings.join(), /:6 {2}GET \/a\/\{y\} is the same path as \/a\/\{x\}/);
});

test('a path that holds a query is warned of', () => {
  assert.match(contractOf(['GET /a?x=1']).warnings.join(), /GET \/a\?x=1 holds a query/);
});

test('each of 1,200 operations is found by its own requests', () => {
  const paths = Array.from({ length: 240 }, (_, index) => {
    const resource = `/r${index % 40}`;
    const forms = ['', '/{id}', '/{id}/parts', '/{id}/parts/{part}', '/latest', '/{id}.json'];
    return `${resource}${forms[Math.floor(index / 40)]}`;
  });
  const operations = paths.flatMap((path) =>
    ['GET', 'PUT', 'POST', 'PATCH', 'DELETE'].map((method) => `${method} ${path}`),
  );
  const contract = contractOf(operations);
  assert.equal(contract.operations.length, 1200);
  for (const operation of contract.operations) {
    const target = operation.path.replaceAll(/\{[^}]*\}/g, '42');
    assert.equal(contract.match(operation.method, target), operation);
  }
});
