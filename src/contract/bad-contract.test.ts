import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { ParitygateError } from '../core/index.ts';
import { loadContract } from './index.ts';

const directory = mkdtempSync(join(tmpdir(), 'paritygate-contract-'));
test.after(() => rmSync(directory, { recursive: true }));

const HEAD = "openapi: 3.1.0\ninfo: { title: T, version: '1' }\n";

function failureOf(name: string, content: string | Uint8Array): ParitygateError {
  const file = join(directory, name);
  writeFileSync(file, content);
  return failureOfFile(file);
}

function failureOfFile(file: string): ParitygateError {
  try {
    loadContract(file);
  } catch (error) {
    assert.ok(error instanceof ParitygateError, `not a failure a user can act on: ${error}`);
    assert.equal(error.at?.file, file);
    assert.ok(error.fix, 'says what to do');
    return error;
  }
  return assert.fail('the contract was taken');
}

test('a missing file is named', () => {
  const error = failureOfFile(join(directory, 'absent.yaml'));
  assert.equal(error.code, 'PG_CONTRACT_MISSING');
  assert.match(error.message, /absent\.yaml/);
});

test('a directory is not a contract', () => {
  assert.equal(failureOfFile(directory).code, 'PG_CONTRACT_MISSING');
});

test('a YAML error is shown with its line and column', () => {
  const error = failureOf('a.yaml', `${HEAD}paths:\n  /a: {\n`);
  assert.equal(error.code, 'PG_CONTRACT_SYNTAX');
  assert.equal(error.at?.line, 5);
});

test('a key that is written twice in YAML is an error, since one of the two would be lost', () => {
  const error = failureOf('a.yaml', `${HEAD}paths:\n  /a: {}\n  /a: {}\n`);
  assert.equal(error.code, 'PG_CONTRACT_SYNTAX');
  assert.equal(error.at?.line, 5);
});

for (const [text, line, column] of [
  ['{\n  "openapi": "3.1.0",\n  "info": }', 3, 11],
  ['{\n  "openapi": "3.1.0",\n}', 3, 1],
  ['{\n  "a": [1, 2,\n 3', 3, 3],
  ['{\n  "a": "un\nclosed" }', 2, 8],
  ['{\n  "a": 01 }', 2, 8],
  ['{\n  "a": nil }', 2, 8],
  ['{\n  "a": [1] ]', 2, 12],
  ['{ "a": 1 }\n{}', 2, 1],
] as const) {
  test(`a JSON error is shown with its line and column: ${JSON.stringify(text)}`, () => {
    const error = failureOf('a.json', text);
    assert.equal(error.code, 'PG_CONTRACT_SYNTAX');
    assert.deepEqual([error.at?.line, error.at?.column], [line, column]);
  });
}

test('a file that is not UTF-8 is refused', () => {
  assert.equal(failureOf('a.yaml', new Uint8Array([0xff, 0xfe, 0x6f])).code, 'PG_CONTRACT_SYNTAX');
});

test('aliases that multiply without end are refused', () => {
  const lines = [`a0: &a0 [x, x, x, x, x, x, x, x, x, x]`];
  for (let level = 1; level < 9; level++) {
    lines.push(
      `a${level}: &a${level} [${Array(10)
        .fill(`*a${level - 1}`)
        .join(', ')}]`,
    );
  }
  assert.equal(failureOf('a.yaml', lines.join('\n')).code, 'PG_CONTRACT_SYNTAX');
});

for (const [what, content, found] of [
  ['an empty file', '', /found an empty file/],
  ['a list', '- a\n- b\n', /found a list/],
  ['a text', 'hello\n', /found a string/],
  ['Swagger 2.0', 'swagger: "2.0"\ninfo: {}\n', /`swagger: "2.0"`/],
  ['another version', 'openapi: 3.2.0\n', /`openapi: "3.2.0"`/],
  ['a version written as a number', 'openapi: 3.1\n', /`openapi: 3.1`/],
  ['no version', 'info: {}\n', /found neither/],
] as const) {
  test(`what is not OpenAPI 3.0 or 3.1 is refused: ${what}`, () => {
    const error = failureOf('a.yaml', content);
    assert.equal(error.code, 'PG_CONTRACT_INVALID');
    assert.match(error.message, found);
    assert.equal(error.at?.line, 1);
  });
}

