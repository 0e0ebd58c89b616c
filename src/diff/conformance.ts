// Whether each side keeps the contract by itself, and in which ways the two do not: what both do alike is the contract's to say.
import type { SchemaNode } from '../contract/index.ts';
import {
  type Breach,
  breachKey,
  type Conformance,
  type PlacedBreach,
  type Reply,
  type SeenBreach,
  type Side,
} from '../core/index.ts';
import { checkBody } from './check-body.ts';
import type { JudgeContext, ReplyPair } from './judge.ts';
import { contentTypeOf } from './media-type.ts';
import { templateName } from './position.ts';
import { isSecretName, redactText } from './redact.ts';
import { childOf } from './values.ts';

export interface PairConformance {
  readonly conformance: Readonly<Record<Side, Conformance['kind']>>;
  readonly breaches: readonly SeenBreach[];
}

export function checkPair(context: JudgeContext, pair: ReplyPair): PairConformance {
  const [legacy, candidate] = [checkBody(context, pair.legacy), checkBody(context, pair.candidate)];
  const breaches = blame(breachesOf(context, pair.legacy, legacy), breachesOf(context, pair.candidate, candidate));
  return { conformance: { legacy: legacy.kind, candidate: candidate.kind }, breaches };
}

type Breaches = ReadonlyMap<string, Breach>;

function breachesOf(context: JudgeContext, reply: Reply, conformance: Conformance): Breaches {
  if (conformance.kind !== 'violates') return new Map();
  const declared = context.contract.response(context.operation, reply.status, contentTypeOf(reply));
  const node = declared.kind === 'declared' ? declared.body : undefined;
  const told = conformance.breaches.map((breach) => redactBreach(breach, node, context));
  return new Map(told.map((breach) => [breachKey(breach), breach]));
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
function redactBreach(
  { keyword, place, found, at }: PlacedBreach,
  node: SchemaNode | undefined,
  { hash, keepsShapesOnly }: JudgeContext,
): Breach {
  if (keyword !== 'enum' && keyword !== 'const') return { keyword, place, found: redactNames(found) };
  const isSecret = isSecretAt(at, node) || redactText(found, hash) !== found;
  return { keyword, place, found: isSecret || keepsShapesOnly ? UNTOLD : found };
}

/** By a name on the way to it, or by the contract's word on what it is in. */
function isSecretAt(pointer: string, root: SchemaNode | undefined): boolean {
  let node = root;
  if (node?.sensitive) return true;
  for (const step of pointer.split('/').slice(1)) {
    const name = step.replaceAll('~1', '/').replaceAll('~0', '~');
    const index = /^\d+$/.test(name) ? Number(name) : undefined;
    node = childOf(node, name) ?? (index === undefined ? undefined : node?.item(index));
    if (node?.sensitive || isSecretName(name)) return true;
  }
  return false;
}

/** `name` or `name: type` */
function redactNames(found: string): string {
  const [, name = found, type = ''] = /^(.*)(: \w+)$/s.exec(found) ?? [];
  return templateName(name) + type;
}
