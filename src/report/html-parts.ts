import { FINDING_CLASSES, formatCount, OUTCOMES, type Outcome } from '../core/index.ts';
import type { ClusterEntry, GateEntry, ReportDocument } from './document.ts';
import { type Child, type Markup, markup } from './markup.ts';
import { STATE_WORDS } from './words.ts';

type Counted = Pick<ReportDocument['totals'], 'outcomes' | 'inFlight'>;

/** A table that scrolls in its own box, by keyboard too (WCAG 2.1.1), so that the page never does. */
export function scrollTable(caption: string, head: Markup, rest: readonly Child[], className = ''): Markup {
  return markup`<div class="scroll ${className}" role="region" tabindex="0" aria-label="${caption}"><table>
<caption>${caption}</caption>
<thead>${head}</thead>
${rest}</table></div>
`;
}

export function stateBadge(state: GateEntry['state'] | null): Markup {
  if (state === null) return markup`<span class="soft">not judged</span>`;
  const { mark, word } = STATE_WORDS[state];
  return markup`<span class="state ${state}"><span aria-hidden="true">${mark}</span> ${word}</span>`;
}

export function classBadge(name: ClusterEntry['class']): Markup {
  const weight = FINDING_CLASSES.indexOf(name) === FINDING_CLASSES.length - 1 ? '✕ ' : '';
  return markup`<span class="class ${name}">${weight}${name}</span>`;
}

export function numberCell(count: number, className = ''): Markup {
  const dim = count === 0 ? ' zero' : '';
  return markup`<td class="num${dim}${className}">${formatCount(count)}</td>`;
}

/** The outcomes of requests as one bar; the numbers stand beside it, so it is hidden from screen readers. */
export function outcomeBar(counted: Counted, className: string): Markup {
  const parts = outcomeParts(counted);
  const total = parts.reduce((sum, [, count]) => sum + count, 0);
  if (total === 0) return markup``;
  const bars = parts.map(
    ([name, count]) => markup`<i class="o-${name}" style="width:${((count / total) * 100).toFixed(3)}%"></i>`,
  );
  return markup`<div class="mix ${className}" aria-hidden="true">${bars}</div>`;
}

/** What there is of each outcome, without the empty ones. */
export function outcomeParts({ outcomes, inFlight }: Counted): readonly (readonly [Outcome | 'in-flight', number])[] {
  const parts = OUTCOMES.map((outcome) => [outcome, outcomes[outcome]] as const);
  return [...parts, ['in-flight', inFlight] as const].filter(([, count]) => count > 0);
}
