// Whether each side keeps the contract by itself, and in which ways the two do not: what both do alike is the contract's to say.
import type { Breach, Conformance, SeenBreach, Side } from '../core/index.ts';
import { checkBody } from './check-body.ts';
import type { JudgeContext, ReplyPair } from './judge.ts';
import { templateName } from './position.ts';
import { isSecretName, redactText } from './redact.ts';

export interface PairConformance {
  readonly conformance: Readonly<Record<Side, Conformance['kind']>>;
  readonly breaches: readonly SeenBreach[];
}

export function checkPair(context: JudgeContext, pair: ReplyPair): PairConformance {
  const [legacy, candidate] = [checkBody(context, pair.legacy), checkBody(context, pair.candidate)];
  const breaches = blame(breachesOf(context, legacy), breachesOf(context, candidate));
  return { conformance: { legacy: legacy.kind, candidate: candidate.kind }, breaches };
}

type Breaches = ReadonlyMap<string, Breach>;

/** One of each kind: a list of a thousand rows breaks the contract in one way. */
function breachesOf(context: JudgeContext, conformance: Conformance): Breaches {
  if (conformance.kind !== 'violates') return new Map();
  const known = conformance.violations.flatMap(({ breach }) => (breach ? [redactBreach(breach, context)] : []));
  return new Map(known.map((breach) => [JSON.stringify(breach), breach]));
}

function blame(legacy: Breaches, candidate: Breaches): readonly SeenBreach[] {
  return [
    ...[...legacy].map(([key, breach]) => ({
      ...breach,
      by: candidate.has(key) ? ('both' as const) : ('legacy' as const),
    })),
    ...[...candidate].flatMap(([key, breach]) => (legacy.has(key) ? [] : [{ ...breach, by: 'candidate' as const }])),
  ];
}

/** Where a member of an enum must not be told. */
const UNTOLD = 'another value';

/** Of what was found names are kept, and of values only members of enums, unless one is a secret or none is to be kept. */
function redactBreach({ keyword, place, found }: Breach, { hash, keepsShapesOnly }: JudgeContext): Breach {
  if (keyword !== 'enum' && keyword !== 'const') return { keyword, place, found: redactNames(found) };
  const isSecret = isSecretName(place.split('/').at(-1) ?? '') || redactText(found, hash) !== found;
  return { keyword, place, found: isSecret || keepsShapesOnly ? UNTOLD : found };
}

/** `name` or `name: type` */
function redactNames(found: string): string {
  const [, name = found, type = ''] = /^(.*)(: \w+)$/s.exec(found) ?? [];
  return templateName(name) + type;
}
