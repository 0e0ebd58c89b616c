import { type Cluster, FINDING_CLASSES, RULES } from '../core/index.ts';
import type { ClusterEntry, ExemplarEntry } from './document.ts';
import { describePlace } from './place.ts';

export interface ClusterContext {
  /** All exchanges that were compared or failed. */
  readonly judged: number;
  readonly lineOf: (place: string) => number | undefined;
  readonly rendered: ReadonlyMap<string, readonly (string | null)[]>;
}

/** The causes: worst class first, then those that most requests showed. */
export function listClusters(clusters: readonly Cluster[], context: ClusterContext): readonly ClusterEntry[] {
  return clusters
    .map((cluster) => entryOf(cluster, context))
    .sort(
      (one, other) =>
        FINDING_CLASSES.indexOf(other.class) - FINDING_CLASSES.indexOf(one.class) ||
        other.exchanges - one.exchanges ||
        one.id.localeCompare(other.id, 'en'),
    );
}

function entryOf(cluster: Cluster, context: ClusterContext): ClusterEntry {
  const rendered = context.rendered.get(cluster.id) ?? [];
  return {
    ...cluster,
    title: titleOf(cluster),
    line: context.lineOf(cluster.place) ?? null,
    traffic: { k: cluster.exchanges, n: context.judged },
    exemplars: cluster.exemplars.map((exemplar, index): ExemplarEntry => {
      const { legacy, candidate, ...rest } = exemplar;
      const values = { ...valueIn('legacy', legacy), ...valueIn('candidate', candidate) };
      return { ...rest, ...values, rendered: rendered[index] ?? null };
    }),
  };
}

/** One sentence: where, what, and the types where they differ. */
export function titleOf({ rule, place, types }: Pick<Cluster, 'rule' | 'place' | 'types'>): string {
  // A store written by a later version may hold rules that this one does not know.
  const what = Object.hasOwn(RULES, rule) ? RULES[rule] : rule;
  const [legacy, candidate] = types.split('→');
  // "A header is missing" says it already.
  const isSaid = candidate === undefined || legacy === candidate || legacy === 'absent' || candidate === 'absent';
  const change = isSaid ? '' : ` (${legacy} on legacy, ${candidate} on candidate)`;
  return `${describePlace(place)}: ${what}${change}`;
}

/** As JSON writes it: an absent value stays absent, and what JSON cannot write becomes its text. */
function valueIn(side: 'legacy' | 'candidate', value: unknown): { legacy?: unknown; candidate?: unknown } {
  const text = JSON.stringify(value, (_, each: unknown) => (typeof each === 'bigint' ? String(each) : each));
  return text === undefined ? {} : { [side]: JSON.parse(text) };
}
