// A backend that is out fails every request alike. What there is to say of it is worked out once for each operation and kind
// of failure: on the thread of the live requests it would cost as much as mirroring does.
import type { Clock, Finding, SideResult } from './core/index.ts';
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
  const memory = createMemory();
  const wantsExample = createExampleBudget(() => clock.monotonicMs());
  return (operationId, results) => {
    const { shown, bare } = memory(operationId, results, () => knownOf(judge(operationId, results)));
    // All that a failure says stands in one finding.
    const cluster = shown?.findings[0]?.cluster;
    return cluster === undefined || wantsExample(cluster) ? shown : bare;
  };
}

type Kind = string | number;

/**
 * By names and numbers that are there already: to put a key together costs more than all that is done with what is found. Too
 * many kinds begin anew; they are as many as operations times ways to fail.
 */
function createMemory(): (operationId: string, results: SidePair<SideResult>, make: () => Known) => Known {
  const byOperation = new Map<string, Map<Kind, Map<Kind, Known>>>();
  let size = 0;
  return (operationId, { legacy, candidate }, make) => {
    const [left, right] = [kindOf(legacy), kindOf(candidate)];
    const known = byOperation.get(operationId)?.get(left)?.get(right);
    if (known) return known;
    if (size >= MAX_KNOWN) byOperation.clear();
    size = size >= MAX_KNOWN ? 1 : size + 1;
    const made = make();
    below(below(byOperation, operationId), left).set(right, made);
    return made;
  };
}

function below<Key, Value>(map: Map<Key, Map<Kind, Value>>, key: Key): Map<Kind, Value> {
  const inner = map.get(key) ?? new Map<Kind, Value>();
  map.set(key, inner);
  return inner;
}

/** All of a result that a judgement on failures looks at. */
function kindOf(result: SideResult): Kind {
  return result.kind === 'reply' ? result.reply.status : result.code;
}

function knownOf(shown: ShadowJudgement | undefined): Known {
  return { shown, bare: shown && { ...shown, findings: shown.findings.map(bareOf) } };
}

function bareOf(finding: Finding): Finding {
  return { ...finding, legacy: undefined, candidate: undefined, isBare: true };
}
