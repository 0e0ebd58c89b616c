import { type Exemplar, type Finding, MAX_EXEMPLARS, type Observation } from '../core/index.ts';

type Request = Pick<Exemplar, 'operationId' | 'method' | 'target'>;

/**
 * Where the next exemplar goes among those kept: an index to write it to, or undefined when it shows nothing new.
 * A full list gives up a second example of one request first, then a second example of one operation.
 */
export function placeForExemplar(kept: readonly Exemplar[], next: Request): number | undefined {
  if (kept.length < MAX_EXEMPLARS) return kept.length;
  if (kept.some((exemplar) => isSameRequest(exemplar, next))) return undefined;
  const repeatedRequest = lastRepeat(kept, isSameRequest);
  if (repeatedRequest !== undefined) return repeatedRequest;
  if (kept.some((exemplar) => isSameOperation(exemplar, next))) return undefined;
  return lastRepeat(kept, isSameOperation);
}

export function createExemplar(observation: Observation, finding: Finding): Exemplar {
  return {
    at: observation.at,
    operationId: observation.operationId,
    method: observation.method,
    target: observation.target,
    served: observation.served,
    statuses: { legacy: observation.legacy?.status ?? null, candidate: observation.candidate?.status ?? null },
    pointer: finding.at,
    legacy: copyJson(finding.legacy),
    candidate: copyJson(finding.candidate),
  };
}

/** Adds exemplars one after another, as if they had been seen in that order. */
export function mergeExemplars(earlier: readonly Exemplar[], later: readonly Exemplar[]): readonly Exemplar[] {
  const kept = [...earlier];
  for (const exemplar of later) {
    const place = placeForExemplar(kept, exemplar);
    if (place !== undefined) kept[place] = exemplar;
  }
  return kept;
}

/** A value that cannot be JSON would make its whole window impossible to write, so it is replaced here. */
function copyJson(value: unknown): unknown {
  if (value === undefined) return undefined;
  try {
    return JSON.parse(JSON.stringify(value));
  } catch {
    return '(not representable as JSON)';
  }
}

function lastRepeat(kept: readonly Exemplar[], isSame: (a: Request, b: Request) => boolean): number | undefined {
  const at = kept.findLastIndex((exemplar, index) => kept.findIndex((other) => isSame(other, exemplar)) < index);
  return at === -1 ? undefined : at;
}

function isSameRequest(a: Request, b: Request): boolean {
  return a.target === b.target && a.method === b.method && a.operationId === b.operationId;
}

function isSameOperation(a: Request, b: Request): boolean {
  return a.operationId === b.operationId;
}
