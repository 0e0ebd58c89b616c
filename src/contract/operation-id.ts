/** An id for an operation that has none: `GET /trades/{id}` is `getTradesById`. */
export function deriveOperationId(method: string, path: string, isTaken: (id: string) => boolean): string {
  const words = path
    .split('/')
    .flatMap(wordsOfSegment)
    .filter((word) => word !== '');
  const base = method.toLowerCase() + (words.length > 0 ? words.join('') : 'Root');
  let id = base;
  for (let next = 2; isTaken(id); next++) id = `${base}${next}`;
  return id;
}

function wordsOfSegment(segment: string): string[] {
  return segment
    .split(/(\{[^}]*\})/)
    .map((piece) => (piece.startsWith('{') ? `By${pascalCase(piece)}` : pascalCase(piece)));
}

function pascalCase(text: string): string {
  const words = text.match(/[\p{L}\p{N}]+/gu) ?? [];
  return words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
}
