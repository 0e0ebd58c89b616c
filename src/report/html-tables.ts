import { formatCount, formatShare, type Side } from '../core/index.ts';
import { formatCountOf, formatTime } from './counts.ts';
import { missingText } from './coverage.ts';
import type { OperationEntry, ReportDocument } from './document.ts';
import { numberCell, outcomeBar, scrollTable, stateBadge } from './html-parts.ts';
import { type Markup, markup } from './markup.ts';
import { noiseStateText } from './noise.ts';
import { QUANTILES } from './operations.ts';
import {
  ACCEPTANCE_WORDS,
  acceptedText,
  BREACH_MEANING,
  COVERAGE_MEANING,
  contractLocation,
  countsText,
  NOISE_MEANING,
  operationPlace,
  quantileText,
} from './words.ts';

export function notComparedSection({ notCompared, neverSeen, exempt, totals }: ReportDocument): Markup {
  const head = markup`<tr><th scope="col">Reason</th><th scope="col" class="num">Requests</th><th scope="col">Why</th><th scope="col">Operations</th></tr>`;
  const rows = notCompared.map(
    ({ reason, requests, why, operations }) =>
      markup`<tr><th scope="row" class="keep"><code>${reason}</code></th><td class="num">${formatCount(requests)}</td><td class="words">${why}</td><td class="words">${countsText(operations)}</td></tr>
`,
  );
  const caption = `${formatCountOf(totals.outcomes.uncompared, totals.eligible)} requests were not compared`;
  return markup`<section id="not-compared" aria-labelledby="not-compared-title">
<h2 id="not-compared-title">Not compared, and why</h2>
<p>What this report says nothing about.</p>
${rows.length > 0 ? scrollTable(caption, head, [markup`<tbody>${rows}</tbody>`]) : markup`<p>${totals.eligible === 0 ? 'No request arrived.' : 'Every request that arrived was compared, failed on one side, or is still on its way.'}</p>`}
<div class="lists">
${neverSeen.length > 0 ? markup`<div><h3>${formatCount(neverSeen.length)} in the contract, never requested</h3><ul>${neverSeen.map((id) => markup`<li><code>${id}</code></li>`)}</ul></div>` : undefined}
${exempt.length > 0 ? markup`<div><h3>${formatCount(exempt.length)} exempt from the gates</h3><ul class="plain">${exempt.map(({ operationId, why }) => markup`<li><code>${operationId}</code>: ${why}</li>`)}</ul></div>` : undefined}
</div></section>
`;
}

export function breachesSection({ breaches, contractFile }: ReportDocument): Markup | undefined {
  if (breaches.length === 0) return undefined;
  const head = markup`<tr><th scope="col">Breach</th><th scope="col">Place</th><th scope="col" class="num">Candidate alone</th><th scope="col" class="num">Both</th><th scope="col" class="num">Legacy alone</th></tr>`;
  const rows = breaches.map(
    (each) =>
      markup`<tr><th scope="row" class="words">${each.title}</th><td class="words"><code>${contractLocation(each, contractFile)}</code></td>${numberCell(each.candidate)}${numberCell(each.both)}${numberCell(each.legacy)}</tr>
`,
  );
  return markup`<section id="breaches" aria-labelledby="breaches-title">
<h2 id="breaches-title">Against the contract</h2>
<p>${BREACH_MEANING}</p>
${scrollTable('Checked pairs in which a side breaks the contract', head, [markup`<tbody>${rows}</tbody>`])}</section>
`;
}

export function coverageSection({ coverage }: ReportDocument): Markup | undefined {
  if (coverage.length === 0) return undefined;
  const head = markup`<tr><th scope="col">Operation</th><th scope="col" class="num">Seen and equal</th><th scope="col">Not seen</th></tr>`;
  const rows = coverage.map(
    (each) =>
      markup`<tr><th scope="row" class="name"><code>${each.operationId}</code></th><td class="num">${formatCountOf(each.seen, each.points)}</td><td class="words">${missingText(each)}</td></tr>
`,
  );
  return markup`<section id="coverage" aria-labelledby="coverage-title">
<h2 id="coverage-title">Covered by the evidence</h2>
<p>${COVERAGE_MEANING}</p>
${scrollTable('What the contract tells apart, by operation', head, [markup`<tbody>${rows}</tbody>`])}</section>
`;
}

export function noiseSection({ noise, contractFile }: ReportDocument): Markup | undefined {
  if (noise.length === 0) return undefined;
  const numbers = ['Legacy against itself', 'Candidate', 'Candidate alone', 'Legacy alone'];
  const head = markup`<tr><th scope="col">Operation</th><th scope="col">Place</th>${numbers.map((name) => markup`<th scope="col" class="num">${name}</th>`)}<th scope="col">State</th></tr>`;
  const rows = noise.map(
    (each) =>
      markup`<tr><th scope="row" class="name"><code>${each.operationId}</code></th><td class="words"><code title="${contractLocation(each, contractFile)}">${each.pointer}</code></td><td class="num">${formatCountOf(each.legacy, each.probes)}</td><td class="num">${formatCountOf(each.candidate, each.probes)}</td>${numberCell(each.candidateOnly)}${numberCell(each.legacyOnly)}<td class="words">${noiseStateText(each)}</td></tr>
`,
  );
  return markup`<section id="noise" aria-labelledby="noise-title">
<h2 id="noise-title">What legacy disagrees with itself about</h2>
<p>${NOISE_MEANING}</p>
${scrollTable('Requests for which legacy was asked twice', head, [markup`<tbody>${rows}</tbody>`])}</section>
`;
}

