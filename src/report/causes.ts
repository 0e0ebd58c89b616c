// Clusters that are one change of a backend: what changed in the structure of one object, in the very same exchanges.
import { type Cluster, FINDING_CLASSES, type RuleId } from '../core/index.ts';
import { describePlace } from './place.ts';

export interface Cause {
  /** The worst of them. */
  readonly main: Cluster;
  /** The others, of the same object. */
  readonly parts: readonly Cluster[];
  /** Ids of what was seen in the very same exchanges and is not of the same object. */
  readonly alwaysWith: readonly string[];
}

/** In fewer exchanges that two clusters meet may be chance. */
const MIN_TOGETHER = 3;

export function findCauses(clusters: readonly Cluster[]): readonly Cause[] {
  return [...Map.groupBy(clusters, setOf).values()].flatMap((together) => {
    const objects = [...Map.groupBy(together, (cluster) => ownerOf(cluster) ?? cluster.id).values()];
    return objects.map((parts) => causeOf(parts, together));
  });
}

/** The same for clusters that were seen in as many exchanges, and in the same. */
function setOf({ id, exchanges, exchangeSet }: Cluster): string {
  return exchangeSet === undefined || exchanges < MIN_TOGETHER ? id : `${exchanges} ${exchangeSet}`;
}

const MISSING: ReadonlySet<RuleId> = new Set([
  'required-property-missing',
  'optional-property-missing',
  'undocumented-property-missing',
]);
const ADDED: ReadonlySet<RuleId> = new Set(['optional-property-added', 'undocumented-property-added']);

/** The object that has another structure; two values that differ in it may well be two changes. */
function ownerOf({ rule, place }: Cluster): string | undefined {
  if (rule === 'schema-branch-changed') return place;
  return MISSING.has(rule) || ADDED.has(rule) ? place.replace(/\/properties\/[^/]*$/, '') : undefined;
}

function causeOf(parts: readonly Cluster[], together: readonly Cluster[]): Cause {
  const [main, ...others] = parts.toSorted(byWeight);
  if (!main) throw new RangeError('a group of clusters has at least one');
  const alwaysWith = together.flatMap((cluster) => (parts.includes(cluster) ? [] : [cluster.id]));
  return { main, parts: others, alwaysWith };
}

/** What says most about the change first. */
function byWeight(one: Cluster, other: Cluster): number {
  const isBranch = ({ rule }: Cluster): number => Number(rule === 'schema-branch-changed');
  return isBranch(other) - isBranch(one) || byClass(one, other) || (one.id < other.id ? -1 : 1);
}

export function byClass(one: Cluster, other: Cluster): number {
  return FINDING_CLASSES.indexOf(other.class) - FINDING_CLASSES.indexOf(one.class);
}

const MOST_NAMES = 8;

/** What several clusters of one object are together; undefined where the title of the first says it. */
export function describeParts({ main, parts }: Cause): string | undefined {
  if (parts.length === 0 || main.rule === 'schema-branch-changed') return undefined;
  const all = [main, ...parts];
  const missing = all.filter(({ rule }) => MISSING.has(rule));
  const added = all.filter(({ rule }) => ADDED.has(rule));
  const object = describePlace(ownerOf(main) ?? main.place);
  if (missing.length === 1 && added.length === 1 && isRenamed(missing[0], added[0]))
    return `${object}: ${namesOf(missing)} is now called ${namesOf(added)}`;
  const changes = [told(missing, 'missing'), told(added, 'new')].filter((change) => change !== undefined);
  return `${object}: ${changes.join('; ')}`;
}

function isRenamed(missing: Cluster | undefined, added: Cluster | undefined): boolean {
  return (
    missing !== undefined && added !== undefined && missing.transforms?.includes(`now called ${nameOf(added)}`) === true
  );
}

function told(clusters: readonly Cluster[], what: string): string | undefined {
  if (clusters.length === 0) return undefined;
  const noun = clusters.length === 1 ? 'property is' : 'properties are';
  return `${clusters.length} ${noun} ${what}: ${namesOf(clusters)}`;
}

function namesOf(clusters: readonly Cluster[]): string {
  const names = clusters.map(nameOf).toSorted();
  const rest = names.length - MOST_NAMES;
  return `${names.slice(0, MOST_NAMES).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}

function nameOf({ place }: Cluster): string {
  return place
    .slice(place.lastIndexOf('/') + 1)
    .replaceAll('~1', '/')
    .replaceAll('~0', '~');
}
