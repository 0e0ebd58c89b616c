import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { contractFrom } from '../testing/contract.ts';

const contract = contractFrom(`openapi: 3.1.0
info: { title: T, version: '1' }
paths:
  /pets:
    get:
      operationId: listPets
      responses:
        '200': { description: ok, content: { application/json: { schema: { type: array, items: { $ref: '#/components/schemas/Pet' } } } } }
        '404': { $ref: '#/components/responses/Problem' }
        4XX: { $ref: '#/components/responses/Problem' }
components:
  responses:
    Problem: { description: no, content: { application/problem+json: { schema: { type: object, properties: { title: { type: string } } } } } }
  schemas:
    Pet:
      type: object
      required: [kind, name]
      properties:
        kind: { enum: [cat, dog, fish] }
        name: { type: [string, 'null'] }
        parent: { $ref: '#/components/schemas/Pet' }
        home:
          oneOf:
            - { $ref: '#/components/schemas/House' }
            - { $ref: '#/components/schemas/Boat' }
            - { type: 'null' }
      allOf: [{ $ref: '#/components/schemas/Aged' }]
    Aged: { type: object, properties: { age: { type: integer } } }
    House: { type: object, required: [rooms], properties: { rooms: { type: integer } } }
    Boat: { type: object, required: [masts], properties: { masts: { type: integer }, flag: { type: string } } }
`);
const [operation] = contract.operations;
assert.ok(operation);

const PET = '#/components/schemas/Pet';

function shown(body: unknown, { status = 200, type = 'application/json' } = {}): readonly string[] {
  assert.ok(operation);
  return contract
    .pointsOf(operation, { status, headers: ['content-type', type] }, body)
    .map((id) => id.replace('#/paths/~1pets/get/responses/', ''))
    .toSorted();
}

test('the points of an operation are its statuses, optional properties, nulls, members and branches, each once', () => {
  const ids = contract.points(operation).map(({ id }) => id.replace('#/paths/~1pets/get/responses/', ''));
  const optional = (place: string): readonly string[] => [`present ${place}`, `absent ${place}`];
  assert.deepEqual(
    ids.toSorted(),
    [
      'status 200',
      'status 404',
      'status 4XX',
      ...optional('#/components/responses/Problem/content/application~1problem+json/schema/properties/title'),
      ...['"cat"', '"dog"', '"fish"'].map((kind) => `member ${PET}/properties/kind ${kind}`),
      `null ${PET}/properties/name`,
      ...optional(`${PET}/properties/parent`),
      ...optional(`${PET}/properties/home`),
      `null ${PET}/properties/home`,
      'branch #/components/schemas/House',
      'branch #/components/schemas/Boat',
      ...optional('#/components/schemas/Boat/properties/flag'),
      ...optional(`${PET}/properties/age`),
    ].toSorted(),
  );
});

describe('a reply shows', () => {
  test('what is there, and what is not', () => {
    assert.deepEqual(
      shown([{ kind: 'cat', name: 'a', age: 1, home: { rooms: 1 } }]),
      [
        'status 200',
        `member ${PET}/properties/kind "cat"`,
        `absent ${PET}/properties/parent`,
        `present ${PET}/properties/home`,
        'branch #/components/schemas/House',
        `present ${PET}/properties/age`,
      ].toSorted(),
    );
  });

  test('nulls, in a branch and as a type, and what stands below', () => {
    const points = shown([{ kind: 'dog', name: null, home: null, parent: { kind: 'bird', name: 'x' } }]);
    assert.ok(points.includes(`null ${PET}/properties/name`));
    assert.ok(points.includes(`null ${PET}/properties/home`));
    assert.ok(points.includes(`present ${PET}/properties/parent`));
    assert.ok(points.includes(`absent ${PET}/properties/parent`));
    assert.deepEqual(
      points.filter((id) => id.startsWith('member')),
      [`member ${PET}/properties/kind "dog"`],
    );
  });

  test('the status alone, where it has no body that is JSON', () => {
    assert.deepEqual(shown(undefined, { type: 'text/plain' }), ['status 200']);
  });

  test('which of two statuses that share a response it is', () => {
    assert.ok(shown({}, { status: 404, type: 'application/problem+json' }).includes('status 404'));
    assert.ok(shown({}, { status: 410, type: 'application/problem+json' }).includes('status 4XX'));
  });

  test('nothing of a status that is not declared', () => {
    assert.deepEqual(shown({}, { status: 500 }), []);
  });

  test('only points that are listed', () => {
    const listed = new Set(contract.points(operation).map(({ id }) => id.replace('#/paths/~1pets/get/responses/', '')));
    const points = shown([
      { kind: 'fish', name: null, age: 1, home: { masts: 1 }, parent: { kind: 'cat', name: 'x' } },
    ]);
    assert.deepEqual(
      points.filter((id) => !listed.has(id)),
      [],
    );
  });
});
