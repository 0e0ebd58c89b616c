// The shadow lane with its ports filled in: who sends, who compares, who records.
import { setTimeout as delay } from 'node:timers/promises';
import type { Analysis } from './analysis.ts';
import type { Config } from './config/index.ts';
import type { Contract, Operation } from './contract/index.ts';
import {
  type BackendRequest,
  type Clock,
  createBudget,
  featuresOf,
  type LiveSteps,
  messageOf,
  type Side,
} from './core/index.ts';
import {
  failureOf,
  isHarmless,
  isIdentical,
  judgeFailure,
  judgeUnreadable,
  redactTarget,
  shapeOfTarget,
  tellableName,
} from './diff/index.ts';
import { createFailureJudge } from './failure-judge.ts';
import type { Recorder } from './observations/index.ts';
import { shadowHeaders, type Upstreams } from './proxy/index.ts';
import type { Redaction } from './redaction-key.ts';
import {
  type AliasParameters,
  createAliases,
  createShadow,
  type OutageChange,
  type Shadow,
  withOutages,
} from './shadow/index.ts';

export interface Shadowed {
  readonly config: Config;
  readonly contract: Contract;
  readonly upstreams: Upstreams;
  readonly analysis: Analysis;
  readonly recorder: Recorder;
  readonly redaction: Redaction;
  readonly steps: LiveSteps;
  readonly clock: Clock;
  readonly warn: (message: string) => void;
}

export function wireShadow(shadowed: Shadowed): Shadow {
  const { config, contract, upstreams, analysis, recorder, redaction, steps, clock, warn } = shadowed;
  const keyed = redaction.hash;
  const operations = new Map(contract.operations.map((operation) => [operation.id, operation]));
  const withOperation = <Result>(id: string, use: (operation: Operation) => Result): Result | undefined => {
    const operation = operations.get(id);
    return operation && use(operation);
  };
  const sendMarked: Upstreams['send'] = (side, request, likely) =>
    upstreams.send(side, { ...request, headers: shadowHeaders(request.headers, config.shadow.mark) }, likely);
  const mayTell = {
    name: (name: string) => tellableName(name, keyed),
    value: (name: string, value: string) => !config.redaction.strict && isHarmless(name, value, keyed),
  };
  const mayLookClosely = createBudget(FEATURES.perSecond, clock, FEATURES.atOnce).take;
  const ports = {
    send: withOutages(sendMarked, { clock, onChange: (change) => warn(describeOutage(change)) }),
    hasRoom: upstreams.hasRoom,
    judgeFailure: createFailureJudge(
      (id, results) => withOperation(id, (operation) => judgeFailure(operation, results, keyed)),
      clock,
    ),
    judgeUnreadable: (id: string, side: Side) =>
      withOperation(id, (operation) => judgeUnreadable({ operation, hash: keyed }, side)),
    isIdentical: (id: string, pair: Omit<Parameters<typeof isIdentical>[1], 'operation'>) =>
      withOperation(id, (operation) => isIdentical(contract, { operation, ...pair })) === true,
    checkSample: analysis.checkSample,
    compare: analysis.compare,
    confirm: analysis.confirm,
    failureOf,
    isBodyless: (id: string, method: string) => method === 'HEAD' && operations.get(id)?.method !== 'HEAD',
    shownTarget: (id: string, target: string) => {
      const path = operations.get(id)?.path ?? '';
      return config.redaction.strict ? shapeOfTarget(path, target) : redactTarget(target, keyed, path);
    },
    featuresOf: (request: BackendRequest, side: Side) =>
      mayLookClosely() ? featuresOf(request, side, mayTell) : undefined,
    record: recorder.record,
    aliases: createAliases(aliasParametersOf(contract)),
    mayProbe: createDraw(config.probe, clock),
    findingsOf: analysis.findingsOf,
    mayConfirm: createBudget(config.confirm.perSecond, clock).take,
    liveSteps: () => steps.taken,
    nextTurn: (onTurn: () => void) => void setImmediate(onTurn),
    delay: (ms: number) => delay(ms, undefined, { ref: false }),
    onFault: (error: unknown) => warn(`an exchange could not be compared: ${messageOf(error)}`),
  };
  return createShadow(ports, { ...config.shadow, confirmDelayMs: config.confirm.delayMs });
}

function aliasParametersOf(contract: Contract): AliasParameters {
  return new Map(
    contract.operations.flatMap((operation) => {
      const parameters = contract.aliasParameters(operation);
      return parameters.length > 0 ? [[operation.id, parameters] as const] : [];
    }),
  );
}

/** By chance, so that what is drawn stands for all; and no more than legacy is asked to bear. */
function createDraw({ percent, perSecond }: Config['probe'], clock: Clock): () => boolean {
  const budget = createBudget(perSecond, clock);
  return () => Math.random() * 100 < percent && budget.take();
}

/** Requests whose features are looked at: it takes some 20 µs of the thread that serves. */
const FEATURES = { perSecond: 50, atOnce: 200 } as const;

function describeOutage({ side, group, isOut }: OutageChange): string {
  const of = group === undefined ? '' : ` of group ${group}`;
  return isOut
    ? `the ${side}${of} answers no mirrored request: until it does it is asked now and then, and all others count as failed`
    : `the ${side}${of} answers mirrored requests again`;
}
