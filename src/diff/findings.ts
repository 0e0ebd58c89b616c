import type { Operation } from '../contract/index.ts';
import { clusterOf, type Finding, fingerprintOf } from '../core/index.ts';
import { kindOf, type RawFinding } from './raw-finding.ts';
import { type KeyedHash, redactText, redactValue, redactWhole } from './redact.ts';

/** What the findings of one exchange have in common. */
export interface FindingContext {
  readonly operation: Operation;
  readonly status: number;
  readonly mediaType: string;
  readonly hash: KeyedHash;
  /** Whether another example of a cause is wanted; every one, when it is left out. Redacting costs more than comparing. */
  readonly wantsExample?: ((cluster: string) => boolean) | undefined;
}

/** One finding for each kind, with the first place as its example: a list of 1,000 rows shows one cause once. */
export function toFindings(raw: readonly RawFinding[], context: FindingContext): readonly Finding[] {
  const kinds = Map.groupBy(raw, kindOf);
  return [...kinds.values()].flatMap((same) => {
    const [first] = same;
    return first ? [toFinding(first, { id: fingerprint(first, context), count: same.length, context })] : [];
  });
}

function fingerprint({ rule, place, types }: RawFinding, { operation, status, mediaType }: FindingContext): string {
  return fingerprintOf({ rule, place, types, operationId: operation.id, status, mediaType });
}

function toFinding(
  raw: RawFinding,
  { id, count, context }: { id: string; count: number; context: FindingContext },
): Finding {
  const { rule, place, types, at, view } = raw;
  const cluster = clusterOf({ rule, place, types });
  const isBare = context.wantsExample?.(cluster) === false;
  const show = (value: unknown): unknown =>
    view.secret ? redactWhole(value, context.hash) : redactValue(value, view.node, context.hash);
  return {
    rule,
    class: raw.class,
    place,
    types,
    at: redactText(at, context.hash),
    fingerprint: id,
    cluster,
    count,
    ...(isBare
      ? { legacy: undefined, candidate: undefined, isBare }
      : { legacy: show(view.legacy), candidate: show(view.candidate) }),
  };
}
