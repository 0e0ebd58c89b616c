import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Config, parseConfig } from './config/index.ts';
import { ParitygateError } from './core/index.ts';
import { validateReload } from './reload-check.ts';

function configOf({ listen = '127.0.0.1:0', control = '127.0.0.1:9090', store = 'sqlite:o.db', more = '' }): Config {
  const text = `contract: openapi.yaml
backends: { legacy: "http://127.0.0.1:3000" }
listen: ${listen}
control: { listen: ${control} }
store: ${store}
${more}`;
  return parseConfig(text, { file: 'p.yaml', env: {} });
}

const BOUND = { listen: { host: '127.0.0.1', port: 4711 }, control: { host: '127.0.0.1', port: 9090 } };

function refusalOf(next: Parameters<typeof configOf>[0]): string | undefined {
  try {
    validateReload(configOf({}), configOf(next), BOUND);
    return undefined;
  } catch (error) {
    assert.ok(error instanceof ParitygateError && error.code === 'PG_RELOAD_FIXED' && error.fix, String(error));
    return `${error.at?.line}: ${error.message}`;
  }
}

test('everything but the addresses and the store may change', () => {
  assert.equal(refusalOf({}), undefined);
  assert.equal(refusalOf({ more: 'workers: 3\nwindow: 1s\ngraceMs: 5\n' }), undefined);
});

test('a port that was found for 0 may be written down', () => {
  assert.equal(refusalOf({ listen: '127.0.0.1:4711' }), undefined);
});

test('what cannot change is named with its line and with what is in use', () => {
  assert.equal(refusalOf({ listen: '127.0.0.1:8080' }), '3: a reload cannot change listen: 127.0.0.1:4711 is in use');
  assert.equal(refusalOf({ listen: '0.0.0.0:4711' }), '3: a reload cannot change listen: 127.0.0.1:4711 is in use');
  assert.equal(
    refusalOf({ control: '127.0.0.1:9091' }),
    '4: a reload cannot change control.listen: 127.0.0.1:9090 is in use',
  );
  assert.match(refusalOf({ store: 'sqlite:p.db' }) ?? '', /^5: a reload cannot change store: .*o\.db is in use$/);
});

test('of several, all are named', () => {
  const refusal = refusalOf({ listen: '127.0.0.1:1', store: 'sqlite:p.db' });
  assert.match(refusal ?? '', /^3: a reload cannot change listen, store: /);
});
