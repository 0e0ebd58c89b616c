import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse, stringify } from 'yaml';
import { type BreachInput, contractPatch, listBreaches } from './breaches.ts';

const TARGET = "$['components']['schemas']['Thing']";

function breach(found: string, changes: Partial<BreachInput> = {}): BreachInput {
  return {
    keyword: 'type',
    place: '#/components/schemas/Thing',
    found,
    legacy: 0,
    candidate: 0,
    both: 3,
    operations: { getThing: 3 },
    patch: [
      { target: `${TARGET}.type`, remove: true },
      { target: TARGET, update: { type: ['integer', found] } },
    ],
    ...changes,
  };
}

test('what the candidate alone does comes first, and nothing is proposed for it', () => {
  const listed = listBreaches([breach('null'), breach('string', { both: 0, candidate: 1 })], () => 7);
  assert.deepEqual(
    listed.map(({ found, line, patch }) => [found, line, patch?.length ?? 0]),
    [
      ['string', 7, 0],
      ['null', 7, 2],
    ],
  );
});

test('two types that one schema lacks are both added', () => {
  const patch = contractPatch(
    listBreaches([breach('null'), breach('string')], () => undefined),
    'openapi.yaml',
  );
  const { overlay, actions } = parse(stringify(patch));
  assert.equal(overlay, '1.1.0');
  assert.deepEqual(
    actions.map(({ description: _, ...action }: { description: string }) => action),
    [
      { target: `${TARGET}.type`, remove: true },
      { target: TARGET, update: { type: ['integer', 'null', 'string'] } },
    ],
  );
});

test('where there is nothing to propose there is no patch', () => {
  assert.equal(
    contractPatch(
      listBreaches([breach('null', { patch: null })], () => undefined),
      'openapi.yaml',
    ),
    undefined,
  );
});
