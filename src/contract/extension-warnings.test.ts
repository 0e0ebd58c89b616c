import assert from 'node:assert/strict';
import { test } from 'node:test';
import { contractFrom } from '../testing/contract.ts';

function warningsOf(schema: string): string[] {
  const contract = contractFrom(`openapi: 3.1.0
info: { title: T, version: '1' }
paths:
  /a:
    get:
      operationId: getA
      responses: { '200': { description: ok } }
components:
  schemas:
    A:
${schema}`);
  return contract.warnings.map((warning) => warning.replace(contract.file, 'a.yaml'));
}

test('every form of x-parity that is known is taken without a warning', () => {
  const schema = `      x-parity: { volatile: true, order: any }
      properties:
        b: { x-parity: { tolerance: { abs: 0.01, rel: 0 } } }
        c: { type: array, x-parity: { key: [id], order: strict } }
`;
  assert.deepEqual(warningsOf(schema), []);
});

test('an unknown key of x-parity is warned of with its line', () => {
  const warnings = warningsOf(
    '      x-parity:\n        volatile: true\n        volatille: true\n        __proto__: 1\n',
  );
  assert.deepEqual(warnings, [
    'a.yaml:13  x-parity is ignored: `volatille` is not known; there are alias, volatile, tolerance, order, key',
    'a.yaml:14  x-parity is ignored: `__proto__` is not known; there are alias, volatile, tolerance, order, key',
  ]);
});

for (const [extension, problem] of [
  ['true', 'expected an object'],
  ['{ volatile: yes please }', 'expected `volatile` to be true or false'],
  ['{ order: none }', 'expected `order` to be any or strict'],
  ['{ key: id }', 'expected `key` to be a list of property names'],
  ['{ key: [] }', 'expected `key` to be a list of property names'],
  ['{ tolerance: 0.1 }', 'expected `tolerance` to be { abs, rel }, numbers from 0'],
  ['{ tolerance: { abs: -1 } }', 'expected `tolerance` to be { abs, rel }, numbers from 0'],
  ['{ tolerance: { absolute: 1 } }', 'expected `tolerance` to be { abs, rel }, numbers from 0'],
] as const) {
  test(`an x-parity that means nothing is warned of: ${extension}`, () => {
    assert.deepEqual(warningsOf(`      x-parity: ${extension}\n`), [`a.yaml:11  x-parity is ignored: ${problem}`]);
  });
}

test('x-parity outside of a schema is warned of', () => {
  const contract = contractFrom(`openapi: 3.1.0
info: { title: T, version: '1' }
paths:
  /a:
    get:
      operationId: getA
      x-parity: { volatile: true }
      responses: { '200': { description: ok } }
`);
  assert.deepEqual(contract.warnings, [
    `${contract.file}:7  x-parity is ignored: it has an effect in a schema only, not in this operation`,
  ]);
});
