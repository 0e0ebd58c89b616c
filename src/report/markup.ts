import { visible } from './text.ts';

/** HTML or XML that is ready to be written. Only `markup` makes it, so a value cannot get past the escaping. */
export interface Markup {
  readonly markup: string;
}

export type Child = string | number | Markup | undefined | readonly Child[];

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** A template whose values are escaped; lists are joined, undefined is nothing. */
export function markup(strings: TemplateStringsArray, ...children: readonly Child[]): Markup {
  return { markup: strings.map((text, index) => text + write(children[index])).join('') };
}

/** Text that is trusted to be markup: our own style sheet and the escaped JSON. */
export function trusted(text: string): Markup {
  return { markup: text };
}

function write(child: Child): string {
  if (child === undefined) return '';
  if (typeof child === 'string') return visible(child).replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
  if (typeof child === 'number') return String(child);
  return 'markup' in child ? child.markup : child.map(write).join('');
}
