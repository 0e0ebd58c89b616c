import { z } from 'zod';
import {
  FINDING_CLASSES,
  GATE_NAMES,
  OUTCOMES,
  type ReasonCode,
  type RuleId,
  UNCOMPARED_REASONS,
} from '../core/index.ts';

export const FORMAT_VERSION = '1.0';

const count = z.int().nonnegative();
const share = z.number().min(0).max(1);
const isoTime = z.iso.datetime();
const interval = z.tuple([share, share]).nullable().describe('Two-sided 95 percent Clopper-Pearson interval.');
const state = z.enum(['pass', 'fail', 'inconclusive', 'exempt']);
const outcomes = z.record(z.enum(OUTCOMES), count);
const uncompared = z.record(z.enum(UNCOMPARED_REASONS), count).describe('Requests not compared, by reason.');
const classes = z.record(z.enum(FINDING_CLASSES), count).describe('Different exchanges, by their worst class.');
const countByOperation = z.record(z.string(), count);
const ms = z.number().nullable();
// Open in the published schema, so that a rule or code of a later 1.x keeps it; what this version writes is its own.
const ruleId = z.string() as z.ZodType as z.ZodType<RuleId>;
const reasonCode = z.string() as z.ZodType as z.ZodType<ReasonCode>;
const inFlight = z
  .int()
  .describe('Eligible minus the sum of the outcomes; below 0 only where counters contradict each other.');

const gate = z.object({
  gate: z.enum(GATE_NAMES),
  operationId: z.string(),
  group: z.string().optional(),
  state,
  code: reasonCode.describe('Stable reason code.'),
  value: share.nullable().describe('Observed share of bad events.'),
  limit: z.number().nullable(),
  k: count.describe('Bad events.'),
  n: count.describe('Events.'),
  interval,
  needed: count.nullable().describe('Further good events needed to pass.'),
  etaSeconds: z.number().nullable(),
  latency: z.object({ quantile: share, baselineMs: ms, boundMs: ms, candidateMs: ms }).optional(),
  message: z.string(),
});

const quantiles = z.object({
  n: count,
  p50: ms.describe('Milliseconds; null below 5 requests.'),
  p95: ms.describe('Milliseconds; null below 59 requests.'),
  p99: ms.describe('Milliseconds; null below 299 requests.'),
});

function bySide<Shape extends z.ZodType>(shape: Shape) {
  return z.object({ legacy: shape, candidate: shape });
}

const operation = z.object({
  operationId: z.string(),
  method: z.string().nullable().describe('Null for what is not an operation of the contract.'),
  path: z.string().nullable(),
  group: z.string().nullable(),
  state: state.nullable().describe('The worst state of its gates; null when it was not judged.'),
  eligible: count,
  inFlight,
  outcomes,
  uncompared,
  classes,
  served: bySide(count),
  fallbacks: count,
  parity: z.object({ k: count, n: count, interval }).nullable(),
  conformance: bySide(z.object({ conforms: count, violates: count })),
  errors: bySide(z.object({ requests: count, errors: count, onlyThisSide: count })),
  latency: bySide(quantiles),
});

const exemplar = z.object({
  at: z.number().describe('Milliseconds since the epoch.'),
  operationId: z.string(),
  method: z.string(),
  target: z.string(),
  served: z.enum(['legacy', 'candidate']),
  statuses: bySide(z.int().nullable()),
  pointer: z.string(),
  legacy: z.unknown().optional().describe('Absent where that side has no value there.'),
  candidate: z.unknown().optional().describe('Absent where that side has no value there.'),
  rendered: z.string().nullable().describe('The difference as text.'),
});

