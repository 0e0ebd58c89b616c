// A backend that is out fails every request alike. What there is to say of it is worked out once for each operation and kind
// of failure: on the thread of the live requests it would cost as much as mirroring does.
import { type Clock, type Finding, Recent, type SideResult } from './core/index.ts';
import { createExampleBudget } from './example-budget.ts';
import type { ShadowJudgement, SidePair } from './shadow/index.ts';

type Judge = (operationId: string, results: SidePair<SideResult>) => ShadowJudgement | undefined;

interface Known {
  /** Undefined where there is nothing to say. */
  readonly shown: ShadowJudgement | undefined;
  /** Without the values of its findings. */
  readonly bare: ShadowJudgement | undefined;
}

const MAX_KNOWN = 1_000;

/** The same judgement, remembered; with an example only where one more is wanted. */
export function createFailureJudge(judge: Judge, clock: Pick<Clock, 'monotonicMs'>): Judge {
  const known = new Recent<Known>(MAX_KNOWN);
  const wantsExample = createExampleBudget(() => clock.monotonicMs());
  return (operationId, results) => {
    const key = `${kindOf(results.legacy)} ${kindOf(results.candidate)} ${operationId}`;
    const { shown, bare } = known.of(key, () => knownOf(judge(operationId, results)));
    // All that a failure says stands in one finding.
    const cluster = shown?.findings[0]?.cluster;
    return cluster === undefined || wantsExample(cluster) ? shown : bare;
  };
}

/** All of a result that a judgement on failures looks at. */
function kindOf(result: SideResult): string | number {
  return result.kind === 'reply' ? result.reply.status : result.code;
}

function knownOf(shown: ShadowJudgement | undefined): Known {
  return { shown, bare: shown && { ...shown, findings: shown.findings.map(bareOf) } };
}

function bareOf(finding: Finding): Finding {
  return { ...finding, legacy: undefined, candidate: undefined, isBare: true };
}
