import { formatCount } from '../core/index.ts';
import { formatCountOf, formatNoun, formatTime, isoTime } from './counts.ts';
import type { ClusterEntry, ExemplarEntry, ReportDocument } from './document.ts';
import { classBadge } from './html-parts.ts';
import { type LinePair, pairLines } from './line-diff.ts';
import { type Markup, markup } from './markup.ts';
import { separatorText } from './separate.ts';
import { cut, visibleLine } from './text.ts';
import { valueLines } from './value-lines.ts';
import { CLASS_WORDS, contractLocation, countsText, noCauseText, OUTCOME_WORDS } from './words.ts';

const MOST_CAUSES = 200;
const MOST_RENDERED = 20_000;
const MOST_IN_LINE = 600;

export function causesSection({ clusters, contractFile, totals }: ReportDocument): Markup {
  const rest = clusters.length - MOST_CAUSES;
  return markup`<section id="causes" aria-labelledby="causes-title">
<h2 id="causes-title">Causes</h2>
<p>${clusters.length === 0 ? noCauseText(totals) : 'Differences that share a rule, a place in the contract and a change of type: one cause each, worst class first.'}</p>
${clusters.slice(0, MOST_CAUSES).map((cluster) => causeArticle(cluster, contractFile))}
${rest > 0 ? markup`<p>${formatNoun(rest, 'more cause')} in report.json.</p>` : undefined}</section>
`;
}

function causeArticle(cluster: ClusterEntry, contractFile: string): Markup {
  const outcomes = Object.entries(cluster.outcomes).map(
    ([outcome, count]) => `${wordFor(outcome)} ${formatCount(count)}`,
  );
  const { k, n } = cluster.traffic;
  return markup`<article class="cause ${cluster.class}" id="${cluster.id}">
<header>${classBadge(cluster.class)}<h3>${cut(cluster.title, 400)}${KIND_WORDS[cluster.kind]}</h3><code class="soft">${cluster.id}</code></header>
<dl class="facts">
<dt>Seen in</dt><dd>${formatCountOf(k, n)} exchanges; ${outcomes.join(', ')}</dd>
<dt>Operations</dt><dd>${countsText(cluster.operations)}</dd>
<dt>In the contract</dt><dd><code>${contractLocation(cluster, contractFile)}</code></dd>
${partsList(cluster)}${
  cluster.alwaysWith.length > 0
    ? markup`<dt>Always together with</dt><dd>${linksTo(cluster.alwaysWith)}</dd>
`
    : undefined
}${
  cluster.separator
    ? markup`<dt>Set apart by</dt><dd>${separatorText(cluster.separator)}</dd>
`
    : undefined
}<dt>Rule</dt><dd><code>${cluster.rule}</code>, ${CLASS_WORDS[cluster.class]}</dd>
<dt>Between</dt><dd>${formatTime(isoTime(cluster.firstSeenMs))} and ${formatTime(isoTime(cluster.lastSeenMs))}</dd>
</dl>
${cluster.exemplars.map(exemplarDetails)}</article>
`;
}

const KIND_WORDS = { cause: '', spelling: '', noise: ' (noise)', race: ' (race)' } as const;
const MOST_LINKS = 20;

function partsList({ parts }: ClusterEntry): Markup | undefined {
  if (parts.length === 0) return undefined;
  return markup`<dt>All of it</dt><dd><ul>${parts.slice(0, MOST_LINKS).map(({ id, title }) => markup`<li id="${id}">${cut(title, 400)} <code class="soft">${id}</code></li>`)}</ul></dd>
`;
}

function linksTo(ids: readonly string[]): readonly Markup[] {
  return ids.slice(0, MOST_LINKS).map((id) => markup`<a href="#${id}">${id}</a> `);
}

/** The store may hold outcomes that a later version wrote. */
function wordFor(outcome: string): string {
  return Object.entries(OUTCOME_WORDS).find(([name]) => name === outcome)?.[1] ?? outcome;
}

/** The first exemplar of each cause lies open: a cause without an example is hard to believe. */
function exemplarDetails(exemplar: ExemplarEntry, index: number): Markup {
  const request = visibleLine(`${exemplar.method} ${exemplar.target}`, 300);
  const rendered =
    exemplar.rendered === null
      ? undefined
      : markup`<details><summary>As text</summary><pre>${cut(exemplar.rendered, MOST_RENDERED)}</pre></details>`;
  return markup`<details${index === 0 ? markup` open` : undefined}><summary><code>${request}</code></summary>
${sidesTable(exemplar)}${rendered}</details>
`;
}

function sidesTable(exemplar: ExemplarEntry): Markup {
  const rows = pairLines(valueLines(exemplar.legacy), valueLines(exemplar.candidate)).map(lineRow);
  const where = exemplar.pointer === '' ? 'the whole response' : exemplar.pointer;
  const when = formatTime(isoTime(exemplar.at));
  return markup`<table class="sides"><caption>At <code>${visibleLine(where, 400)}</code>, ${when}, served by ${exemplar.served}</caption>
<thead><tr><th scope="col">legacy, ${statusText(exemplar.statuses.legacy)}</th><th scope="col">candidate, ${statusText(exemplar.statuses.candidate)}</th></tr></thead>
<tbody>${rows.length > 0 ? rows : markup`<tr>${absent()}${absent()}</tr>`}</tbody></table>`;
}

function statusText(status: number | null): string {
  return status === null ? 'no response' : `status ${status}`;
}

/** What differs is told by a sign and an underline besides its ground, and by words to a screen reader. */
function lineRow({ legacy, candidate, isSame }: LinePair): Markup {
  if (isSame)
    return markup`<tr><td>${plain(legacy)}</td><td>${plain(candidate)}</td></tr>
`;
  return markup`<tr>${side(legacy, { className: 'left', sign: '−', words: 'legacy only' })}${side(candidate, { className: 'right', sign: '+', words: 'candidate only' })}</tr>
`;
}

function plain(line: string | null): Markup {
  return markup`<span class="sign" aria-hidden="true"> </span>${cut(line ?? '', MOST_IN_LINE)}`;
}

interface SideLook {
  readonly className: string;
  readonly sign: string;
  readonly words: string;
}

function side(line: string | null, { className, sign, words }: SideLook): Markup {
  if (line === null) return absent();
  const text = line.trimStart();
  const indent = line.slice(0, line.length - text.length);
  return markup`<td class="${className}"><span class="sign" aria-hidden="true">${sign}</span><span class="sr">${words}: </span>${indent}<b>${cut(text, MOST_IN_LINE)}</b></td>`;
}

function absent(): Markup {
  return markup`<td class="none">absent</td>`;
}
