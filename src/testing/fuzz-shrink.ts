// Makes of a case that fails the smallest that still does: fewer messages, fewer writes, fewer lines.
import type { FuzzCase } from './fuzz-cases.ts';

/** A case with a hundred lines may take long to say and say nothing more. */
const MAX_TRIES = 300;
/** Each try of a case that hangs takes as long as the deadline. */
const MAX_MS = 20_000;

export async function shrink(made: FuzzCase, fails: (smaller: FuzzCase) => Promise<boolean>): Promise<FuzzCase> {
  let best = made;
  let tries = 0;
  const startedMs = performance.now();
  for (let isSmaller = true; isSmaller; ) {
    isSmaller = false;
    for (const smaller of smallerThan(best)) {
      tries += 1;
      if (tries > MAX_TRIES || performance.now() - startedMs > MAX_MS) return best;
      if (!(await fails(smaller))) continue;
      best = smaller;
      isSmaller = true;
      break;
    }
  }
  return best;
}

function* smallerThan(made: FuzzCase): Generator<FuzzCase> {
  const { messages, cuts } = made;
  if (cuts.length > 0) yield { ...made, cuts: [] };
  if (messages.length > 1)
    for (const index of messages.keys()) yield { ...made, messages: messages.toSpliced(index, 1) };
  for (const [index, message] of messages.entries())
    for (const shorter of withoutLines(message)) yield { ...made, messages: messages.with(index, shorter) };
}

function* withoutLines(message: string): Generator<string> {
  const lines = message.split('\r\n');
  const end = lines.indexOf('');
  for (let length = end >> 1; length >= 1; length >>= 1)
    for (let at = 1; at + length <= end; at += length) yield lines.toSpliced(at, length).join('\r\n');
}
