import { formatCount } from '../core/index.ts';
import { formatTime } from './counts.ts';
import type { ReportDocument } from './document.ts';
import { causesSection } from './html-causes.ts';
import { gatesSection } from './html-gates.ts';
import { outcomeBar, outcomeParts } from './html-parts.ts';
import {
  acceptedSection,
  breachesSection,
  coverageSection,
  latencySection,
  noiseSection,
  notComparedSection,
  operationsSection,
  shareCaption,
  weightsSection,
} from './html-tables.ts';
import { type Markup, markup, trusted } from './markup.ts';
import { STYLE } from './style.ts';
import { OUTCOME_WORDS, STATE_WORDS, VERDICT_MEANING } from './words.ts';

/** The report as one HTML file: no script, no network, opens from disk; its only active part is its style sheet. */
export function renderHtml(document: ReportDocument): string {
  const { verdict } = document.verdict;
  return markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${STATE_WORDS[verdict].mark} ${verdict}: paritygate report</title>
<style>${trusted(STYLE)}</style>
</head>
<body>
${verdictStrip(document)}
<main>
${contents(document)}${warningsNote(document)}${overview(document)}
${gatesSection(document)}${notComparedSection(document)}${breachesSection(document)}${coverageSection(document)}${noiseSection(document)}${acceptedSection(document)}${operationsSection(document)}${causesSection(document)}${latencySection(document)}${weightsSection(document)}</main>
<footer><p>paritygate ${document.tool.version}, report format ${document.formatVersion}, ${formatTime(document.generatedAt)}. Every number stands in report.json;
this page is rendered from it and loads nothing.</p></footer>
<script type="application/json" id="paritygate-report">${trusted(embeddedSummary(document))}</script>
</body>
</html>
`.markup;
}

function verdictStrip({ verdict, evidence, contractFile, status }: ReportDocument): Markup {
  const { binding, from, to } = evidence;
  const facts: readonly (readonly [string, string])[] = [
    ['Evidence', from === null ? 'none' : `${formatTime(from)} to ${formatTime(to)}`],
    ['Candidate build', binding.build],
    ['Contract', `${contractFile} (${binding.contract})`],
    ['Rules', binding.rules],
    ...(status?.flags ? [['Flags', status.flags] as const] : []),
    ...(status?.store ? [['Store', status.store] as const] : []),
  ];
  return markup`<header class="strip ${verdict.verdict}"><div>
<div class="head"><span class="mark" aria-hidden="true">${STATE_WORDS[verdict.verdict].mark}</span><h1><b>${verdict.verdict}</b> ${VERDICT_MEANING[verdict.verdict]}</h1></div>
<p class="summary">${verdict.summary}</p>
<dl>${facts.map(([name, value]) => markup`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>
</div></header>`;
}

function contents({ gates, clusters, breaches, coverage, noise, operations }: ReportDocument): Markup {
  const links = [
    ['gates', `Gates (${formatCount(gates.length)})`],
    ['not-compared', 'Not compared'],
    ...(breaches.length > 0 ? [['breaches', 'Against the contract'] as const] : []),
    ...(coverage.length > 0 ? [['coverage', 'Covered'] as const] : []),
    ...(noise.length > 0 ? [['noise', 'Noise'] as const] : []),
    ['operations', `Operations (${formatCount(operations.length)})`],
    ['causes', `Causes (${formatCount(clusters.length)})`],
    ['latency', 'Latency'],
  ] as const;
  return markup`<nav aria-label="Contents"><ul>${links.map(([id, text]) => markup`<li><a href="#${id}">${text}</a></li>`)}</ul></nav>
`;
}

function warningsNote({ warnings }: ReportDocument): Markup {
  if (warnings.length === 0) return markup``;
  return markup`<aside class="note" aria-label="Warnings"><ul>${warnings.map((warning) => markup`<li><b>Warning:</b> ${warning}</li>`)}</ul></aside>
`;
}

function overview({ totals }: ReportDocument): Markup {
  const { eligible, outcomes, compared, inFlight } = totals;
  const differing = outcomes.different + outcomes.flaky;
  const failed = outcomes['candidate-error'] + outcomes['legacy-error'];
  const legend = outcomeParts(totals).map(([name, count]) => {
    const words = name === 'in-flight' ? 'in flight' : OUTCOME_WORDS[name];
    return markup`<li><i class="o-${name}" aria-hidden="true"></i><b>${formatCount(count)}</b> ${words}</li>`;
  });
  return markup`<dl class="tiles">
${tile('Eligible requests', eligible, 'each in exactly one outcome')}${tile('Compared', compared, shareCaption(compared, eligible, 'eligible'))}
${tile('Different or flaky', differing, shareCaption(differing, compared, 'compared'), differing > 0)}${tile('A side failed', failed, shareCaption(failed, eligible, 'eligible'), failed > 0)}
${tile('Not compared', outcomes.uncompared, shareCaption(outcomes.uncompared, eligible, 'eligible'))}${tile('In flight', inFlight, 'not yet in an outcome')}</dl>
${outcomeBar(totals, '')}<ul class="legend">${legend}</ul>
`;
}

function tile(name: string, count: number, caption: string, isBad = false): Markup {
  return markup`<div${isBad ? markup` class="fail"` : undefined}><dt>${name}</dt><dd>${formatCount(count)}</dd><dd>${caption}</dd></div>`;
}

/** For tools that have only the page. `<` is escaped, so that no value can end the element it stands in. */
function embeddedSummary({
  formatVersion,
  tool,
  generatedAt,
  verdict,
  evidence,
  totals,
  gates,
}: ReportDocument): string {
  const states = Object.fromEntries(
    Object.keys(STATE_WORDS).map((state) => [state, gates.filter((gate) => gate.state === state).length]),
  );
  const summary = { formatVersion, tool, generatedAt, verdict, evidence, totals, gates: states };
  return JSON.stringify(summary).replace(/[<>&\p{Cc}\p{Cf}\p{Zl}\p{Zp}\u{fffe}\u{ffff}]/gu, escapeUnits);
}

/** JSON escapes are of UTF-16 units. */
function escapeUnits(character: string): string {
  return character
    .split('')
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('');
}
