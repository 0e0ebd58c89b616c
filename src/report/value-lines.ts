const MOST_LINES = 200;

/** A value of an exemplar as lines of indented JSON, at most 200; undefined is an absent value. */
export function valueLines(value: unknown): readonly string[] {
  const text = JSON.stringify(value, null, 2);
  if (text === undefined) return [];
  const lines = text.split('\n');
  const kept = lines.slice(0, MOST_LINES);
  return lines.length > MOST_LINES ? [...kept, `… ${lines.length - MOST_LINES} more lines`] : kept;
}
