// What the contract tells apart and no pair showed: the verdict says nothing about it.
import type { CoverageEntry } from './document.ts';

/** A case of the contract. */
export interface PointInfo {
  readonly id: string;
  readonly kind: CoverageEntry['missing'][number]['kind'];
  readonly place: string;
  readonly value?: string;
}

export interface CoverageInput {
  readonly operationId: string;
  readonly points: readonly PointInfo[];
  /** Ids of those that were covered. */
  readonly covered: readonly string[];
}

const MOST_MISSING = 200;

/** Least covered first. */
export function listCoverage(
  inputs: readonly CoverageInput[],
  lineOf: (place: string) => number | undefined,
): readonly CoverageEntry[] {
  return inputs
    .map(({ operationId, points, covered }) => {
      const seen = new Set(covered);
      const missing = points.filter(({ id }) => !seen.has(id));
      const listed = missing.slice(0, MOST_MISSING).map(({ kind, place, value }) => ({
        kind,
        place,
        line: lineOf(place) ?? null,
        value: value ?? null,
      }));
      return { operationId, points: points.length, seen: points.length - missing.length, missing: listed };
    })
    .sort(
      (one, other) => one.seen / one.points - other.seen / other.points || compare(one.operationId, other.operationId),
    );
}

function compare(one: string, other: string): number {
  return one.localeCompare(other, 'en');
}

const MOST_NAMED = 12;

/** `status 404, note absent, kind "fish", branch Boat and 3 more` */
export function missingText({ points, seen, missing }: CoverageEntry): string {
  if (missing.length === 0) return 'nothing';
  const rest = points - seen - Math.min(missing.length, MOST_NAMED);
  const named = missing.slice(0, MOST_NAMED).map(pointText).join(', ');
  return rest > 0 ? `${named} and ${rest} more` : named;
}

function pointText({ kind, place, value }: CoverageEntry['missing'][number]): string {
  const name = nameOf(place);
  if (kind === 'status' || kind === 'branch') return `${kind} ${name}`;
  return kind === 'member' ? `${name} ${value}` : `${name} ${kind}`;
}

/** The last name of a place that is one: `kind` of `…/properties/kind/items`. */
function nameOf(place: string): string {
  const names = place.split('/').filter((segment) => segment !== 'items');
  return (names.at(-1) ?? '').replaceAll('~1', '/').replaceAll('~0', '~');
}