export function acceptedSection({ acceptances, clusters }: ReportDocument): Markup | undefined {
  if (acceptances.length === 0) return undefined;
  const shown = new Set(clusters.map(({ id }) => id));
  const names = ['Operation', 'Cause', 'State', 'Accepted', 'Owner', 'Until', 'Why'];
  const head = markup`<tr>${names.map((name) => markup`<th scope="col">${name}</th>`)}</tr>`;
  const rows = acceptances.map((each) => {
    const place = each.pointer === null ? '' : markup` at <code>${each.pointer}</code>`;
    const cause =
      each.cluster !== null && shown.has(each.cluster)
        ? markup`<a href="#${each.cluster}">${each.cluster}</a>${place}`
        : markup`<code>${each.fingerprint ?? 'any value'}</code>${place}`;
    const why = each.ticket === null ? each.reason : `${each.reason} (${each.ticket})`;
    return markup`<tr><th scope="row" class="name"><code>${each.operationId}</code></th><td class="keep">${cause}</td><td class="words">${ACCEPTANCE_WORDS[each.state]}</td><td class="words">${acceptedText(each)}</td><td>${each.owner}</td><td class="keep">${each.expires}</td><td class="words">${why}</td></tr>
`;
  });
  return markup`<section id="accepted" aria-labelledby="accepted-title">
<h2 id="accepted-title">Accepted</h2>
<p>Differences that are intended. An exchange agrees by them only where nothing else differs in it.</p>
${scrollTable('Each decision, and the different exchanges that it makes agree', head, [markup`<tbody>${rows}</tbody>`])}</section>
`;
}

export function operationsSection({ operations, totals }: ReportDocument): Markup {
  const names = COLUMNS.map(({ name }) => markup`<th scope="col" class="num">${name}</th>`);
  const head = markup`<tr><th scope="col">Operation</th><th scope="col">Gates</th><th scope="col" class="num">Eligible</th>${names}</tr>`;
  const sums = COLUMNS.map(({ of }) => numberCell(of(totals)));
  const foot = markup`<tfoot><tr><th scope="row" colspan="2">All, summing to eligible</th><td class="num">${formatCount(totals.eligible)}</td>${sums}</tr></tfoot>`;
  const body = markup`<tbody>${operations.map(operationRow)}</tbody>`;
  const caption = 'Every eligible request is in exactly one of the columns from Equal to In flight';
  const tables = [scrollTable(caption, head, [body, foot], 'dense'), sidesTable(operations)];
  return markup`<section id="operations" aria-labelledby="operations-title">
<h2 id="operations-title">Operations</h2>
${operations.length > 0 ? tables : markup`<p>No request was seen.</p>`}</section>
`;
}

type Counted = Pick<OperationEntry, 'outcomes' | 'inFlight'>;

const COLUMNS: readonly { readonly name: string; readonly of: (counted: Counted) => number }[] = [
  { name: 'Equal', of: ({ outcomes }) => outcomes.equal },
  { name: 'Equivalent', of: ({ outcomes }) => outcomes.equivalent },
  { name: 'Accepted', of: ({ outcomes }) => outcomes.accepted },
  { name: 'Noise', of: ({ outcomes }) => outcomes.noise },
  { name: 'Drift', of: ({ outcomes }) => outcomes.drift },
  { name: 'Flaky', of: ({ outcomes }) => outcomes.flaky },
  { name: 'Different', of: ({ outcomes }) => outcomes.different },
  { name: 'Candidate failed', of: ({ outcomes }) => outcomes['candidate-error'] },
  { name: 'Legacy failed', of: ({ outcomes }) => outcomes['legacy-error'] },
  { name: 'Not compared', of: ({ outcomes }) => outcomes.uncompared },
  { name: 'In flight', of: ({ inFlight }) => inFlight },
];

function operationRow(operation: OperationEntry): Markup {
  return markup`<tr><th scope="row" class="name"><code>${operation.operationId}</code><small>${operationPlace(operation)}</small>${outcomeBar(operation, 'thin')}</th>
<td>${stateBadge(operation.state)}</td>${numberCell(operation.eligible)}${COLUMNS.map(({ of }) => numberCell(of(operation)))}</tr>
`;
}

