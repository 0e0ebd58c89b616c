// What was not told before: points of coverage are few, and each is shown by nearly every reply.

/** After so long everything is told again: what was told may have been lost with the window that it was told in. */
const FORGET_MS = 600_000;

/** Of some ids of a thing those that were not told for a while, and are from now on. */
export function createNovelty(nowMs: () => number): (thing: string, ids: readonly string[]) => readonly string[] {
  let told = new Map<string, Set<string>>();
  let sinceMs = nowMs();
  return (thing, ids) => {
    if (nowMs() - sinceMs >= FORGET_MS) [told, sinceMs] = [new Map(), nowMs()];
    const known = told.get(thing) ?? new Set();
    told.set(thing, known);
    const fresh = ids.filter((id) => !known.has(id));
    for (const id of fresh) known.add(id);
    return fresh;
  };
}
