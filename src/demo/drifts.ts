import type { FindingClass, GateName, Outcome, RuleId } from '../core/index.ts';

/** What one drift must show up as in the report. */
export type Expectation =
  | {
      readonly kind: 'cluster';
      readonly outcome: Outcome;
      readonly class: FindingClass;
      readonly rule: RuleId;
      /** Where the contract declares what drifted. */
      readonly place: string;
      readonly types: string;
    }
  | { readonly kind: 'gate'; readonly gate: GateName; readonly operationId: string };

/** A difference planted in the candidate on purpose, with all that it must be reported as, and nothing more. */
export interface Drift {
  readonly id: string;
  readonly title: string;
  readonly operations: readonly string[];
  /** Which requests of these operations show it. */
  readonly shownBy: string;
  readonly expected: readonly Expectation[];
}

const equivalent = expectCluster('equivalent', 'cosmetic');
const breaking = expectCluster('different', 'breaking');
const value = expectCluster('different', 'value');
const undocumented = expectCluster('different', 'undocumented');
const candidateError = expectCluster('candidate-error', 'breaking');
const noise = expectCluster('noise', 'value');

// Each drift has an operation or records to itself, so that an exchange shows one of them: an outcome is the worst of
// its findings, and an equivalent difference beside a breaking one would count as different.
export const DRIFTS = [
  {
    id: 'unordered-tags-reordered',
    title: 'the tags of a trade come in another order, which the contract leaves free',
    operations: ['getTrade'],
    shownBy: 'trades 1, 6, 11, ...: 1 in 5',
    expected: [equivalent('array-order-free', inSchemas('Trade/properties/tags'), 'array→array')],
  },
  {
    id: 'undocumented-desk-code',
    title: 'a trade has a field that the contract does not know',
    operations: ['getTrade'],
    shownBy: 'trades 2, 7, 12, ...: 1 in 5',
    expected: [undocumented('undocumented-property-added', inSchemas('Trade/properties/deskCode'), 'absent→string')],
  },
  {
    id: 'other-not-found-body',
    title: 'the 404 of a trade calls its title "error"',
    operations: ['getTrade'],
    shownBy: 'trades that do not exist: 1 in 12',
    expected: [
      breaking('required-property-missing', inSchemas('Problem/properties/title'), 'string→absent'),
      undocumented('undocumented-property-added', inSchemas('Problem/properties/error'), 'absent→string'),
    ],
  },
  {
    id: 'fill-id-string',
    title: 'the id of a fill is a string and was an integer',
    operations: ['getTradeFills'],
    shownBy: 'every trade',
    expected: [breaking('property-type-changed', inSchemas('Fill/properties/id'), 'integer→string')],
  },
  {
    id: 'settlement-offset-spelling',
    title: 'the settlement date ends in +00:00 and ended in Z',
    operations: ['getTradeSettlement'],
    shownBy: 'trades 1, 2, 6, 7, ...: 2 in 5',
    expected: [equivalent('format-respelled', inSchemas('Settlement/properties/settlesAt'), 'string→string')],
  },
  {
    id: 'settlement-net-off-by-a-cent',
    title: 'the settled amount is 0.01 too high',
    operations: ['getTradeSettlement'],
    shownBy: 'trades 3, 8, 13, ...: 1 in 5',
    expected: [value('value-changed', inSchemas('Settlement/properties/net'), 'string→string')],
  },
  {
    id: 'task-assignee-missing',
    title: 'the assignee of a task is missing, an optional field',
    operations: ['getTask'],
    shownBy: 'tasks 1, 6, 11, ...: 1 in 5',
    expected: [value('optional-property-missing', inSchemas('Task/properties/assignee'), 'string→absent')],
  },
  {
    id: 'task-status-unknown',
    title: 'a task has the status "parked", which the contract does not know',
    operations: ['getTask'],
    shownBy: 'tasks 2, 7, 12, ...: 1 in 5',
    expected: [breaking('enum-value-unknown', inSchemas('Task/properties/status'), 'string→string')],
  },
  {
    id: 'slow-attempts',
    title: 'the attempts of a task take 400 ms on 4 percent of the requests',
    operations: ['getTaskAttempts'],
    shownBy: 'every 25th request',
    expected: [{ kind: 'gate', gate: 'latency', operationId: 'getTaskAttempts' }],
  },
  {
    id: 'region-header-missing',
    title: 'the required header X-Gateway-Region is missing',
    operations: ['listOrchestrations'],
    shownBy: 'every page',
    expected: [breaking('response-header-missing', '#/components/headers/GatewayRegion', 'string→absent')],
  },
  {
    id: 'orchestration-owner-missing',
    title: 'the owner of an orchestration is missing, a required field',
    operations: ['getOrchestration'],
    shownBy: 'orchestrations 1, 6, 11, ...: 1 in 5',
    expected: [breaking('required-property-missing', inSchemas('Orchestration/properties/owner'), 'string→absent')],
  },
  {
    id: 'keyed-steps-reordered',
    title: 'the steps of an orchestration come in another order, and the contract finds them by name',
    operations: ['getOrchestration'],
    shownBy: 'orchestrations 2, 7, 12, ...: 1 in 5',
    expected: [equivalent('array-order-free', inSchemas('Orchestration/properties/steps'), 'array→array')],
  },
  {
    id: 'volatile-heartbeat',
    title: 'the heartbeat has another time, and the contract calls it volatile',
    operations: ['getOrchestration'],
    shownBy: 'orchestrations 3, 8, 13, ...: 1 in 5',
    expected: [equivalent('volatile-value', inSchemas('Orchestration/properties/heartbeatAt'), 'string→string')],
  },
  {
    id: 'timeline-reordered',
    title: 'the events of a timeline come in another order, and the contract does not leave it free',
    operations: ['getOrchestrationTimeline'],
    shownBy: 'orchestrations 4, 8, 12, ...: 1 in 4',
    expected: [value('array-order-changed', inSchemas('Timeline/properties/events'), 'array→array')],
  },
  {
    id: 'timeline-server-error',
    title: 'a timeline fails with 500 on 1 percent of the orchestrations',
    operations: ['getOrchestrationTimeline'],
    shownBy: 'orchestrations 37, 137 and 237',
    expected: [
      candidateError('server-error', '#/paths/~1orchestrations~1{orchestrationId}~1timeline/get/responses', '200→500'),
    ],
  },
  {
    id: 'noisy-request-id',
    title: 'the request id differs on every read, in legacy too',
    operations: ['getHealth'],
    shownBy: 'every request',
    expected: [noise('value-changed', inSchemas('Health/properties/requestId'), 'string→string')],
  },
  {
    id: 'noisy-clock',
    title: 'the clock differs on every read, in legacy too',
    operations: ['getHealth'],
    shownBy: 'every request',
    expected: [noise('value-changed', inSchemas('Health/properties/serverTime'), 'string→string')],
  },
] as const satisfies readonly Drift[];

export type DriftId = (typeof DRIFTS)[number]['id'];

/** Asks whether a drift is to be shown. */
export type Planted = (id: DriftId) => boolean;

export function isDriftId(id: string): id is DriftId {
  return DRIFTS.some((drift) => drift.id === id);
}

/** Plants every drift but these. */
export function plantAllBut(without: ReadonlySet<DriftId>): Planted {
  return (id) => !without.has(id);
}

export const plantNone: Planted = () => false;

function expectCluster(outcome: Outcome, findingClass: FindingClass) {
  return (rule: RuleId, place: string, types: string): Expectation => {
    return { kind: 'cluster', outcome, class: findingClass, rule, place, types };
  };
}

function inSchemas(path: string): string {
  return `#/components/schemas/${path}`;
}
