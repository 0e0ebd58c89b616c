import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type Contract, loadContract } from '../src/contract/index.ts';
import { createContract, FEW_OPERATIONS, MANY_OPERATIONS } from './contract.ts';
import { ITEMS_PER_SIZE, isDrifting, itemBody, SIZES, targetOf } from './items.ts';

for (const operations of [FEW_OPERATIONS, MANY_OPERATIONS])
  test(`a contract of ${operations} operations has that many, and the load matches a templated one`, (t) => {
    const contract = load(t, operations);
    assert.equal(contract.operations.length, operations);
    assert.deepEqual(contract.warnings, []);
    assert.equal(contract.match('GET', targetOf('medium', 7))?.id, 'getItem');
    assert.equal(contract.match('POST', targetOf('large', 99))?.id, 'postItem');
  });

test('documents have the size they are named for; five of a hundred drift, in one value and not in length', () => {
  for (const size of ['small', 'medium', 'large'] as const) assert.equal(itemBody(size, 42).length, SIZES[size]);
  const numbers = Array.from({ length: ITEMS_PER_SIZE }, (_, number) => number);
  assert.equal(numbers.filter(isDrifting).length, 5);
  const [equal, drifting] = [JSON.parse(itemBody('medium', 7)), JSON.parse(itemBody('medium', 7, true))];
  assert.deepEqual({ ...drifting, totalCents: equal.totalCents }, equal);
  assert.notEqual(drifting.totalCents, equal.totalCents);
});

function load(t: TestContext, operations: number): Contract {
  const directory = mkdtempSync(join(tmpdir(), 'paritygate-contract-'));
  t.after(() => rmSync(directory, { recursive: true }));
  writeFileSync(join(directory, 'openapi.json'), createContract(operations));
  return loadContract(join(directory, 'openapi.json'));
}