const cluster = z.object({
  id: z.string(),
  title: z.string(),
  rule: ruleId,
  class: z.enum(FINDING_CLASSES),
  place: z.string(),
  line: z.int().positive().nullable().describe('Line of the place in the contract.'),
  types: z.string(),
  transform: z
    .string()
    .nullable()
    .describe("What turns legacy's value into the candidate's in all that was seen of it, such as `× 100`."),
  separator: z
    .object({
      feature: z.string(),
      shown: z.object({ k: count, n: count }).describe('Of the requests that show it.'),
      agreeing: z.object({ k: count, n: count }).describe('Of a sample of those to the same operations that agree.'),
    })
    .nullable()
    .describe('What most sets the requests that show it apart: a parameter, a header, who served.'),
  kind: z
    .enum(['cause', 'spelling', 'noise', 'race'])
    .describe('Whether an exchange counted for it, or all that showed it were equivalent, noise or drift.'),
  parts: z
    .array(
      z.object({
        id: z.string(),
        title: z.string(),
        rule: ruleId,
        class: z.enum(FINDING_CLASSES),
        place: z.string(),
        types: z.string(),
      }),
    )
    .describe('Other differences of the same object that were seen in the very same exchanges: the same change.'),
  alwaysWith: z
    .array(z.string())
    .describe('Ids of the causes that were seen in the very same exchanges, and may be the same change.'),
  outcomes: z.partialRecord(z.enum(OUTCOMES), count),
  exchanges: count,
  findings: count,
  traffic: z.object({ k: count, n: count }).describe('Exchanges that showed it, of all that were compared or failed.'),
  operations: countByOperation,
  fingerprints: z.array(z.string()),
  firstSeenMs: z.number(),
  lastSeenMs: z.number(),
  exemplars: z.array(exemplar),
});

const uncovered = z.object({
  kind: z.enum(['status', 'present', 'absent', 'null', 'member', 'branch']),
  place: z.string(),
  line: z.int().positive().nullable().describe('Line of the place in the contract.'),
  value: z.string().nullable().describe('Of a member of an enum, as JSON.'),
});

const coverage = z.object({
  operationId: z.string(),
  points: count.describe(
    'Cases that the contract tells apart: statuses, optional properties, nulls, members, branches.',
  ),
  seen: count.describe('Of these, those that a checked pair showed in which both sides agreed.'),
  missing: z.array(uncovered).describe('At most 200 of those that none showed.'),
});

const breach = z.object({
  keyword: z.string().describe('A keyword of JSON Schema, or `status`, `media-type` or `header`.'),
  place: z.string(),
  line: z.int().positive().nullable().describe('Line of the place in the contract.'),
  found: z
    .string()
    .describe('What stood there instead: a type, a property, a header, a member, a status or a media type.'),
  title: z.string(),
  legacy: count.describe('Checked pairs in which legacy alone did so.'),
  candidate: count.describe('Checked pairs in which the candidate alone did so: a regression.'),
  both: count.describe('Checked pairs in which both did so alike: the contract may be wrong.'),
  operations: countByOperation,
  patch: z
    .array(z.object({ target: z.string(), update: z.unknown().optional(), remove: z.literal(true).optional() }))
    .nullable()
    .describe('Actions of an OpenAPI Overlay that would make it true, where both sides do so and a small change does.'),
});

const noise = z.object({
  operationId: z.string(),
  fingerprint: z.string(),
  pointer: z.string().describe('`*` for every item and key.'),
  rule: ruleId,
  place: z.string(),
  line: z.int().positive().nullable().describe('Line of the place in the contract.'),
  probes: count.describe('Requests of the operation for which legacy was asked twice.'),
  legacy: count.describe('Of these, those in which legacy disagreed with itself here.'),
  candidate: count.describe('Those in which the candidate differed from legacy here.'),
  candidateOnly: count.describe('Those in which the candidate differed, and legacy agreed with itself.'),
  legacyOnly: count.describe('Those in which legacy disagreed with itself, and the candidate did not differ.'),
  chance: share.describe(
    'That a candidate which differs no more often than legacy from itself shows so much more: exact paired test, corrected for all places.',
  ),
  state: z
    .enum(['more', 'undecided', 'forgiven'])
    .describe(
      '`more`: the candidate differs more often. `forgiven`: it is shown not to, and what differs only here is noise.',
    ),
  needed: count.nullable().describe('Probes without a difference of the candidate alone until it is forgiven.'),
  draft: z
    .array(z.object({ target: z.string(), update: z.unknown().optional(), remove: z.literal(true).optional() }))
    .nullable()
    .describe('Actions of an OpenAPI Overlay that declare the value volatile.'),
});

