// What legacy disagrees with itself about, and the rules that would say so in the contract.
import { formatCount, formatShare, type RuleId } from '../core/index.ts';
import type { NoiseEntry } from './document.ts';

/** A place at which legacy was seen to disagree with itself; the gate judges it. */
export interface NoiseInput {
  readonly operationId: string;
  readonly fingerprint: string;
  readonly pointer: string;
  readonly rule: RuleId;
  readonly place: string;
  readonly probes: number;
  readonly both: number;
  readonly candidateOnly: number;
  readonly legacyOnly: number;
  readonly chance: number;
  readonly state: NoiseEntry['state'];
  readonly needed: number | null;
  /** Overlay actions that declare it volatile; null where none does only that. */
  readonly draft: NoiseEntry['draft'];
}

const MOST_PLACES = 500;
/** Legacy may have been changed between two reads; what moves by itself moves again. */
const LEAST_SEEN = 5;

const ORDER: readonly NoiseEntry['state'][] = ['more', 'undecided', 'forgiven'];

/** Where the candidate is worse first, then where legacy disagrees with itself most often. */
export function listNoise(
  places: readonly NoiseInput[],
  lineOf: (place: string) => number | undefined,
): readonly NoiseEntry[] {
  // What is declared volatile is so wherever the schema is used, also where the candidate alone is otherwise.
  const worse = new Set(places.filter(({ state }) => state === 'more').map(({ place }) => place));
  return places
    .map(({ both, draft, ...place }) => ({
      ...place,
      line: lineOf(place.place) ?? null,
      legacy: both + place.legacyOnly,
      candidate: both + place.candidateOnly,
      draft: both + place.legacyOnly >= LEAST_SEEN && !worse.has(place.place) ? draft : null,
    }))
    .toSorted(
      (one, other) =>
        ORDER.indexOf(one.state) - ORDER.indexOf(other.state) || other.legacy / other.probes - one.legacy / one.probes,
    )
    .slice(0, MOST_PLACES);
}

/** `forgiven`, or what is missing. */
export function noiseStateText({ state, needed, chance }: NoiseEntry): string {
  if (state === 'forgiven') return 'noise, and forgiven';
  if (state === 'more') return `the candidate differs more often (by chance in ${formatShare(chance)} of cases)`;
  if (needed === null) return 'not forgiven: accept it, or declare it volatile';
  return `undecided: ${formatCount(needed)} more probes in which the candidate alone does not differ`;
}

/** The overlay as a document; undefined where nothing is drafted. */
export function rulesDraft(places: readonly NoiseEntry[], contractFile: string): object | undefined {
  const byTarget = Map.groupBy(
    places.flatMap((place) => (place.draft ?? []).map((action) => ({ place, action }))),
    ({ action }) => action.target,
  );
  const actions = [...byTarget.values()].flatMap(([first]) =>
    first ? [{ description: describePlace(first.place), ...first.action }] : [],
  );
  if (actions.length === 0) return undefined;
  return {
    overlay: '1.1.0',
    info: { title: `What legacy disagrees with itself about, and ${contractFile} does not say`, version: '1.0.0' },
    actions,
  };
}

function describePlace({ operationId, pointer, legacy, candidate, probes }: NoiseEntry): string {
  return `${operationId} ${pointer}: of ${formatCount(probes)} probes legacy differs from itself in ${formatCount(legacy)}, the candidate from legacy in ${formatCount(candidate)}`;
}
