// Values from outside, made safe to look at. A control character, or one that turns the direction of the text around,
// would show the reader something else than what was sent; each is spelled out instead.

const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\u{fffe}\u{ffff}]/gu;

/** The text with what cannot be seen spelled as `\u{..}`; line breaks and tabs stay. */
export function visible(text: string): string {
  return text.replace(UNSEEN, (character) => (character === '\n' || character === '\t' ? character : spell(character)));
}

/** The same on one line, cut to a length. */
export function visibleLine(text: string, most = 240): string {
  return visible(cut(text, most)).replaceAll('\n', '\\n').replaceAll('\t', '\\t');
}

/** Cuts and says so, with the length it had. */
export function cut(text: string, most: number): string {
  if (text.length <= most) return text;
  return `${text.slice(0, most)}… (${text.length.toLocaleString('en-US')} characters)`;
}

function spell(character: string): string {
  return `\\u{${character.codePointAt(0)?.toString(16)}}`;
}
