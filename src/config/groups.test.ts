import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ParitygateError } from '../core/index.ts';
import { parseConfig, resolveGroups } from './index.ts';

const OPERATIONS = [
  { id: 'listTrades', tags: ['trades'] },
  { id: 'getTrade', tags: ['trades'] },
  { id: 'listTasks', tags: ['tasks', 'slow'] },
  { id: 'health', tags: [] },
];

/** The groups begin on line 4. */
function resolve(groups: string): ReadonlyMap<string, string> {
  const text = `contract: a.yaml\nbackends: { legacy: http://h }\ngroups:\n${groups}`;
  return resolveGroups(parseConfig(text, { file: 'p.yaml', env: {} }), OPERATIONS);
}

function reject(groups: string): ParitygateError {
  try {
    resolve(groups);
  } catch (error) {
    assert.ok(error instanceof ParitygateError, String(error));
    return error;
  }
  return assert.fail('nothing was thrown');
}

test('operations belong to the group that names them or one of their tags', () => {
  const groups = resolve('  trades: { operations: [getTrade], flag: a }\n  tasks: { tags: [tasks, slow], flag: b }');
  assert.deepEqual(
    [...groups],
    [
      ['getTrade', 'trades'],
      ['listTasks', 'tasks'],
    ],
  );
});

test('a group may name an operation both by id and by tag', () => {
  assert.equal(resolve('  trades: { operations: [getTrade], tags: [trades], flag: a }').get('getTrade'), 'trades');
});

describe('what the contract does not have', () => {
  test('is an error for an operation, at its own line, with the nearest id', () => {
    const error = reject('  trades:\n    flag: a\n    operations:\n      - getTrade\n      - listTrade');
    assert.equal(error.code, 'PG_GROUP_UNKNOWN_OPERATION');
    assert.deepEqual(error.at, { file: 'p.yaml', line: 8, column: 9 });
    assert.equal(error.message, 'the contract has no operation "listTrade"');
    assert.equal(error.fix, 'did you mean "listTrades"?');
  });

  test('is an error for a tag', () => {
    const error = reject('  tasks: { tags: [task], flag: a }');
    assert.equal(error.code, 'PG_GROUP_UNKNOWN_OPERATION');
    assert.deepEqual(error.at, { file: 'p.yaml', line: 4, column: 19 });
    assert.equal(error.message, 'the contract has no tag "task"');
    assert.equal(error.fix, 'did you mean "tasks"?');
  });

  test('is an error for an exemption, which would otherwise exempt nothing', () => {
    const error = reject('  tasks: { tags: [tasks], flag: a }\ngates:\n  exempt: { helth: "no body" }');
    assert.equal(error.at?.line, 6);
    assert.equal(error.message, 'the contract has no operation "helth"');
    assert.equal(error.fix, 'did you mean "health"?');
  });

  test('does not include what matches no operation, which may be exempt', () => {
    assert.equal(resolve('  tasks: { tags: [tasks], flag: a }\ngates: { exempt: { unmatched: "probes" } }').size, 1);
  });

  test('is listed together', () => {
    const error = reject('  tasks: { tags: [nothing], operations: [alsoNothing], flag: a }');
    assert.match(
      error.message,
      /no tag "nothing"\n {2}also p.yaml:4:\d+ {2}the contract has no operation "alsoNothing"/,
    );
    assert.equal(error.fix, 'use one of tasks, slow, trades');
  });
});

test('an operation in two groups is an error at the later group', () => {
  const error = reject('  trades: { tags: [trades], flag: a }\n  one: { operations: [getTrade], flag: b }');
  assert.equal(error.code, 'PG_CONFIG_INVALID');
  assert.deepEqual([error.at?.line, error.message], [5, 'operation getTrade is in the groups trades and one']);
});
