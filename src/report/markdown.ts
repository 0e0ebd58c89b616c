import { formatCount } from '../core/index.ts';
import { formatCountOf, formatNoun, formatTime } from './counts.ts';
import { missingText } from './coverage.ts';
import type {
  AcceptanceEntry,
  ClusterEntry,
  ExemplarEntry,
  GateEntry,
  OperationEntry,
  ReportDocument,
} from './document.ts';
import { pairLines } from './line-diff.ts';
import { fence, fitBlocks, mdCode, mdTable, mdText } from './markdown-parts.ts';
import { noiseStateText } from './noise.ts';
import { QUANTILES } from './operations.ts';
import { separatorText } from './separate.ts';
import { valueLines } from './value-lines.ts';
import {
  ACCEPTANCE_WORDS,
  acceptedText,
  BREACH_MEANING,
  CLASS_WORDS,
  COVERAGE_MEANING,
  contractLocation,
  countsText,
  gateName,
  limitText,
  NOISE_MEANING,
  noCauseText,
  observedText,
  operationPlace,
  quantileText,
  STATE_WORDS,
  VERDICT_MEANING,
} from './words.ts';

/** A CI summary takes 1 MiB, a pull request comment 64 kB and a person less; what does not fit is in report.json. */
const MOST_BYTES = 190_000;
const MOST_ROWS = 60;
const MOST_CAUSES = 40;

/** The report as Markdown, worst first, cut where it gets long and saying so. */
export function renderMarkdown(document: ReportDocument): string {
  return fitBlocks(
    [
      ...verdictBlocks(document),
      ...gateBlocks(document),
      ...notComparedBlocks(document),
      ...breachBlocks(document),
      ...coverageBlocks(document),
      ...noiseBlocks(document),
      ...acceptedBlocks(document),
      ...operationBlocks(document),
      ...causeBlocks(document),
      ...latencyBlocks(document),
      ...weightBlocks(document),
    ],
    MOST_BYTES,
  );
}

function verdictBlocks({ verdict, evidence, totals, warnings, contractFile, tool, generatedAt }: ReportDocument) {
  const { mark, word } = STATE_WORDS[verdict.verdict];
  const { binding, from, to } = evidence;
  const window = from === null ? 'none' : `${formatTime(from)} to ${formatTime(to)}`;
  return [
    `# ${mark} ${word.toUpperCase()}`,
    `**${mdText(verdict.summary)}** ${VERDICT_MEANING[verdict.verdict]}`,
    [
      `- Evidence: ${window}`,
      `- Candidate build: ${mdCode(binding.build)}`,
      `- Contract: ${mdCode(contractFile)} (${mdCode(binding.contract)}), rules ${mdCode(binding.rules)}`,
      `- Requests: ${formatCount(totals.eligible)} eligible, ${formatCount(totals.compared)} compared, ` +
        `${formatCount(totals.outcomes.uncompared)} not compared, ${formatCount(totals.inFlight)} in flight`,
      `- Made by paritygate ${mdText(tool.version)}, ${formatTime(generatedAt)}`,
    ].join('\n'),
    ...(warnings.length > 0 ? [warnings.map((warning) => `> **Warning:** ${mdText(warning)}`).join('\n>\n')] : []),
  ];
}

function gateBlocks({ gates }: ReportDocument): readonly string[] {
  const rows = gates.map((gate: GateEntry) => [
    `${STATE_WORDS[gate.state].mark} ${STATE_WORDS[gate.state].word}`,
    mdCode(gate.operationId),
    gateName(gate),
    observedText(gate),
    limitText(gate),
    mdText(gate.message),
  ]);
  const head = ['State', 'Operation', 'Gate', 'Observed', 'Limit', 'In words'];
  return ['## Gates', gates.length > 0 ? tableOf(head, rows) : 'Nothing was judged.'];
}

function notComparedBlocks({ notCompared, neverSeen, exempt, totals }: ReportDocument): readonly string[] {
  const rows = notCompared.map(({ reason, requests, why, operations }) => [
    mdCode(reason),
    formatCount(requests),
    why,
    mdText(countsText(operations)),
  ]);
  const seen = `${formatCountOf(totals.outcomes.uncompared, totals.eligible)} requests were not compared.`;
  return [
    '## Not compared, and why',
    seen,
    ...(rows.length > 0 ? [tableOf(['Reason', 'Requests', 'Why', 'Operations'], rows)] : []),
    ...(neverSeen.length > 0 ? [`Never requested: ${listOf(neverSeen.map(mdCode))}.`] : []),
    ...(exempt.length > 0
      ? [
          `Exempt:\n\n${exempt
            .slice(0, MOST_ROWS)
            .map((each) => `- ${mdCode(each.operationId)}: ${mdText(each.why)}`)
            .join('\n')}`,
        ]
      : []),
  ];
}

