import { type Evidence, formatCount, type OperationEvidence, OUTCOMES, UNCOMPARED_REASONS } from '../core/index.ts';
import type { ReportDocument } from './document.ts';

export type Totals = ReportDocument['totals'];
type Counted = Pick<OperationEvidence, 'eligible' | 'outcomes' | 'uncompared'>;

/** Every eligible request is in one outcome or still on its way: these sum to `eligible`, always. */
export function sumTotals({ operations }: Evidence): Totals {
  const eligible = operations.reduce((sum, operation) => sum + operation.eligible, 0);
  const outcomes = sumOf(
    OUTCOMES,
    operations.map((operation) => operation.outcomes),
  );
  const uncompared = sumOf(
    UNCOMPARED_REASONS,
    operations.map((operation) => operation.uncompared),
  );
  const totals = { eligible, outcomes, uncompared };
  return { ...totals, inFlight: inFlightOf(totals), compared: comparedOf(outcomes) };
}

export function inFlightOf({ eligible, outcomes }: Pick<Counted, 'eligible' | 'outcomes'>): number {
  return OUTCOMES.reduce((rest, outcome) => rest - outcomes[outcome], eligible);
}

/** Both responses were there and were compared; failed sides and uncompared requests are not. */
export function comparedOf(outcomes: Totals['outcomes']): number {
  return judgedOf(outcomes) - outcomes['candidate-error'] - outcomes['legacy-error'];
}

/** Compared, or not because a side failed: what a cause is a share of. */
export function judgedOf(outcomes: Totals['outcomes']): number {
  return OUTCOMES.reduce((sum, outcome) => sum + (outcome === 'uncompared' ? 0 : outcomes[outcome]), 0);
}

/** Counters that contradict each other are said, not smoothed. */
export function contradictionsIn({ operations }: Evidence): readonly string[] {
  return operations.flatMap((operation) => {
    const { operationId, outcomes, uncompared } = operation;
    const surplus = -inFlightOf(operation);
    const reasons = UNCOMPARED_REASONS.reduce((sum, reason) => sum + uncompared[reason], 0);
    return [
      ...(surplus > 0 ? [`${operationId}: ${formatCount(surplus)} more outcomes than requests were counted`] : []),
      ...(reasons === outcomes.uncompared
        ? []
        : [`${operationId}: ${formatCount(outcomes.uncompared)} uncompared, but ${formatCount(reasons)} reasons`]),
    ];
  });
}

function sumOf<Name extends string>(
  names: readonly Name[],
  counts: readonly Readonly<Record<Name, number>>[],
): Record<Name, number> {
  const sums = names.map((name) => [name, counts.reduce((sum, each) => sum + each[name], 0)] as const);
  // The keys are exactly `names`.
  return Object.fromEntries(sums) as Record<Name, number>;
}