test('a structure that OpenAPI does not allow is shown where it is wrong', () => {
  for (const version of ['3.0.3', '3.1.0']) {
    const error = failureOf(
      'a.yaml',
      `openapi: ${version}\ninfo: { title: T, version: '1' }\npaths:\n  /a:\n    get:\n      responses:\n        '200':\n          content: {}\n`,
    );
    assert.equal(error.code, 'PG_CONTRACT_INVALID');
    assert.match(error.message, /^#\/paths\/~1a\/get\/responses\/200 .*'description'/);
    assert.equal(error.at?.line, 7);
  }
});

test('a member that OpenAPI does not know is shown by name', () => {
  const error = failureOf('a.yaml', `${HEAD}paths:\n  /a:\n    get:\n      respones: {}\n`);
  assert.match(error.message, /^#\/paths\/~1a\/get\/respones /);
  assert.equal(error.at?.line, 6);
});

const withSchema = (schema: string) => `${HEAD}paths: {}\ncomponents:\n  schemas:\n    A:\n      ${schema}\n`;

for (const [what, ref, message] of [
  ['to nothing', '#/components/schemas/Gone', /leads to nothing/],
  ['to a name that every object inherits', '#/components/schemas/__proto__', /leads to nothing/],
  ['to a text', '#/info/title', /leads to nothing/],
  ['to another file', './other.yaml#/A', /leads out of the file/],
  ['to the network', 'https://example.com/a.json', /leads out of the file/],
  ['to an unknown anchor', '#gone', /leads to nothing/],
  ['to itself', '#/components/schemas/A/properties/b', /back to itself/],
] as const) {
  test(`a $ref that leads ${what} is shown with its line`, () => {
    const error = failureOf('a.yaml', withSchema(`properties:\n        b:\n          $ref: '${ref}'`));
    assert.equal(error.code, 'PG_CONTRACT_REF');
    assert.match(error.message, message);
    assert.equal(error.at?.line, 9);
  });
}

test('a $ref in an example, or as the name of a property, is data', () => {
  const file = join(directory, 'data.yaml');
  writeFileSync(file, withSchema("example: { $ref: '#/gone' }\n      properties: { $ref: { type: string } }"));
  assert.equal(loadContract(file).title, 'T');
});

test('an operationId that is used twice is shown with both lines', () => {
  const operation = (id: string) => `operationId: ${id}\n      responses: { '200': { description: ok } }`;
  const error = failureOf(
    'a.yaml',
    `${HEAD}paths:\n  /a:\n    get:\n      ${operation('one')}\n  /b:\n    get:\n      ${operation('one')}\n`,
  );
  assert.equal(error.code, 'PG_CONTRACT_DUPLICATE_ID');
  assert.match(error.message, /line 6 \(GET \/a\) and line 10 \(GET \/b\)/);
  assert.equal(error.at?.line, 10);
});

test('an operationId that means something else in the counts is refused', () => {
  for (const id of ['unmatched', '__proto__']) {
    const error = failureOf('a.yaml', `${HEAD}paths:\n  /a:\n    get:\n      operationId: ${id}\n`);
    assert.equal(error.code, 'PG_CONTRACT_INVALID');
    assert.equal(error.at?.line, 6);
  }
});

test('a document that is nested too deeply is refused', () => {
  const deep = `${'{"items":'.repeat(20_000)}{}${'}'.repeat(20_000)}`;
  const text = `{"openapi":"3.1.0","info":{"title":"T","version":"1"},"paths":{},"components":{"schemas":{"A":${deep}}}}`;
  assert.equal(failureOf('a.json', text).code, 'PG_CONTRACT_INVALID');
});

test('a document that contains itself by an alias is refused', () => {
  const error = failureOf('a.yaml', withSchema('&a\n      properties:\n        b: *a'));
  assert.match(error.code, /^PG_CONTRACT_(INVALID|SYNTAX)$/);
});

test('of several forms that OpenAPI allows, the error is about the one that was meant', () => {
  const error = failureOf(
    'a.yaml',
    `openapi: 3.0.3
info: { title: T, version: '1' }
paths: {}
components:
  securitySchemes:
    Login:
      type: oauth2
      flows:
        implicit: { authorizationUrl: 'https://example.com' }
`,
  );
  assert.match(error.message, /^#\/components\/securitySchemes\/Login\/flows\/implicit .*'scopes'/);
  assert.equal(error.at?.line, 9);
});
