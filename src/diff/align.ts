// Aligns two ordered lists so that one insertion is reported as one insertion and not as a change of all that follows.

export type Step =
  | { readonly kind: 'pair'; readonly legacy: number; readonly candidate: number }
  | { readonly kind: 'missing'; readonly legacy: number }
  | { readonly kind: 'added'; readonly candidate: number };

/** Above this many cells the middle is cut where items are found once on each side: the table would cost too much. */
const MAX_CELLS = 1_000_000;

/** How what stands between two items that are the same is paired. */
export type AlignGap = (gap: Bounds) => readonly Step[];

/** Every item of both lists exactly once, in order: paired, missing or added. */
export function alignOrdered(
  left: readonly string[],
  right: readonly string[],
  gapped: AlignGap = alignGap,
): readonly Step[] {
  const start = commonPrefix(left, right);
  const end = commonSuffix(left, right, start);
  const bounds: Bounds = {
    left: { from: start, to: left.length - end },
    right: { from: start, to: right.length - end },
  };
  return [
    ...pairs(0, 0, start),
    ...alignMiddle([left, right], bounds, gapped),
    ...pairs(bounds.left.to, bounds.right.to, end),
  ];
}

interface Range {
  readonly from: number;
  readonly to: number;
}

export interface Bounds {
  readonly left: Range;
  readonly right: Range;
}

function pairs(left: number, right: number, count: number): readonly Step[] {
  return Array.from({ length: count }, (_, offset) => ({
    kind: 'pair',
    legacy: left + offset,
    candidate: right + offset,
  }));
}

type Lists = readonly [left: readonly string[], right: readonly string[]];

function alignMiddle(lists: Lists, bounds: Bounds, gapped: AlignGap): readonly Step[] {
  const middle = {
    left: lists[0].slice(bounds.left.from, bounds.left.to),
    right: lists[1].slice(bounds.right.from, bounds.right.to),
  };
  const isLong = middle.left.length * middle.right.length > MAX_CELLS;
  const common = isLong ? onceInBoth(middle.left, middle.right) : longestCommon(middle.left, middle.right);
  if (common.length === 0) return gapped(bounds);
  const anchors = common.map(([i, j]) => [i + bounds.left.from, j + bounds.right.from] as const);
  return betweenAnchors(anchors, bounds, isLong ? (gap) => alignMiddle(lists, gap, gapped) : gapped);
}

function commonPrefix(left: readonly string[], right: readonly string[]): number {
  let count = 0;
  while (count < left.length && count < right.length && left[count] === right[count]) count += 1;
  return count;
}

function commonSuffix(left: readonly string[], right: readonly string[], start: number): number {
  let count = 0;
  const most = Math.min(left.length, right.length) - start;
  while (count < most && left[left.length - 1 - count] === right[right.length - 1 - count]) count += 1;
  return count;
}

type Anchor = readonly [left: number, right: number];

/** The longest common subsequence, as index pairs. */
function longestCommon(left: readonly string[], right: readonly string[]): readonly Anchor[] {
  const width = right.length + 1;
  const lengths = new Uint32Array((left.length + 1) * width);
  for (let i = left.length - 1; i >= 0; i -= 1) {
    for (let j = right.length - 1; j >= 0; j -= 1) {
      const diagonal = (lengths[(i + 1) * width + j + 1] ?? 0) + 1;
      const skip = Math.max(lengths[(i + 1) * width + j] ?? 0, lengths[i * width + j + 1] ?? 0);
      lengths[i * width + j] = left[i] === right[j] ? diagonal : skip;
    }
  }
  return readAnchors(left, right, (i, j) => lengths[i * width + j] ?? 0);
}

function readAnchors(
  left: readonly string[],
  right: readonly string[],
  lengthAt: (i: number, j: number) => number,
): readonly Anchor[] {
  const anchors: Anchor[] = [];
  let [i, j] = [0, 0];
  while (i < left.length && j < right.length) {
    if (left[i] === right[j]) anchors.push([i++, j++]);
    else if (lengthAt(i + 1, j) >= lengthAt(i, j + 1)) i += 1;
    else j += 1;
  }
  return anchors;
}

