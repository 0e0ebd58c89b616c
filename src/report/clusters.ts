import { type Cluster, type Evidence, RULES } from '../core/index.ts';
import { byClass, type Cause, describeParts, findCauses } from './causes.ts';
import type { ClusterEntry, ExemplarEntry } from './document.ts';
import { describePlace } from './place.ts';
import { separatorOf } from './separate.ts';

export interface ClusterContext {
  /** All exchanges that were compared or failed. */
  readonly judged: number;
  readonly evidence: Pick<Evidence, 'operations'>;
  readonly lineOf: (place: string) => number | undefined;
  readonly rendered: ReadonlyMap<string, readonly (string | null)[]>;
}

/** Causes before what is none, the worst class first, then those that most requests showed. */
export function listClusters(clusters: readonly Cluster[], context: ClusterContext): readonly ClusterEntry[] {
  return findCauses(clusters)
    .toSorted(
      ({ main: one }, { main: other }) =>
        RANKS.indexOf(kindOf(one)) - RANKS.indexOf(kindOf(other)) ||
        byClass(one, other) ||
        other.exchanges - one.exchanges ||
        one.id.localeCompare(other.id, 'en'),
    )
    .map((cause) => entryOf(cause, context));
}

const RANKS = ['cause', 'spelling', 'noise', 'race'] as const;

/** What became of the exchanges that showed it: one that counted is enough to make it a cause. */
function kindOf({ class: worst, outcomes }: Cluster): (typeof RANKS)[number] {
  const { noise = 0, drift = 0, equivalent = 0, ...counting } = outcomes;
  if (Object.values(counting).some((count) => count > 0)) return worst === 'cosmetic' ? 'spelling' : 'cause';
  if (noise > 0) return 'noise';
  return drift > 0 && equivalent === 0 ? 'race' : 'spelling';
}

function entryOf(cause: Cause, context: ClusterContext): ClusterEntry {
  const { main: cluster, parts, alwaysWith } = cause;
  const rendered = context.rendered.get(cluster.id) ?? [];
  const { transforms, exchangeSet: _, features: __, ...shown } = cluster;
  return {
    ...shown,
    kind: kindOf(cluster),
    separator: separatorOf(cluster, context.evidence.operations),
    transform: nameOfAll(transforms, cluster.exchanges),
    parts: parts.map(partOf),
    alwaysWith,
    title: describeParts(cause) ?? titleOf(cluster),
    line: context.lineOf(cluster.place) ?? null,
    traffic: { k: cluster.exchanges, n: context.judged },
    exemplars: cluster.exemplars.map((exemplar, index): ExemplarEntry => {
      const { legacy, candidate, ...rest } = exemplar;
      const values = { ...valueIn('legacy', legacy), ...valueIn('candidate', candidate) };
      return { ...rest, ...values, rendered: rendered[index] ?? null };
    }),
  };
}

function partOf(part: Cluster): ClusterEntry['parts'][number] {
  const { id, rule, class: worst, place, types } = part;
  return { id, title: titleOf(part), rule, class: worst, place, types };
}

/** Of one exchange nearly any two values are some factor or offset apart. */
const MIN_EXPLAINED = 3;

/** The first of those that explain all, which is the simplest. */
function nameOfAll(transforms: readonly string[] = [], exchanges: number): string | null {
  return exchanges < MIN_EXPLAINED ? null : (transforms[0] ?? null);
}

/** One sentence: where, what, and the types where they differ. */
export function titleOf({
  rule,
  place,
  types,
  transforms,
  exchanges,
}: Pick<Cluster, 'rule' | 'place' | 'types' | 'transforms' | 'exchanges'>): string {
  // A store written by a later version may hold rules that this one does not know.
  const what = Object.hasOwn(RULES, rule) ? RULES[rule] : rule;
  const [legacy, candidate] = types.split('→');
  // "A header is missing" says it already.
  const isSaid = candidate === undefined || legacy === candidate || legacy === 'absent' || candidate === 'absent';
  const change = isSaid ? '' : ` (${legacy} on legacy, ${candidate} on candidate)`;
  const name = nameOfAll(transforms, exchanges);
  return `${describePlace(place)}: ${what}${change}${name === null ? '' : `, always ${name}`}`;
}

/** As JSON writes it: an absent value stays absent, and what JSON cannot write becomes its text. */
function valueIn(side: 'legacy' | 'candidate', value: unknown): { legacy?: unknown; candidate?: unknown } {
  const text = JSON.stringify(value, (_, each: unknown) => (typeof each === 'bigint' ? String(each) : each));
  return text === undefined ? {} : { [side]: JSON.parse(text) };
}
