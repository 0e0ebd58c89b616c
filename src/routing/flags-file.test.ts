import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ParitygateError } from '../core/index.ts';
import { parseFlags } from './flags-file.ts';

function errorOf(text: string): ParitygateError {
  try {
    parseFlags(text, 'flags.json');
  } catch (error) {
    assert.ok(error instanceof ParitygateError, String(error));
    assert.equal(error.code, 'PG_FLAGS_INVALID');
    assert.ok(error.fix);
    return error;
  }
  return assert.fail('it was accepted');
}

function flag(name: string, rollout: unknown): object {
  return { name, enabled: true, strategies: [{ name: 'flexibleRollout', parameters: { rollout } }] };
}

function fileOf(...features: object[]): string {
  return JSON.stringify({ version: 2, features }, null, 2);
}

describe('a flags file', () => {
  it('is kept with all that Unleash may add to it', () => {
    const value = {
      version: 2,
      features: [{ ...flag('a', '10'), project: 'p', impressionData: true }],
      meta: { etag: 'x' },
    };
    const parsed = parseFlags(`\ufeff${JSON.stringify(value)}`, 'flags.json');
    assert.equal(parsed.features[0]?.project, 'p');
    assert.deepEqual(parsed.meta, { etag: 'x' });
  });

  it('that is no JSON is refused with the line and column', () => {
    const cases: [string, number, number][] = [
      ['{"version": 2,\n "features": [}', 2, 15],
      ['{"version": 2,\n "features": [],\n}', 3, 1],
      ['{\n  "version": nope\n}', 2, 14],
      ['', 1, 1],
    ];
    for (const [text, line, column] of cases) {
      assert.deepEqual(errorOf(text).at, { file: 'flags.json', line, column }, JSON.stringify(text));
    }
  });

  it('that holds something else is refused', () => {
    for (const text of ['null', '[]', '7', '{}', '{"version":2,"features":{}}', '{"version":2,"features":[null]}']) {
      assert.equal(errorOf(text).at?.line, 1, text);
    }
  });

  it('with a weight outside 0 to 100 is refused by the name of the flag and its line', () => {
    for (const rollout of ['150', 101, -1, '-1', 'ten', '', null, true, '0x10', '1e1', {}, [5]]) {
      const error = errorOf(fileOf(flag('a', 5), flag('migrate.trades', rollout)));
      assert.match(error.message, /^flag "migrate\.trades", .*rollout must be a number from 0 to 100, not /);
      assert.equal(error.at?.line, 23, JSON.stringify(rollout));
    }
    assert.match(errorOf(fileOf(flag('a', undefined))).message, /not absent/);
  });

  it('with the same flag twice is refused, since one of the weights would be ignored', () => {
    const error = errorOf(fileOf(flag('a', 5), flag('b', 5), flag('a', 50)));
    assert.match(error.message, /flag "a", name: another flag of this file has the same name/);
  });

  it('says how many further errors there are', () => {
    assert.match(errorOf(fileOf(flag('a', 500), flag('b', 500), flag('c', 500))).message, /\(and 2 more\)$/);
  });
});