function breachBlocks({ breaches, contractFile }: ReportDocument): readonly string[] {
  if (breaches.length === 0) return [];
  const rows = breaches.map((each) => [
    mdText(each.title, 200),
    mdCode(contractLocation(each, contractFile)),
    formatCount(each.candidate),
    formatCount(each.both),
    formatCount(each.legacy),
  ]);
  const head = ['Breach', 'Place', 'Candidate alone', 'Both', 'Legacy alone'];
  return ['## Against the contract', BREACH_MEANING, tableOf(head, rows)];
}

function coverageBlocks({ coverage }: ReportDocument): readonly string[] {
  if (coverage.length === 0) return [];
  const rows = coverage.map((each) => [
    mdCode(each.operationId),
    formatCountOf(each.seen, each.points),
    mdText(missingText(each)),
  ]);
  return ['## Covered by the evidence', COVERAGE_MEANING, tableOf(['Operation', 'Seen and equal', 'Not seen'], rows)];
}

function noiseBlocks({ noise }: ReportDocument): readonly string[] {
  if (noise.length === 0) return [];
  const rows = noise.map((each) => [
    mdCode(each.operationId),
    mdCode(each.pointer),
    formatCountOf(each.legacy, each.probes),
    formatCountOf(each.candidate, each.probes),
    formatCount(each.candidateOnly),
    formatCount(each.legacyOnly),
    mdText(noiseStateText(each), 200),
  ]);
  const head = ['Operation', 'Place', 'Legacy against itself', 'Candidate', 'Candidate alone', 'Legacy alone', 'State'];
  return ['## What legacy disagrees with itself about', NOISE_MEANING, tableOf(head, rows)];
}

function acceptedBlocks({ acceptances }: ReportDocument): readonly string[] {
  if (acceptances.length === 0) return [];
  const rows = acceptances.map((each) => [
    mdCode(each.operationId),
    acceptedWhat(each),
    ACCEPTANCE_WORDS[each.state],
    acceptedText(each),
    mdText(each.owner),
    mdText(each.expires),
    mdText(each.ticket === null ? each.reason : `${each.reason} (${each.ticket})`),
  ]);
  return ['## Accepted', tableOf(['Operation', 'Cause', 'State', 'Accepted', 'Owner', 'Until', 'Why'], rows)];
}

function acceptedWhat({ cluster, fingerprint, pointer }: AcceptanceEntry): string {
  const what = cluster ?? fingerprint;
  const cause = what === null ? 'any value' : mdCode(what);
  return pointer === null ? cause : `${cause} at ${mdCode(pointer)}`;
}

function operationBlocks({ operations, totals }: ReportDocument): readonly string[] {
  const head = [
    'Operation',
    'Gates',
    'Eligible',
    'Equal',
    'Equivalent',
    'Accepted',
    'Noise',
    'Drift',
    'Flaky',
    'Different',
  ];
  const more = ['Candidate failed', 'Legacy failed', 'Not compared', 'In flight'];
  const rows = operations.map((operation) => [
    `${mdCode(operation.operationId)} ${mdText(operationPlace(operation))}`,
    operation.state === null ? 'not judged' : STATE_WORDS[operation.state].word,
    ...countsOf(operation.eligible, operation),
  ]);
  const sum = ['All', '', ...countsOf(totals.eligible, totals)];
  return ['## Operations', tableOf([...head, ...more], rows, sum)];
}

function countsOf(eligible: number, counted: Pick<OperationEntry, 'outcomes' | 'inFlight'>): readonly string[] {
  const { outcomes, inFlight } = counted;
  const { equal, equivalent, accepted, noise, drift, flaky, different, uncompared } = outcomes;
  const failed = [outcomes['candidate-error'], outcomes['legacy-error']];
  const all = [eligible, equal, equivalent, accepted, noise, drift, flaky, different, ...failed, uncompared, inFlight];
  return all.map(formatCount);
}

