// What a reader copies from the README must work as it stands there.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { parseConfig } from './config/index.ts';
import { parseFlags } from './routing/index.ts';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');

function block(language: string): string {
  const found = new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``).exec(readme)?.[1];
  assert.ok(found, `the README has no ${language} block`);
  return found;
}

test('the config of the README is valid, and its flag is in the flags file of the README', () => {
  const config = parseConfig(block('yaml'), { file: 'paritygate.yaml', env: {} });
  const flags = parseFlags(block('json'), 'flags.json');
  assert.deepEqual(
    config.groups.map(({ flag }) => flag),
    flags.features.map(({ name }) => name),
  );
});

test('every file that the README points to is there', () => {
  const links = [...readme.matchAll(/\]\((?!http)([^)#]+)\)/g)].map((match) => match[1] ?? '');
  assert.ok(links.length > 5);
  for (const link of links)
    assert.ok(
      readFileSync(new URL(`../${link.endsWith('decisions') ? `${link}/0006-gate.md` : link}`, import.meta.url))
        .length > 0,
      link,
    );
});
