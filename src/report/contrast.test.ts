import assert from 'node:assert/strict';
import { test } from 'node:test';
import { STYLE } from './style.ts';

const TEXT_ON: readonly (readonly [string, string])[] = [
  ...['ground', 'sheet', 'sunken'].flatMap((ground) => ['text', 'soft', 'link'].map((text) => [text, ground] as const)),
  ['text', 'fail-ground'],
  ['text', 'pass-ground'],
  ['text', 'wait-ground'],
  ['fail', 'fail-ground'],
  ['fail', 'sheet'],
  ['wait', 'wait-ground'],
  ['pass', 'pass-ground'],
  ['rest', 'rest-ground'],
];

const MARKS_ON_SHEET = ['edge', 'equal', 'known', 'odd', 'void', 'fail', 'text', 'link'];

for (const [scheme, colours] of [
  ['light', coloursAt(0)],
  ['dark', coloursAt(1)],
] as const) {
  test(`text keeps 4.5:1 on its ground in the ${scheme} scheme`, () => {
    for (const [text, ground] of TEXT_ON) assertContrast(colours, [text, ground], 4.5);
    for (const strip of ['fail-strong', 'wait-strong', 'pass-strong']) {
      assertContrast({ ...colours, white: '#ffffff' }, ['white', strip], 4.5);
    }
  });

  test(`marks that carry meaning keep 3:1 in the ${scheme} scheme`, () => {
    for (const mark of MARKS_ON_SHEET) assertContrast(colours, [mark, 'sheet'], 3);
  });
}

type Colours = Readonly<Record<string, string>>;

function coloursAt(scheme: 0 | 1): Colours {
  const blocks = [...STYLE.matchAll(/:root \{([^}]*--text[^}]*)\}/g)].map((match) => match[1] ?? '');
  assert.equal(blocks.length, 2);
  const found = [...(blocks[scheme] ?? '').matchAll(/--([\w-]+): (#[0-9a-f]{6})/g)];
  return Object.fromEntries(found.map(([, name = '', value = '']) => [name, value]));
}

function assertContrast(colours: Colours, [one, other]: readonly [string, string], least: number): void {
  const [light, dark] = [luminance(colours[one]), luminance(colours[other])].sort((left, right) => right - left);
  const ratio = ((light ?? 0) + 0.05) / ((dark ?? 0) + 0.05);
  assert.ok(ratio >= least, `${one} on ${other}: ${ratio.toFixed(2)}:1`);
}

/** Relative luminance, WCAG 2.2. */
function luminance(colour: string | undefined): number {
  assert.ok(colour, 'the colour is in the style sheet');
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const channel = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
