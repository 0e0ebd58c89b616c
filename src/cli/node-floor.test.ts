import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { refuseNode } from './node-floor.ts';

describe('a Node that requests can be smuggled through is refused', () => {
  for (const version of ['v20.19.5', 'v22.23.1', 'v22.9.9', 'v23.11.1', 'v24.18.0', 'v25.9.0', 'v26.5.0', 'v26.0.0']) {
    test(`${version} is`, () => {
      const refusal = refuseNode(version) ?? '';
      assert.ok(refusal.startsWith('PG_NODE_TOO_OLD  '), refusal);
      assert.ok(refusal.includes(` ${version} `), 'it names the version that runs');
      assert.match(refusal, /smuggle .*\(CVE-2026-58044\)\.\n {2}fix: install Node 24\.18\.1 or later of that line$/);
    });
  }

  for (const version of ['v22.23.2', 'v22.24.0', 'v24.18.1', 'v24.19.0', 'v26.5.1', 'v26.6.0', 'v27.0.0', 'v28.1.2']) {
    test(`${version} is not`, () => assert.equal(refuseNode(version), undefined));
  }

  test('and the package asks for what main.ts asks for', () => {
    const { engines } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
    assert.equal(engines.node, '^22.23.2 || ^24.18.1 || >=26.5.1');
  });

  test('and is refused before anything is loaded that it could not load', () => {
    assert.doesNotMatch(readFileSync(new URL('./node-floor.ts', import.meta.url), 'utf8'), /^import\b/m);
    const main = readFileSync(new URL('./main.ts', import.meta.url), 'utf8');
    assert.deepEqual(main.match(/^import\b.*$/gm), ["import { refuseNode } from './node-floor.ts';"]);
  });
});
