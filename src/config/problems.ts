import { type ErrorCode, formatLocation, type Location, ParitygateError } from '../core/index.ts';

/** One thing that is wrong in the file. */
export interface Problem {
  readonly code: ErrorCode;
  readonly message: string;
  readonly at: Location | undefined;
  readonly fix: string;
}

const MAX_LISTED = 5;

/** One error for all problems of a file: the first one in full, the next few in a line each. */
export function errorOf(problems: readonly Problem[]): ParitygateError {
  const [first, ...others] = problems.toSorted(byPlace);
  if (first === undefined) throw new RangeError('an error needs a problem');
  const listed = others
    .slice(0, MAX_LISTED)
    .map((other) => `\n  also ${other.at ? `${formatLocation(other.at)}  ` : ''}${other.message}`);
  const rest = others.length > MAX_LISTED ? `\n  and ${others.length - MAX_LISTED} more` : '';
  return new ParitygateError(first.code, `${first.message}${listed.join('')}${rest}`, { at: first.at, fix: first.fix });
}

function byPlace(a: Problem, b: Problem): number {
  return (a.at?.line ?? 0) - (b.at?.line ?? 0) || (a.at?.column ?? 0) - (b.at?.column ?? 0);
}
