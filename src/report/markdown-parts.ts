import { cut, visible, visibleLine } from './text.ts';

const MOST_IN_CELL = 240;
const MOST_IN_FENCE = 3_000;

/** Text from outside as Markdown text on one line: no markup, no HTML, no mention, no cell border. */
export function mdText(text: string, most = MOST_IN_CELL): string {
  return visibleLine(text, most)
    .replace(/[\\`*_{}[\]#|~!]/g, '\\$&')
    .replace(/[&<>@]/g, (character) => `&#${character.charCodeAt(0)};`);
}

/**
 * Text from outside as code on one line. Where it holds a character that ends a code span or a cell, it is written as
 * text, because inside a code span nothing can be escaped.
 */
export function mdCode(text: string): string {
  return text.trim() !== text || text === '' || /[`|]/.test(text)
    ? `<code>${mdText(text)}</code>`
    : `\`${visibleLine(text, MOST_IN_CELL)}\``;
}

/** A fenced block that its content cannot close: the fence is longer than any in it (CommonMark 4.5). */
export function fence(text: string, language: string): string {
  const body = visible(cut(text, MOST_IN_FENCE));
  const longest = Math.max(2, ...(body.match(/`+/g) ?? []).map((run) => run.length));
  const ticks = '`'.repeat(longest + 1);
  return `${ticks}${language}\n${body}\n${ticks}`;
}

/** Cells are already Markdown. */
export function mdTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/** Joins blocks while they fit; the worst come first, so what is left out is the least. */
export function fitBlocks(blocks: readonly string[], mostBytes: number): string {
  const encoder = new TextEncoder();
  const kept: string[] = [];
  let [bytes, leftOut] = [0, 0];
  for (const block of blocks) {
    const size = encoder.encode(block).length + 2;
    if (bytes + size > mostBytes) leftOut += 1;
    else {
      kept.push(block);
      bytes += size;
    }
  }
  if (leftOut > 0) kept.push(`_Cut to size: ${leftOut} further parts stand in report.json._`);
  return `${kept.join('\n\n')}\n`;
}
