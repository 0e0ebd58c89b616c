// A place is a JSON pointer into the contract (RFC 6901) with a leading `#`, its segments not percent-encoded:
// `#/paths/~1trades~1{tradeId}/get`.

import { member } from './json.ts';

export function placeBelow(place: string, ...segments: readonly (string | number)[]): string {
  return segments.reduce<string>((above, segment) => `${above}/${escapeSegment(String(segment))}`, place);
}

export function segmentsOf(place: string): string[] {
  return place.split('/').slice(1).map(unescapeSegment);
}

/** What stands at a place; undefined where nothing does. */
export function valueAt(root: unknown, place: string): unknown {
  return segmentsOf(place).reduce<unknown>(member, root);
}

/** The place as the fragment of a URI reference, for the validator. */
export function fragmentOf(place: string): string {
  return place.split('/').map(encodeSegment).join('/');
}

function encodeSegment(segment: string): string {
  return segment === '#' ? segment : encodeURIComponent(segment.toWellFormed());
}

function escapeSegment(segment: string): string {
  return segment.replaceAll('~', '~0').replaceAll('/', '~1');
}

function unescapeSegment(segment: string): string {
  return segment.replaceAll('~1', '/').replaceAll('~0', '~');
}

/** The way from the root to an object, kept as a chain: a place is written out only when it is needed. */
export interface Way {
  readonly above: Way | undefined;
  readonly segment: string | number;
}

export function placeOf(way: Way | undefined): string {
  const segments: (string | number)[] = [];
  for (let at = way; at; at = at.above) segments.push(at.segment);
  return placeBelow('#', ...segments.reverse());
}
