import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { loadContract } from './index.ts';

const directory = mkdtempSync(join(tmpdir(), 'paritygate-contract-'));
test.after(() => rmSync(directory, { recursive: true }));

const YAML = `openapi: 3.1.0
info: { title: T, version: '1' }
# a comment: with a colon
paths:
  /a/{id}:
    get: &get
      operationId: getA
      responses:
        200:
          description: |
            get:
            text
          content: { application/json: { schema: { allOf: [
            { type: object },
            { properties: {
              a~b: { type: string } } } ] } } }
  /b:
    post: { <<: *get, operationId: postB }
components:
  schemas: { A: &a { type: string },
    B: *a }
`;

const JSON_TEXT = `\u{feff}{
  "openapi": "3.1.0", "info": { "title": "brace } and \\" quote", "version": "1" },
  "paths": {
    "/a": { "get": { "responses": { "200": { "description": "[{" } } } },
    "\\u002fb": {
      "post": {
        "parameters": [], "x-n": 0,
        "x-n": 1e5, "x-y": [ [1, {"a": 2}], "z",
          true ],
        "responses": { "default": { "description": "" } }
      }
    }
  }
}
`;

function linesOf(name: string, text: string, places: readonly string[]): (number | undefined)[] {
  const file = join(directory, name);
  writeFileSync(file, text);
  const contract = loadContract(file);
  return places.map((place) => contract.lineOf(place));
}

test('a place in YAML has the line of its key or item', () => {
  const schema = '#/paths/~1a~1{id}/get/responses/200/content/application~1json/schema';
  const lines = linesOf('a.yaml', YAML, [
    '#',
    '#/paths',
    '#/paths/~1a~1{id}/get',
    '#/paths/~1a~1{id}/get/responses/200',
    schema,
    `${schema}/allOf/1`,
    `${schema}/allOf/1/properties/a~0b`,
    '#/components/schemas/B',
    '#/components/schemas/B/type',
  ]);
  assert.deepEqual(lines, [1, 4, 6, 9, 13, 15, 16, 21, 20]);
});

test('a place in JSON has the line of its name or item', () => {
  const post = '#/paths/~1b/post';
  const lines = linesOf('a.json', JSON_TEXT, [
    '#',
    '#/info/title',
    '#/paths/~1a/get/responses/200/description',
    '#/paths/~1b',
    `${post}/x-n`,
    `${post}/x-y/2`,
    `${post}/x-y/0/1/a`,
    `${post}/responses`,
  ]);
  assert.deepEqual(lines, [1, 2, 4, 5, 8, 9, 8, 10]);
});

test('where nothing stands, it is the line of the nearest place above', () => {
  const places = [
    '#/paths/~1b/post/nothing/here',
    '#/nothing',
    '/paths',
    '',
    '#/paths/__proto__',
    '#/paths/~1b/post/x-y/7',
  ];
  assert.deepEqual(linesOf('a.yaml', YAML, places.slice(0, 5)), [18, undefined, undefined, undefined, 4]);
  assert.deepEqual(linesOf('a.json', JSON_TEXT, places), [6, undefined, undefined, undefined, 3, 8]);
});

test('a merged operation of YAML is an operation', () => {
  const file = join(directory, 'a.yaml');
  writeFileSync(file, YAML);
  const contract = loadContract(file);
  assert.equal(contract.match('POST', '/b')?.id, 'postB');
});

test('JSON is also YAML: a file that is not named .json may mix them', () => {
  const file = join(directory, 'mixed.yaml');
  writeFileSync(file, `{ openapi: 3.1.0, info: { title: 'T', "version": '1' }, paths: {} }`);
  assert.equal(loadContract(file).title, 'T');
});

test('the digest is of the file, and changes with it', () => {
  const digestOf = (text: string) => {
    const file = join(directory, 'digest.yaml');
    writeFileSync(file, text);
    return loadContract(file).digest;
  };
  assert.equal(digestOf(YAML), digestOf(YAML));
  assert.notEqual(digestOf(YAML), digestOf(`${YAML}# more`));
});
