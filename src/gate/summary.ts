import { formatCount, type GateReason, type Verdict, type VerdictKind } from '../core/index.ts';

const NAMES_SHOWN = 3;

/** Any fail fails, then anything unknown is inconclusive; and where nothing was judged, nothing was shown. */
export function conclude(reasons: readonly GateReason[]): Verdict {
  const judged = reasons.filter((reason) => reason.state !== 'exempt');
  const verdict = worstOf(judged);
  return { verdict, summary: summarize(verdict, reasons), reasons };
}

function worstOf(judged: readonly GateReason[]): VerdictKind {
  if (judged.some((reason) => reason.state === 'fail')) return 'fail';
  return judged.length > 0 && judged.every((reason) => reason.state === 'pass') ? 'pass' : 'inconclusive';
}

function summarize(verdict: VerdictKind, reasons: readonly GateReason[]): string {
  const exempt = operationsIn(reasons, 'exempt');
  const judged = new Set(reasons.filter(({ state }) => state !== 'exempt').map(({ operationId }) => operationId));
  const aside = exempt.length > 0 ? `; ${countOf(exempt.length, 'operation')} exempt` : '';
  if (judged.size === 0) return `Nothing was judged: no operation is in scope${aside}.`;
  const all = countOf(judged.size, 'operation');
  const concerned = operationsIn(reasons, verdict);
  const share = `${formatCount(concerned.length)} of ${all}`;
  if (verdict === 'pass') return `Every gate is passed by ${judged.size === 1 ? 'the' : 'all'} ${all} judged${aside}.`;
  if (verdict === 'fail') return `A gate fails on ${share}: ${listNames(concerned)}${aside}.`;
  return `Nothing fails, but ${share} cannot pass yet on what was seen: ${listNames(concerned)}${aside}.`;
}

function operationsIn(reasons: readonly GateReason[], state: GateReason['state']): readonly string[] {
  return [...new Set(reasons.filter((reason) => reason.state === state).map((reason) => reason.operationId))];
}

function listNames(names: readonly string[]): string {
  const rest = names.length - NAMES_SHOWN;
  return names.slice(0, NAMES_SHOWN).join(', ') + (rest > 0 ? ` and ${formatCount(rest)} more` : '');
}

function countOf(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? '' : 's'}`;
}
