import { formatCount, formatMs, formatShare } from '../core/index.ts';
import { formatNoun } from './counts.ts';
import type { GateEntry, ReportDocument } from './document.ts';
import { scrollTable, stateBadge } from './html-parts.ts';
import { type Markup, markup } from './markup.ts';
import { cut } from './text.ts';
import { gateName } from './words.ts';

/** What does not pass lies open, what passes or is exempt is folded away; on paper all of it is printed. */
export function gatesSection({ gates }: ReportDocument): Markup {
  const open = gates.filter(({ state }) => state === 'fail' || state === 'inconclusive');
  return markup`<section id="gates" aria-labelledby="gates-title">
<h2 id="gates-title">Gates</h2>
<p>Each operation by each gate: the share of bad events against its limit. The scale shows the limit as a dashed line, the
observed value as a bar, and the 95 % interval around it.</p>
${open.length > 0 ? gateTable('Gates that do not pass, worst first', open) : markup`<p>${gates.length === 0 ? 'Nothing was judged.' : 'No gate fails, and none is undecided.'}</p>`}
${folded(gates, 'pass')}${folded(gates, 'exempt')}</section>
`;
}

const FOLDED = { pass: ['passes', 'pass'], exempt: ['is exempt', 'are exempt'] } as const;

function folded(gates: readonly GateEntry[], state: keyof typeof FOLDED): Markup {
  const some = gates.filter((gate) => gate.state === state);
  if (some.length === 0) return markup``;
  const caption = `${formatNoun(some.length, 'gate')} ${FOLDED[state][some.length === 1 ? 0 : 1]}`;
  return markup`<details><summary>${caption}</summary>${gateTable(caption, some)}</details>
`;
}

function gateTable(caption: string, gates: readonly GateEntry[]): Markup {
  const head = markup`<tr><th scope="col">State</th><th scope="col">Operation</th><th scope="col">Gate</th><th scope="col">Observed</th>
<th scope="col">Limit</th><th scope="col">Scale</th><th scope="col">In words</th></tr>`;
  return scrollTable(caption, head, [markup`<tbody>${gates.map(gateRow)}</tbody>`], 'gates');
}

function gateRow(gate: GateEntry): Markup {
  return markup`<tr><td>${stateBadge(gate.state)}</td><th scope="row" class="name"><code>${gate.operationId}</code></th>
<td>${gateName(gate)}</td>${observedCell(gate)}${limitCell(gate)}<td>${scaleOf(gate)}</td>
<td class="words">${cut(gate.message, 600)}</td></tr>
`;
}

function observedCell({ value, k, n }: GateEntry): Markup {
  const share = value === null ? '–' : formatShare(value);
  return markup`<td class="pair"><b>${share}</b><small>${formatCount(k)} of ${formatCount(n)}</small></td>`;
}

function limitCell({ limit, latency }: GateEntry): Markup {
  const bound = latency?.boundMs == null ? undefined : markup`<small>above ${formatMs(latency.boundMs)}</small>`;
  return markup`<td class="pair"><b>${limit === null ? '–' : formatShare(limit)}</b>${bound}</td>`;
}

/** A scale from 0 to a little beyond what it has to show. */
function scaleOf({ value, limit, interval, state }: GateEntry): Markup {
  if (value === null || limit === null || interval === null) return markup`<span class="soft">no data</span>`;
  const [low, high] = interval;
  const most = Math.max(limit, high) * 1.08 || 1;
  const at = (share: number): string => `${((share / most) * 100).toFixed(2)}%`;
  const words = `95 % interval ${formatShare(low)} to ${formatShare(high)}`;
  return markup`<span class="scale" title="${words}"><span class="sr">${words}</span><i class="span ${state}" style="left:${at(low)};width:${at(high - low)}"></i><i class="limit" style="left:${at(limit)}"></i><i class="value" style="left:${at(value)}"></i></span>`;
}
