import { distance } from 'fastest-levenshtein';

const MAX_LISTED = 8;

/** The known word that was probably meant; where none is near, the nearest few of those there are. */
export function suggest(word: string, known: readonly string[]): string {
  const ranked = known
    .map((name) => ({ name, edits: distance(word.toLowerCase(), name.toLowerCase()) }))
    .sort((a, b) => a.edits - b.edits || a.name.localeCompare(b.name));
  const [best] = ranked;
  if (best === undefined) return 'remove it; nothing is known here';
  if (best.edits <= Math.max(1, Math.floor(word.length / 3))) return `did you mean "${best.name}"?`;
  const listed = ranked.slice(0, MAX_LISTED).map(({ name }) => name);
  return `use one of ${listed.join(', ')}${ranked.length > MAX_LISTED ? ` or ${ranked.length - MAX_LISTED} others` : ''}`;
}
