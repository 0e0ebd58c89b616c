/** A segment of a path template with text beside its parameters, such as `{id}.json` or `{id}:cancel`. */
export interface MixedSegment {
  /** The texts around the parameters: `{a}-{b}` has ``, `-` and ``. */
  readonly texts: readonly string[];
  readonly literalLength: number;
}

export type PathSegment =
  | { readonly kind: 'literal'; readonly text: string }
  | { readonly kind: 'parameter' }
  | ({ readonly kind: 'mixed' } & MixedSegment);

export function parseSegment(segment: string): PathSegment {
  const texts = segment.split(/\{[^{}]*\}/);
  if (texts.length === 1) return { kind: 'literal', text: segment };
  const literalLength = texts.reduce((sum, text) => sum + text.length, 0);
  return texts.length === 2 && literalLength === 0 ? { kind: 'parameter' } : { kind: 'mixed', texts, literalLength };
}

/**
 * Whether a parameter of at least one character fits between any two texts. Taking each text where it first occurs
 * is enough, and linear, where a regular expression with several parameters could be made to backtrack by a request.
 */
export function isMixedMatch({ texts }: MixedSegment, segment: string): boolean {
  const first = texts[0] ?? '';
  const last = texts.at(-1) ?? '';
  if (!segment.startsWith(first) || !segment.endsWith(last)) return false;
  let at = first.length;
  for (const text of texts.slice(1, -1)) {
    const found = segment.indexOf(text, at + 1);
    if (found === -1) return false;
    at = found + text.length;
  }
  return at < segment.length - last.length;
}
