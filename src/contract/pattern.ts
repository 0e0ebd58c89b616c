/**
 * A `pattern` as a regular expression. With the flag `u`, as JSON Schema recommends, and without it where only that
 * compiles: many contracts escape what needs none, such as `\-`. Throws where neither does.
 */
export function compilePattern(pattern: string): RegExp {
  try {
    return new RegExp(pattern, 'u');
  } catch {
    return new RegExp(pattern);
  }
}
