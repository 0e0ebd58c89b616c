import { skipScalar, skipSpace, skipString } from './json-text.ts';

type Expectation = 'value' | 'value or ]' | 'name' | 'name or }' | 'colon' | 'comma or end';

interface Step {
  readonly end: number;
  readonly expected: Expectation;
}

/** Where the text stops being JSON. The message of `JSON.parse` tells it for some errors only, and in no fixed wording. */
export function syntaxErrorOffset(text: string): number {
  const closers: string[] = [];
  let expected: Expectation = 'value';
  let at = skipSpace(text, 0);
  while (at < text.length) {
    const step = takeToken(text, at, { expected, closers });
    if (step === undefined) return at;
    expected = step.expected;
    at = skipSpace(text, step.end);
  }
  return at;
}

function takeToken(text: string, at: number, state: { expected: Expectation; closers: string[] }): Step | undefined {
  const { expected, closers } = state;
  const char = text[at];
  if (expected === 'colon') return char === ':' ? { end: at + 1, expected: 'value' } : undefined;
  if (expected === 'comma or end') return takeCommaOrCloser(char, at, closers);
  if (expected.includes(' or ') && char === closers.at(-1)) return takeCommaOrCloser(char, at, closers);
  if (expected.startsWith('name')) return char === '"' ? takeScalar(text, at, 'colon') : undefined;
  if (char === '{' || char === '[') return takeOpening(char, at, closers);
  return takeScalar(text, at, 'comma or end');
}

function takeCommaOrCloser(char: string | undefined, at: number, closers: string[]): Step | undefined {
  const closer = closers.at(-1);
  if (closer === undefined) return undefined;
  if (char === ',') return { end: at + 1, expected: closer === '}' ? 'name' : 'value' };
  if (char !== closer) return undefined;
  closers.pop();
  return { end: at + 1, expected: 'comma or end' };
}

function takeOpening(char: '{' | '[', at: number, closers: string[]): Step {
  closers.push(char === '{' ? '}' : ']');
  return { end: at + 1, expected: char === '{' ? 'name or }' : 'value or ]' };
}

function takeScalar(text: string, at: number, expected: Expectation): Step | undefined {
  const end = text[at] === '"' ? skipString(text, at) : skipScalar(text, at);
  try {
    JSON.parse(text.slice(at, end));
    return { end, expected };
  } catch {
    return undefined;
  }
}