function causeBlocks({ clusters, contractFile, totals }: ReportDocument): readonly string[] {
  const rest = clusters.length - MOST_CAUSES;
  return [
    '## Causes',
    ...(clusters.length === 0 ? [noCauseText(totals)] : []),
    ...clusters.slice(0, MOST_CAUSES).map((cluster) => causeBlock(cluster, contractFile)),
    ...(rest > 0 ? [`${formatNoun(rest, 'more cause')} in report.json.`] : []),
  ];
}

function causeBlock(cluster: ClusterEntry, contractFile: string): string {
  const [exemplar] = cluster.exemplars;
  return [
    `### ${cluster.class}: ${mdText(cluster.title, 400)}${cluster.kind === 'noise' || cluster.kind === 'race' ? ` (${cluster.kind})` : ''}`,
    [
      `- ${formatCountOf(cluster.traffic.k, cluster.traffic.n)} exchanges: ${mdText(countsText(cluster.operations))}`,
      `- ${mdCode(contractLocation(cluster, contractFile))}, rule ${mdCode(cluster.rule)} (${CLASS_WORDS[cluster.class]}), ${mdCode(cluster.id)}`,
      ...(cluster.separator ? [`- Set apart by ${mdText(separatorText(cluster.separator))}`] : []),
    ].join('\n'),
    ...(exemplar ? [exemplarBlock(exemplar)] : []),
  ].join('\n\n');
}

function exemplarBlock(exemplar: ExemplarEntry): string {
  const { legacy, candidate } = exemplar.statuses;
  const where = `${mdCode(`${exemplar.method} ${exemplar.target}`)} at ${mdCode(exemplar.pointer || 'the whole response')}`;
  const sides = `- legacy, status ${legacy ?? 'none'}\n+ candidate, status ${candidate ?? 'none'}`;
  const text = exemplar.rendered ?? diffText(exemplar);
  return `${where}\n\n${fence(`${sides}\n${text}`, 'diff')}`;
}

function diffText({ legacy, candidate }: ExemplarEntry): string {
  const lines = pairLines(valueLines(legacy), valueLines(candidate)).flatMap((pair) =>
    pair.isSame
      ? [`  ${pair.candidate}`]
      : [
          ...(pair.legacy === null ? [] : [`- ${pair.legacy}`]),
          ...(pair.candidate === null ? [] : [`+ ${pair.candidate}`]),
        ],
  );
  return lines.join('\n');
}

function latencyBlocks({ operations }: ReportDocument): readonly string[] {
  const measured = operations.filter(({ latency }) => latency.legacy.n + latency.candidate.n > 0);
  const head = ['legacy', 'candidate'].flatMap((side) => [
    `${side} n`,
    ...QUANTILES.map(({ name }) => `${side} ${name}`),
  ]);
  const rows = measured.map(({ operationId, latency }) => [
    mdCode(operationId),
    ...[latency.legacy, latency.candidate].flatMap((side) => [
      formatCount(side.n),
      ...QUANTILES.map(({ name, minimum }) => quantileText(side[name], minimum)),
    ]),
  ]);
  return ['## Latency', measured.length > 0 ? tableOf(['Operation', ...head], rows) : 'No latency was measured.'];
}

function weightBlocks({ groups, marks }: ReportDocument): readonly string[] {
  if (groups.length + marks.length === 0) return [];
  const states = groups.map(({ name, flag, weight }) => [
    mdCode(name),
    mdCode(flag),
    weight === null ? 'unknown' : `${weight} %`,
  ]);
  const changes = marks.map(({ at, group, from, to, who }) => [
    formatTime(at),
    mdCode(group),
    `${from === null ? '' : `${from} % `}→ ${to} %`,
    mdText(who),
  ]);
  return [
    '## Weights',
    tableOf(['Group', 'Flag', 'Weight'], states),
    ...(changes.length > 0 ? [tableOf(['When', 'Group', 'Weight', 'Who'], changes)] : []),
  ];
}

/** A table of the first rows, and how many more there are. */
function tableOf(head: readonly string[], rows: readonly (readonly string[])[], sum?: readonly string[]): string {
  const shown = [...rows.slice(0, MOST_ROWS), ...(sum ? [sum] : [])];
  const rest = rows.length - MOST_ROWS;
  return mdTable(head, shown) + (rest > 0 ? `\n\n${formatNoun(rest, 'more row')} in report.json.` : '');
}

function listOf(names: readonly string[]): string {
  const rest = names.length - MOST_ROWS;
  return names.slice(0, MOST_ROWS).join(', ') + (rest > 0 ? ` and ${formatCount(rest)} more` : '');
}
