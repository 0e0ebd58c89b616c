import type { Operation } from '../contract/index.ts';
import { clusterOf, type Finding, fingerprintOf } from '../core/index.ts';
import { isSameKind, kindOf, type RawFinding, type View } from './raw-finding.ts';
import { type KeyedHash, redactText, redactValue, redactWhole } from './redact.ts';
import { shapeOf, shapeOfPointer } from './shape.ts';
import { commonTransforms, transformsOf } from './transforms.ts';

/** What the findings of one exchange have in common. */
export interface FindingContext {
  readonly operation: Operation;
  readonly status: number;
  readonly mediaType: string;
  readonly hash: KeyedHash;
  /** Whether another example of a cause is wanted; every one, when it is left out. Redacting costs more than comparing. */
  readonly wantsExample?: ((cluster: string) => boolean) | undefined;
  /** No value is kept, not even a harmless one, and nothing that tells of one. */
  readonly keepsShapesOnly?: boolean | undefined;
}

/** One finding for each kind, with the first place as its example: a list of 1,000 rows shows one cause once. */
export function toFindings(raw: readonly RawFinding[], context: FindingContext): readonly Finding[] {
  return countKinds(raw).map((kind) => toFinding(kind, fingerprint(kind.first, context), context));
}

interface Kind {
  readonly first: RawFinding;
  count: number;
  /** What explains all of them. */
  transforms: readonly string[];
  readonly templates: Set<string>;
}

/** Who differs in so many places of one kind differs in `…` as well, which nobody can name. */
const MAX_POINTERS = 20;

/** In a list of rows most findings are of the kind of the one before them. */
function countKinds(raw: readonly RawFinding[]): readonly Kind[] {
  const kinds = new Map<string, Kind>();
  let last: Kind | undefined;
  for (const finding of raw) {
    if (!last || !isSameKind(last.first, finding)) {
      const key = kindOf(finding);
      last = kinds.get(key) ?? { first: finding, count: 0, transforms: [], templates: new Set() };
      kinds.set(key, last);
    }
    last.transforms = last.count === 0 ? transformsOf(finding) : commonTransforms(last.transforms, finding);
    last.count += finding.count ?? 1;
    if (last.templates.size <= MAX_POINTERS) last.templates.add(finding.template ?? finding.at);
  }
  return [...kinds.values()];
}

function fingerprint({ rule, place, types }: RawFinding, { operation, status, mediaType }: FindingContext): string {
  return fingerprintOf({ rule, place, types, operationId: operation.id, status, mediaType });
}

function toFinding({ first: raw, count, transforms, templates }: Kind, id: string, context: FindingContext): Finding {
  const { rule, place, types, at, view } = raw;
  const cluster = clusterOf({ rule, place, types });
  const isBare = context.wantsExample?.(cluster) === false;
  return {
    rule,
    class: raw.class,
    place,
    types,
    at: shownPointer(at, context),
    pointers: pointersOf(templates, context),
    fingerprint: id,
    cluster,
    count,
    ...(transforms.length > 0 &&
      !context.keepsShapesOnly && { transforms: transforms.map((name) => redactText(name, context.hash)) }),
    ...(isBare
      ? { legacy: undefined, candidate: undefined, isBare }
      : { legacy: shown(view.legacy, view, context), candidate: shown(view.candidate, view, context) }),
  };
}

function shownPointer(pointer: string, { keepsShapesOnly, hash }: FindingContext): string {
  return keepsShapesOnly ? shapeOfPointer(pointer) : redactText(pointer, hash);
}

function pointersOf(templates: ReadonlySet<string>, context: FindingContext): readonly string[] {
  const pointers = [...templates].slice(0, MAX_POINTERS).map((template) => shownPointer(template, context));
  return templates.size > MAX_POINTERS ? [...pointers, '…'] : pointers;
}

function shown(value: unknown, { node, secret }: View, { hash, keepsShapesOnly }: FindingContext): unknown {
  if (keepsShapesOnly) return shapeOf(value);
  return secret ? redactWhole(value, hash) : redactValue(value, node, hash);
}
