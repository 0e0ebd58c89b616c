import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Validator } from '@seriousme/openapi-schema-validator';
import { parse } from 'yaml';
import { z } from 'zod';
import { loadContract } from '../../src/contract/index.ts';
import { createDatabase } from './database.ts';
import { COMMENTS, FEATURES, POSTS, REQUESTS } from './requests.ts';

// The parts of the example must agree with each other; none of this needs the two servers.

const read = (name: string) => readFileSync(join(import.meta.dirname, name), 'utf8');

const operationSchema = z.object({ operationId: z.string(), tags: z.array(z.string()) });
const methods = ['get', 'post', 'put', 'patch', 'delete'] as const;
const pathItemSchema = z.object(Object.fromEntries(methods.map((method) => [method, operationSchema.optional()])));
const contract = z
  .object({ paths: z.record(z.string(), pathItemSchema), tags: z.array(z.object({ name: z.string() })) })
  .parse(parse(read('contract.yaml')));
const config = z
  .object({
    contract: z.string(),
    flags: z.object({ file: z.string() }),
    groups: z.record(z.string(), z.object({ tags: z.array(z.string()), flag: z.string() })),
  })
  .parse(parse(read('paritygate.yaml')));
const record = z.object({ id: z.int().positive() });
const database = z
  .object({ posts: z.array(record), comments: z.array(record.extend({ postId: z.int() })), profile: z.object({}) })
  .parse(JSON.parse(read('db.json')));

/** The path template of the contract that a target matches; a parameter takes one segment of digits. */
function templateOf(target: string): string | undefined {
  const { pathname } = new URL(target, 'http://example');
  return Object.keys(contract.paths).find((path) => {
    const pattern = path.replaceAll(/\{[^}]+\}/g, '\\d+');
    return new RegExp(`^${pattern}$`).test(pathname);
  });
}

test('the contract is valid OpenAPI', async () => {
  const { valid, errors } = await new Validator().validate(join(import.meta.dirname, 'contract.yaml'));
  assert.deepEqual({ valid, errors }, { valid: true, errors: undefined });
});

test('Paritygate reads the contract without a warning', () => {
  assert.deepEqual(loadContract(join(import.meta.dirname, 'contract.yaml')).warnings, []);
});

test('every operation of the contract has an id of its own and a tag that a group migrates', () => {
  const operations = Object.values(contract.paths).flatMap((item) => Object.values(item).filter((value) => !!value));
  const ids = operations.map(({ operationId }) => operationId);
  assert.equal(ids.length, 18);
  assert.deepEqual(ids, [...new Set(ids)]);
  const migrating = new Set(Object.values(config.groups).flatMap(({ tags }) => tags));
  for (const { operationId, tags } of operations)
    assert.ok(
      tags.some((tag) => migrating.has(tag)),
      operationId,
    );
});

test('every request belongs to an operation, and every GET operation has requests', () => {
  const used = new Set(REQUESTS.map((target) => templateOf(target) ?? `no operation for ${target}`));
  const readable = Object.entries(contract.paths).filter(([, item]) => item['get']);
  assert.deepEqual([...used].sort(), readable.map(([path]) => path).sort());
});

test('the requests are a few hundred and the same in every run', () => {
  assert.ok(REQUESTS.length >= 200 && REQUESTS.length <= 500, String(REQUESTS.length));
  assert.equal(new Set(FEATURES.map(({ name }) => name)).size, FEATURES.length);
});

test('every documented query parameter of the contract is used by a request', () => {
  const names = ['q', '_sort', '_order', '_page', '_limit', '_start', '_end', '_embed', '_expand'];
  const operators = ['_gte', '_lte', '_ne', '_like'];
  const used = REQUESTS.flatMap((target) => [...new URL(target, 'http://example').searchParams.keys()]);
  for (const name of names) assert.ok(used.includes(name), name);
  for (const operator of operators)
    assert.ok(
      used.some((name) => name.endsWith(operator)),
      operator,
    );
  assert.ok(used.includes('author.name'), 'a deep property');
});

test('the database is the one that its generator writes', () => {
  assert.deepEqual(JSON.parse(read('db.json')), createDatabase());
});

test('the database has the records that the requests ask for, with whole numbers as ids', () => {
  assert.deepEqual(idsOf(database.posts), range(POSTS));
  assert.deepEqual(idsOf(database.comments), range(COMMENTS));
  const posts = new Set(idsOf(database.posts));
  assert.ok(database.comments.every(({ postId }) => posts.has(postId)));
});

test('single records are asked for that exist and that do not, in both collections', () => {
  for (const [collection, count] of [
    ['posts', POSTS],
    ['comments', COMMENTS],
  ] as const) {
    const asked = REQUESTS.flatMap((target) => {
      const id = new RegExp(`^/${collection}/(\\d+)(\\?|$)`).exec(target)?.[1];
      return id === undefined ? [] : [Number(id)];
    });
    assert.ok(
      asked.some((id) => id <= count),
      `existing ${collection}`,
    );
    assert.ok(
      asked.some((id) => id > count),
      `missing ${collection}`,
    );
  }
});

test('the flags file has a flag for each group, sticky by the configured key and at 0 percent', () => {
  const strategy = z.object({
    name: z.literal('flexibleRollout'),
    parameters: z.object({ rollout: z.literal('0'), stickiness: z.literal('default'), groupId: z.string() }),
  });
  const feature = z.object({ name: z.string(), enabled: z.literal(true), strategies: z.array(strategy).length(1) });
  const flags = z
    .object({ version: z.literal(2), features: z.array(feature) })
    .parse(JSON.parse(read(config.flags.file)));
  assert.deepEqual(
    flags.features.map(({ name }) => name),
    Object.values(config.groups).map(({ flag }) => flag),
  );
});

test('the lock file names no registry', () => {
  assert.doesNotMatch(read('package-lock.json'), /"resolved"/);
});

function idsOf(records: readonly { readonly id: number }[]): readonly number[] {
  return records.map(({ id }) => id);
}

function range(count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => index + 1);
}
