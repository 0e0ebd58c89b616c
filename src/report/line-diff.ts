/** One row of two texts side by side; null where that side has no such line. */
export interface LinePair {
  readonly legacy: string | null;
  readonly candidate: string | null;
  readonly isSame: boolean;
}

const MOST_LINES = 300;

/** Pairs the lines of two texts by their longest common subsequence; texts too long for that are paired by number. */
export function pairLines(legacy: readonly string[], candidate: readonly string[]): readonly LinePair[] {
  const isShort = legacy.length <= MOST_LINES && candidate.length <= MOST_LINES;
  return isShort ? settle(walkBack(legacy, candidate)) : pairByNumber(legacy, candidate);
}

function pairByNumber(legacy: readonly string[], candidate: readonly string[]): readonly LinePair[] {
  const length = Math.max(legacy.length, candidate.length);
  return Array.from({ length }, (_, index) => pair(legacy[index] ?? null, candidate[index] ?? null));
}

function pair(legacy: string | null, candidate: string | null): LinePair {
  return { legacy, candidate, isSame: isSameLine(legacy, candidate) };
}

/** But for the comma that a line of JSON has when another follows: the next line says that. */
function isSameLine(legacy: string | null | undefined, candidate: string | null | undefined): boolean {
  return legacy === candidate || (legacy != null && legacy.replace(/,$/, '') === candidate?.replace(/,$/, ''));
}

function walkBack(legacy: readonly string[], candidate: readonly string[]): readonly LinePair[] {
  const lengths = commonLengths(legacy, candidate);
  const at = (row: number, column: number): number => lengths[row * (candidate.length + 1) + column] ?? 0;
  const pairs: LinePair[] = [];
  let [row, column] = [0, 0];
  while (row < legacy.length || column < candidate.length) {
    const [left, right] = [legacy[row] ?? null, candidate[column] ?? null];
    if (left !== null && isSameLine(left, right)) {
      pairs.push(pair(left, right));
      row += 1;
      column += 1;
    } else if (right === null || (left !== null && at(row + 1, column) >= at(row, column + 1))) {
      pairs.push(pair(left, null));
      row += 1;
    } else {
      pairs.push(pair(null, right));
      column += 1;
    }
  }
  return pairs;
}

/** For each pair of positions, how many lines the rests from there have in common. */
function commonLengths(legacy: readonly string[], candidate: readonly string[]): Uint16Array {
  const width = candidate.length + 1;
  const lengths = new Uint16Array((legacy.length + 1) * width);
  for (let row = legacy.length - 1; row >= 0; row--) {
    for (let column = candidate.length - 1; column >= 0; column--) {
      const cell = row * width + column;
      const [below = 0, beside = 0, diagonal = 0] = [
        lengths[cell + width],
        lengths[cell + 1],
        lengths[cell + width + 1],
      ];
      lengths[cell] = isSameLine(legacy[row], candidate[column]) ? diagonal + 1 : Math.max(below, beside);
    }
  }
  return lengths;
}

/** Puts the lines that one side has alone next to those that the other has alone, so that a change is one row. */
function settle(pairs: readonly LinePair[]): readonly LinePair[] {
  const settled: LinePair[] = [];
  let [left, right]: [string[], string[]] = [[], []];
  const flush = (): void => {
    settled.push(...pairByNumber(left, right));
    [left, right] = [[], []];
  };
  for (const each of pairs) {
    if (each.isSame) flush();
    if (each.isSame) settled.push(each);
    else if (each.legacy !== null) left.push(each.legacy);
    else if (each.candidate !== null) right.push(each.candidate);
  }
  flush();
  return settled;
}