/** Items that are found once on each side, as many as stand in the same order on both (patience diff). */
function onceInBoth(left: readonly string[], right: readonly string[]): readonly Anchor[] {
  const places = onceIn(right);
  const shared = [...onceIn(left)].flatMap(([item, i]): Anchor[] => {
    const j = places.get(item);
    return j === undefined ? [] : [[i, j]];
  });
  return longestRising(shared);
}

function onceIn(items: readonly string[]): ReadonlyMap<string, number> {
  const places = new Map<string, number>();
  const twice = new Set<string>();
  for (const [index, item] of items.entries()) {
    if (places.has(item)) twice.add(item);
    places.set(item, index);
  }
  for (const item of twice) places.delete(item);
  return places;
}

/** Of pairs in the order of their left index, the most whose right index rises too. */
function longestRising(pairs: readonly Anchor[]): readonly Anchor[] {
  // The last pair of the best row of each length, and before each pair the one that it follows.
  const ends: number[] = [];
  const before: (number | undefined)[] = [];
  for (const [at, [, right]] of pairs.entries()) {
    const length = countBelow(ends, (end) => (pairs[end]?.[1] ?? 0) < right);
    before.push(ends[length - 1]);
    ends[length] = at;
  }
  const row: Anchor[] = [];
  for (let at = ends.at(-1); at !== undefined; at = before[at]) {
    const pair = pairs[at];
    if (pair) row.push(pair);
  }
  return row.reverse();
}

/** How many at the beginning are so, where all that are so stand at the beginning. */
function countBelow(sorted: readonly number[], isBelow: (value: number) => boolean): number {
  let [from, to] = [0, sorted.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if (isBelow(sorted[middle] ?? 0)) from = middle + 1;
    else to = middle;
  }
  return from;
}

function betweenAnchors(anchors: readonly Anchor[], { left, right }: Bounds, alignBetween: AlignGap): readonly Step[] {
  const steps: Step[] = [];
  const add = (gap: Bounds): void => {
    for (const step of alignBetween(gap)) steps.push(step);
  };
  let [i, j] = [left.from, right.from];
  for (const [legacy, candidate] of anchors) {
    add({ left: { from: i, to: legacy }, right: { from: j, to: candidate } });
    steps.push({ kind: 'pair', legacy, candidate });
    [i, j] = [legacy + 1, candidate + 1];
  }
  add({ left: { from: i, to: left.to }, right: { from: j, to: right.to } });
  return steps;
}

/** Inside a gap items are paired by position; what is left over is missing or added. */
function alignGap({ left, right }: Bounds): readonly Step[] {
  const [lost, gained] = [left.to - left.from, right.to - right.from];
  return Array.from({ length: Math.max(lost, gained) }, (_, offset): Step => {
    if (offset >= gained) return { kind: 'missing', legacy: left.from + offset };
    if (offset >= lost) return { kind: 'added', candidate: right.from + offset };
    return { kind: 'pair', legacy: left.from + offset, candidate: right.from + offset };
  });
}

/** Pairs equal items wherever they stand, then the lone ones in the order of their text. */
export function alignSet(left: readonly string[], right: readonly string[]): readonly Step[] {
  const free = groupIndices(right);
  const lone: number[] = [];
  const steps: Step[] = [];
  for (const [legacy, item] of left.entries()) {
    const candidate = free.get(item)?.shift();
    if (candidate === undefined) lone.push(legacy);
    else steps.push({ kind: 'pair', legacy, candidate });
  }
  lone.sort((a, b) => compareText(left[a], left[b]));
  return [
    ...steps,
    ...pairLone(
      lone,
      [...free.entries()].sort(([a], [b]) => compareText(a, b)).flatMap(([, rest]) => rest),
    ),
  ];
}

function groupIndices(items: readonly string[]): Map<string, number[]> {
  return Map.groupBy(items.keys(), (index) => items[index] ?? '');
}

function compareText(left = '', right = ''): number {
  return left < right ? -1 : Number(left > right);
}

function pairLone(left: readonly number[], right: readonly number[]): readonly Step[] {
  return Array.from({ length: Math.max(left.length, right.length) }, (_, rank): Step => {
    const [legacy, candidate] = [left[rank], right[rank]];
    if (legacy === undefined) return { kind: 'added', candidate: candidate ?? -1 };
    return candidate === undefined ? { kind: 'missing', legacy } : { kind: 'pair', legacy, candidate };
  });
}
