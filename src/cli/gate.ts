import { EXIT, type ExitCode, type GateReason, type Verdict, type VerdictKind } from '../core/index.ts';
import { evaluateGate } from '../gate/index.ts';
import { readDossier, scopeOf } from './evidence.ts';
import { formatPercent, formatSeconds, formatTable, paint } from './terminal.ts';

interface GateOptions {
  readonly config: string;
  readonly json?: boolean;
}

/** Judges the stored evidence and prints every reason with value, limit, n and what is still needed. */
export async function runGate(options: Partial<GateOptions>, group?: string): Promise<ExitCode> {
  const dossier = await readDossier(options.config ?? 'paritygate.yaml');
  const verdict = evaluateGate(dossier.evidence, dossier.config.gates, scopeOf(dossier, group), dossier.uses);
  if (options.json)
    console.log(JSON.stringify({ formatVersion: '1.0', ...verdict, warnings: dossier.warnings }, null, 2));
  else {
    for (const warning of dossier.warnings) console.error(`warning: ${warning}`);
    console.log(describeVerdict(verdict));
  }
  return exitCodeOf(verdict.verdict);
}

export function exitCodeOf(verdict: VerdictKind): ExitCode {
  return { pass: EXIT.pass, fail: EXIT.fail, inconclusive: EXIT.inconclusive }[verdict];
}

const ORDER: readonly GateReason['state'][] = ['fail', 'inconclusive', 'exempt', 'pass'];

/** Worst first; the verdict last, where the eye ends. */
export function describeVerdict(verdict: Verdict): string {
  const color = paint(process.stdout);
  const reasons = verdict.reasons.toSorted((left, right) => ORDER.indexOf(left.state) - ORDER.indexOf(right.state));
  const table = formatTable([['', 'GATE', 'OPERATION', 'VALUE', 'LIMIT', 'N', 'NEEDED', 'ETA'], ...reasons.map(toRow)]);
  const worst = reasons.filter(({ state }) => state === 'fail').map(({ message }) => `  ${message}`);
  const stamp = { pass: color.green, fail: color.red, inconclusive: color.yellow }[verdict.verdict];
  return [table, '', ...worst, `${stamp(color.bold(`verdict ${verdict.verdict}`))}: ${verdict.summary}`].join('\n');
}

const MARKS: Readonly<Record<GateReason['state'], string>> = { pass: '✓', fail: '✗', inconclusive: '?', exempt: '-' };

function toRow(reason: GateReason): readonly string[] {
  const { gate, operationId, value, limit, n, needed, etaSeconds } = reason;
  const gateName = reason.latency ? `${gate} p${reason.latency.quantile * 100}` : gate;
  return [
    MARKS[reason.state],
    gateName,
    operationId,
    reason.n === 0 ? 'n/a' : formatPercent(value, 3),
    formatPercent(limit, 3),
    String(n),
    needed === null ? '' : String(needed),
    formatSeconds(etaSeconds),
  ];
}
