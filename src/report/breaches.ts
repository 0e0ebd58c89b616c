// How the two sides break the contract: what the candidate alone does is a regression, and what both do alike is the contract's.
import type { BreachCount } from '../core/index.ts';
import type { BreachEntry } from './document.ts';

/** A breach with the overlay actions that would make it none; null where no small change does. */
export interface BreachInput extends BreachCount {
  readonly patch: BreachEntry['patch'];
}

const MOST_BREACHES = 500;

/** Regressions first, then what both do, then what legacy does. */
export function listBreaches(
  breaches: readonly BreachInput[],
  lineOf: (place: string) => number | undefined,
): readonly BreachEntry[] {
  return breaches
    .map(({ patch, ...breach }) => ({
      ...breach,
      line: lineOf(breach.place) ?? null,
      title: titleOf(breach),
      patch: breach.both > 0 ? patch : null,
    }))
    .toSorted((one, other) => other.candidate - one.candidate || other.both - one.both || other.legacy - one.legacy)
    .slice(0, MOST_BREACHES);
}

/** In the words of the keyword, without the value that breaks it. */
function titleOf({ keyword, place, found }: BreachCount): string {
  const name = nameOf(place);
  if (keyword === 'status') return `status ${found} is not documented`;
  if (keyword === 'media-type') return `media type ${found} is not documented`;
  if (keyword === 'header') return `the required header ${found} is missing`;
  if (keyword === 'required') return `${name}: the required ${found} is missing`;
  if (keyword === 'additionalProperties' || keyword === 'unevaluatedProperties')
    return `${name}: ${found} is not declared, and the schema allows no other properties`;
  if (keyword === 'type') return `${name} is ${found}, which its type does not allow`;
  if (keyword === 'enum' || keyword === 'const') return `${name} is ${found}, which is no member`;
  return `${name} breaks its \`${keyword}\``;
}

function nameOf(place: string): string {
  const steps = place.split('/').filter((step) => step !== 'items' && step !== 'schema');
  return (steps.at(-1) ?? '').replaceAll('~1', '/').replaceAll('~0', '~');
}

interface Action {
  readonly description: string;
  readonly target: string;
  readonly update?: unknown;
  readonly remove?: true | undefined;
}

/** Two types that one schema lacks are two breaches, and the second must not take the first away. */
function oneTypeEach(actions: readonly Action[]): readonly Action[] {
  const types = Map.groupBy(actions, ({ target, update }) => (typesIn(update) ? target : ''));
  const done = new Set<string>();
  return actions.flatMap((action) => {
    const isType = typesIn(action.update) !== undefined || /\.type$/.test(action.target);
    const key = `${action.target} ${action.remove === true}`;
    if (isType && done.has(key)) return [];
    done.add(key);
    if (!typesIn(action.update)) return [action];
    const all = (types.get(action.target) ?? []).flatMap(({ update }) => typesIn(update) ?? []);
    return [{ ...action, update: { type: [...new Set(all)] } }];
  });
}

function typesIn(update: unknown): readonly unknown[] | undefined {
  const type = typeof update === 'object' && update !== null && 'type' in update ? update.type : undefined;
  return Array.isArray(type) ? type : undefined;
}

/** The overlay as a document; undefined where nothing is proposed. */
export function contractPatch(breaches: readonly BreachEntry[], contractFile: string): object | undefined {
  const actions = oneTypeEach(
    breaches.flatMap(({ title, both, patch }) =>
      (patch ?? []).map((action) => ({ description: `${title}, in ${both} pairs on both sides`, ...action })),
    ),
  );
  if (actions.length === 0) return undefined;
  return {
    overlay: '1.1.0',
    info: { title: `What both backends do and ${contractFile} does not say`, version: '1.0.0' },
    actions,
  };
}