const acceptance = z.object({
  operationId: z.string(),
  fingerprint: z.string().nullable().describe('Null for any change of a value at the pointer.'),
  pointer: z.string().nullable().describe('Only there, `*` for every item and key; null for every place.'),
  cluster: z.string().nullable().describe('The cause that it is about; null where nothing of it was seen.'),
  owner: z.string(),
  reason: z.string(),
  ticket: z.string().nullable(),
  expires: z.iso.date().describe('The last day on which it holds, UTC.'),
  ceiling: share.nullable().describe('Share of the pairs that may show it; null for any.'),
  state: z.enum(['live', 'expired', 'stale', 'too-broad']).describe('Only a live one accepts anything.'),
  shown: count.describe('Different exchanges that showed it, whatever else they showed.'),
  accepted: count.describe('Of these, those in which nothing stood that is not accepted.'),
  compared: count.describe('Pairs of the operation that were compared.'),
});

/** A report is this one document; everything else is rendered from it. Lists are ordered worst first. */
export const reportSchema = z
  .object({
    formatVersion: z.literal(FORMAT_VERSION),
    tool: z.object({ name: z.literal('paritygate'), version: z.string() }),
    generatedAt: isoTime,
    verdict: z.object({ verdict: z.enum(['pass', 'fail', 'inconclusive']), summary: z.string() }),
    contractFile: z.string(),
    evidence: z.object({
      binding: z.object({ contract: z.string(), rules: z.string(), build: z.string() }),
      from: isoTime.nullable(),
      to: isoTime.nullable(),
    }),
    status: z.object({ flags: z.string().nullable(), store: z.string().nullable() }).optional(),
    warnings: z.array(z.string()),
    gates: z.array(gate),
    totals: z.object({
      eligible: count,
      inFlight,
      outcomes,
      uncompared,
      compared: count.describe('Exchanges of which both responses were compared.'),
    }),
    notCompared: z.array(
      z.object({
        reason: z.enum(UNCOMPARED_REASONS),
        requests: count,
        why: z.string(),
        operations: countByOperation,
      }),
    ),
    neverSeen: z.array(z.string()).describe('Operations of the contract for which no request arrived.'),
    exempt: z.array(z.object({ operationId: z.string(), why: z.string() })),
    noise: z.array(noise).describe('At most 500 places at which legacy, asked twice, disagreed with itself.'),
    acceptances: z
      .array(acceptance)
      .describe('Every decision that a difference is intended, and what it did to this evidence.'),
    coverage: z
      .array(coverage)
      .describe(
        'Of each operation that was requested, what the evidence says nothing about although the contract does.',
      ),
    breaches: z.array(breach).describe('How the two sides break the contract, each by itself and both alike.'),
    operations: z.array(operation),
    clusters: z.array(cluster),
    groups: z.array(
      z.object({
        name: z.string(),
        flag: z.string(),
        weight: z.number().nullable().describe('Percent of live requests that the candidate serves.'),
        operations: z.array(z.string()),
      }),
    ),
    marks: z.array(
      z.object({
        at: isoTime,
        kind: z.literal('weight'),
        group: z.string(),
        from: z.number().nullable(),
        to: z.number(),
        who: z.string(),
        reason: z.string().nullable(),
      }),
    ),
  })
  .describe('Report of paritygate: evidence and verdict about a candidate that is to replace a legacy backend.');

type Readable<T> = T extends readonly (infer Item)[] & { length: number }
  ? number extends T['length']
    ? readonly Readable<Item>[]
    : Readonly<T>
  : T extends object
    ? { readonly [Key in keyof T]: Readable<T[Key]> }
    : T;

export type ReportDocument = Readable<z.infer<typeof reportSchema>>;
export type GateEntry = ReportDocument['gates'][number];
export type OperationEntry = ReportDocument['operations'][number];
export type NoiseEntry = ReportDocument['noise'][number];
export type AcceptanceEntry = ReportDocument['acceptances'][number];
export type BreachEntry = ReportDocument['breaches'][number];
export type CoverageEntry = ReportDocument['coverage'][number];
export type ClusterEntry = ReportDocument['clusters'][number];
export type ExemplarEntry = ClusterEntry['exemplars'][number];

/** The published schema. Objects stay open: a later 1.x may say more, and an earlier reader must still accept it. */
export function reportJsonSchema(): object {
  return {
    $id: 'urn:paritygate:report:1',
    title: 'Paritygate report',
    ...z.toJSONSchema(reportSchema, { io: 'input' }),
  };
}