/** Who served, who failed and who keeps the contract: beside the differences, what each side does by itself. */
function sidesTable(operations: readonly OperationEntry[]): Markup {
  const names = ['Served', 'Errors', 'Breaks contract'].map((name, index) => {
    return markup`<th scope="col" class="num${index === 0 ? ' first' : ''}">${name}</th>`;
  });
  const head = markup`<tr><th scope="col" rowspan="2">Operation</th><th scope="colgroup" colspan="3" class="group">Legacy</th><th scope="colgroup" colspan="3" class="group">Candidate</th><th scope="col" rowspan="2" class="num first">Fell back to legacy</th></tr>
<tr>${names}${names}</tr>`;
  const rows = operations.map((operation) => {
    const cells = (['legacy', 'candidate'] as const).map((side) => sideCells(operation, side));
    return markup`<tr><th scope="row" class="name"><code>${operation.operationId}</code></th>${cells}${numberCell(operation.fallbacks, ' first')}</tr>
`;
  });
  return scrollTable('What each side did by itself', head, [markup`<tbody>${rows}</tbody>`], 'dense');
}

function sideCells({ served, errors, conformance }: OperationEntry, side: Side): readonly Markup[] {
  const { conforms, violates } = conformance[side];
  return [
    numberCell(served[side], ' first'),
    shareCell(errors[side].errors, errors[side].requests, 'not asked'),
    shareCell(violates, conforms + violates, 'not checked'),
  ];
}

function shareCell(k: number, n: number, none: string): Markup {
  if (n === 0) return markup`<td class="num zero">${none}</td>`;
  return markup`<td class="num${k === 0 ? ' zero' : ''}">${formatCount(k)} of ${formatCount(n)}</td>`;
}

export function latencySection({ operations }: ReportDocument): Markup {
  const names = QUANTILES.map(({ name }) => markup`<th scope="col" class="num">${name}</th>`);
  const head = markup`<tr><th scope="col" rowspan="2">Operation</th><th scope="colgroup" colspan="4" class="group">Legacy</th><th scope="colgroup" colspan="4" class="group">Candidate</th></tr>
<tr><th scope="col" class="num first">n</th>${names}<th scope="col" class="num first">n</th>${names}</tr>`;
  const rows = operations
    .filter(({ latency }) => latency.legacy.n + latency.candidate.n > 0)
    .map(
      ({ operationId, latency }) =>
        markup`<tr><th scope="row" class="name"><code>${operationId}</code></th>${quantileCells(latency.legacy)}${quantileCells(latency.candidate)}</tr>
`,
    );
  return markup`<section id="latency" aria-labelledby="latency-title">
<h2 id="latency-title">Latency</h2>
<p>From dispatch to the last byte. A quantile without the sample that supports it is not a number, and says so.</p>
${rows.length > 0 ? scrollTable('Latency by operation and side', head, [markup`<tbody>${rows}</tbody>`]) : markup`<p>No latency was measured.</p>`}</section>
`;
}

function quantileCells(latency: OperationEntry['latency']['legacy']): readonly Markup[] {
  const cells = QUANTILES.map(({ name, minimum }) => {
    const ms = latency[name];
    return markup`<td class="num${ms === null ? ' zero' : ''}">${quantileText(ms, minimum)}</td>`;
  });
  return [numberCell(latency.n, ' first'), ...cells];
}

export function weightsSection({ groups, marks }: ReportDocument): Markup {
  if (groups.length === 0 && marks.length === 0) return markup``;
  const groupRows = groups.map(
    ({ name, flag, weight, operations }) =>
      markup`<tr><th scope="row"><code>${name}</code></th><td><code>${flag}</code></td><td class="num">${weight === null ? 'unknown' : `${weight} %`}</td><td class="words">${operations.join(', ')}</td></tr>
`,
  );
  const markRows = marks.map(
    ({ at, group, from, to, who, reason }) =>
      markup`<tr><th scope="row">${formatTime(at)}</th><td><code>${group}</code></td><td class="num">${from === null ? '' : `${from} % `}→ ${to} %</td><td class="words">${who}</td><td class="words">${reason ?? ''}</td></tr>
`,
  );
  const groupHead = markup`<tr><th scope="col">Group</th><th scope="col">Flag</th><th scope="col" class="num">Weight</th><th scope="col">Operations</th></tr>`;
  const markHead = markup`<tr><th scope="col">When</th><th scope="col">Group</th><th scope="col" class="num">Weight</th><th scope="col">Who</th><th scope="col">Reason</th></tr>`;
  return markup`<section id="weights" aria-labelledby="weights-title">
<h2 id="weights-title">Weights</h2>
${groupRows.length > 0 ? scrollTable('Share of live requests that the candidate serves, by group', groupHead, [markup`<tbody>${groupRows}</tbody>`]) : undefined}
${markRows.length > 0 ? scrollTable('Changes of weight', markHead, [markup`<tbody>${markRows}</tbody>`]) : undefined}</section>
`;
}

/** The share of an outcome, with what it is a share of. */
export function shareCaption(k: number, n: number, noun: string): string {
  return n > 0 ? `${formatShare(k / n)} of ${formatCount(n)} ${noun}` : `of 0 ${noun}`;
}
