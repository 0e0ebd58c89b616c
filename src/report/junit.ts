import type { GateEntry, ReportDocument } from './document.ts';
import { type Markup, markup } from './markup.ts';
import { gateName } from './words.ts';

/**
 * JUnit XML: a suite for each operation, a case for each gate. JUnit knows no "not yet known", so inconclusive is
 * `skipped` with its sentence: most runners show that without stopping. The exit code of the gate is what stops.
 */
export function renderJunit(document: ReportDocument): string {
  const suites = [...Map.groupBy(document.gates, (gate) => gate.operationId)];
  const body =
    suites.length > 0
      ? suites.map(([operationId, gates]) => suiteElement(operationId, gates, document))
      : [emptySuite(document)];
  const counts = suites.length > 0 ? countsOf(document.gates) : { tests: 1, failures: 0, skipped: 1 };
  return markup`<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="paritygate" tests="${counts.tests}" failures="${counts.failures}" errors="0" skipped="${counts.skipped}">
${body}</testsuites>
`.markup;
}

function countsOf(gates: readonly GateEntry[]) {
  const failures = gates.filter(({ state }) => state === 'fail').length;
  const skipped = gates.filter(({ state }) => state === 'inconclusive' || state === 'exempt').length;
  return { tests: gates.length, failures, skipped };
}

function suiteElement(operationId: string, gates: readonly GateEntry[], document: ReportDocument): Markup {
  const { tests, failures, skipped } = countsOf(gates);
  return markup`<testsuite name="${operationId}" tests="${tests}" failures="${failures}" errors="0" skipped="${skipped}" timestamp="${timestampOf(document)}" time="0">
${suiteProperties(document)}${gates.map(caseElement)}</testsuite>
`;
}

/** A file without cases reads as "all is well" to most tools. */
function emptySuite(document: ReportDocument): Markup {
  return markup`<testsuite name="paritygate" tests="1" failures="0" errors="0" skipped="1" timestamp="${timestampOf(document)}" time="0">
${suiteProperties(document)}<testcase classname="paritygate" name="verdict" time="0"><skipped message="${document.verdict.summary}"/></testcase>
</testsuite>
`;
}

function suiteProperties({ verdict, evidence }: ReportDocument): Markup {
  return propertiesElement([
    ['verdict', verdict.verdict],
    ['contract', evidence.binding.contract],
    ['rules', evidence.binding.rules],
    ['build', evidence.binding.build],
  ]);
}

function caseElement(gate: GateEntry): Markup {
  return markup`<testcase classname="${gate.operationId}" name="${gateName(gate)}" time="0">
${caseProperties(gate)}${resultElement(gate)}<system-out>${gate.message}</system-out>
</testcase>
`;
}

function resultElement({ state, code, message }: GateEntry): Markup {
  if (state === 'pass') return markup``;
  if (state === 'fail')
    return markup`<failure type="${code}" message="${message}">${message}</failure>
`;
  return markup`<skipped message="${state === 'exempt' ? '' : 'inconclusive: '}${message}"/>
`;
}

function caseProperties({ state, code, value, limit, k, n, interval, needed, etaSeconds, latency }: GateEntry): Markup {
  const all: readonly (readonly [string, string | number | null | undefined])[] = [
    ['state', state],
    ['code', code],
    ['value', value],
    ['limit', limit],
    ['k', k],
    ['n', n],
    ['intervalLow', interval?.[0]],
    ['intervalHigh', interval?.[1]],
    ['needed', needed],
    ['etaSeconds', etaSeconds],
    ['quantile', latency?.quantile],
    ['baselineMs', latency?.baselineMs],
    ['boundMs', latency?.boundMs],
    ['candidateMs', latency?.candidateMs],
  ];
  return propertiesElement(all.flatMap(([name, known]) => (known == null ? [] : [[name, known] as const])));
}

function propertiesElement(properties: readonly (readonly [string, string | number])[]): Markup {
  const all = properties.map(([name, value]) => markup`<property name="${name}" value="${value}"/>`);
  return markup`<properties>${all}</properties>
`;
}

/** JUnit's timestamps have no zone; they are UTC. */
function timestampOf({ generatedAt }: ReportDocument): string {
  return generatedAt.slice(0, 19);
}
