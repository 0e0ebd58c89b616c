import { mkdirSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { stringify } from 'yaml';
import type { Contract, PatchAction } from '../contract/index.ts';
import { EXIT, type ExitCode, lastDayOf, ParitygateError, systemClock } from '../core/index.ts';
import { type AcceptanceUse, evaluateGate, type NoisePlace } from '../gate/index.ts';
import { renderExemplars } from '../render.ts';
import {
  type AcceptanceEntry,
  contractPatch,
  createReport,
  type ReportDocument,
  renderHtml,
  renderJunit,
  renderMarkdown,
  rulesDraft,
} from '../report/index.ts';
import { createFlagSource } from '../routing/index.ts';
import { readVersion } from '../version.ts';
import { type Dossier, readDossier, scopeOf } from './evidence.ts';

interface ReportOptions {
  readonly config: string;
  readonly output?: string;
  readonly json?: boolean;
}

/** Judges the stored evidence and writes it down in four formats. */
export async function runReport(options: Partial<ReportOptions>): Promise<ExitCode> {
  const { document, directory } = await writeReport(options);
  for (const warning of document.warnings) console.error(`warning: ${warning}`);
  const { verdict, summary } = document.verdict;
  if (options.json) console.log(JSON.stringify({ directory, verdict, summary, clusters: document.clusters.length }));
  else console.log(`verdict ${verdict}: ${summary}\nreport: ${relative('', join(directory, 'report.html'))}`);
  return EXIT.pass;
}

export async function writeReport(
  options: Partial<ReportOptions>,
): Promise<{ readonly document: ReportDocument; readonly directory: string }> {
  const dossier = await readDossier(options.config ?? 'paritygate.yaml');
  const nowMs = systemClock.now();
  const document = await documentOf(dossier, nowMs);
  const directory = options.output ?? claimDirectory(dossier.config.reports, timestamp(nowMs));
  writeFiles(directory, {
    'report.json': `${JSON.stringify(document, null, 2)}\n`,
    'report.md': renderMarkdown(document),
    'report.html': renderHtml(document),
    'junit.xml': renderJunit(document),
    ...overlayFiles(document),
  });
  return { document, directory };
}

/** Only where there is something to propose. */
function overlayFiles({ breaches, noise, contractFile }: ReportDocument): Readonly<Record<string, string>> {
  const overlays = {
    'contract.patch.yaml': contractPatch(breaches, contractFile),
    'rules.draft.yaml': rulesDraft(noise, contractFile),
  };
  return Object.fromEntries(
    Object.entries(overlays).flatMap(([file, overlay]) => (overlay ? [[file, stringify(overlay)]] : [])),
  );
}

/** Of a value in a body; what is in a header the contract says elsewhere. */
function draftOf(contract: Contract, { rule, place }: NoisePlace): readonly PatchAction[] | undefined {
  return rule === 'value-changed' ? contract.proposeVolatile(place) : undefined;
}

function copyOf(actions: readonly PatchAction[] | undefined): PatchAction[] | null {
  return actions ? [...actions] : null;
}

async function documentOf(dossier: Dossier, nowMs: number): Promise<ReportDocument> {
  const { config, contract, evidence, clusters, operations, marks, unclustered } = dossier;
  const lost =
    unclustered === 0 ? [] : [`${unclustered} findings belong to causes beyond the bound that is kept for each window`];
  return createReport({
    evidence,
    verdict: evaluateGate(evidence, config.gates, scopeOf(dossier), dossier.uses),
    clusters,
    acceptances: dossier.uses.map((use) => acceptanceEntryOf(use, dossier)),
    breaches: dossier.breaches.map((breach) => ({ ...breach, patch: copyOf(contract.proposePatch(breach)) })),
    noise: dossier.noise.map((place) => ({ ...place, draft: copyOf(draftOf(contract, place)) })),
    coverage: operations.map(({ operation }) => ({
      operationId: operation.id,
      points: contract.points(operation),
      covered: [...(dossier.covered.get(operation.id) ?? [])],
    })),
    operations: operations.map(({ operation: { id, method, path }, group }) => ({ id, method, path, group })),
    marks,
    groups: await groupsOf(dossier),
    generatedAtMs: nowMs,
    version: readVersion(),
    lineOf: (place) => contract.lineOf(place),
    contractFile: relative('', contract.file),
    rendered: await renderExemplars(clusters),
    warnings: [...dossier.warnings, ...lost],
  });
}

function acceptanceEntryOf({ acceptance, ...use }: AcceptanceUse, { recorded }: Dossier): AcceptanceEntry {
  const { operation: operationId, owner, reason, ticket = null, ceiling = null } = acceptance;
  const seen = recorded.operations.find((operation) => operation.operationId === operationId);
  const { fingerprint = null, pointer = null } = acceptance;
  const cluster = (fingerprint !== null && seen?.clusterOf[fingerprint]) || null;
  return {
    operationId,
    fingerprint,
    pointer,
    cluster,
    owner,
    reason,
    ticket,
    expires: lastDayOf(acceptance),
    ceiling,
    ...use,
  };
}

async function groupsOf({ config, operations }: Dossier): Promise<ReportDocument['groups']> {
  const weights = await readWeights(config.flags.file);
  return config.groups.map(({ name, flag }) => ({
    name,
    flag,
    weight: weights(flag),
    operations: operations.filter(({ group }) => group === name).map(({ operation }) => operation.id),
  }));
}

/** The weights in force; a report is about the past, so flags that cannot be read leave a gap and not a failure. */
async function readWeights(file: string): Promise<(flag: string) => number | null> {
  const flags = createFlagSource({ file, clock: systemClock, onWarning: () => {}, pollMs: 0 });
  try {
    await flags.start();
    return (flag) => flags.weightOf(flag);
  } catch {
    return () => null;
  } finally {
    flags.stop();
  }
}

/** Sorts by time, and is a legal file name everywhere. */
function timestamp(nowMs: number): string {
  return new Date(nowMs)
    .toISOString()
    .replace(/\.\d+Z$/, 'Z')
    .replaceAll(':', '-');
}

/** A directory of one's own, also for two reports in one second. */
function claimDirectory(parent: string, name: string): string {
  try {
    mkdirSync(parent, { recursive: true });
  } catch (cause) {
    throw unwritable(parent, cause);
  }
  for (let turn = 1; ; turn += 1) {
    const directory = join(parent, turn === 1 ? name : `${name}-${turn}`);
    try {
      mkdirSync(directory);
      return directory;
    } catch (cause) {
      if (!(cause instanceof Error && 'code' in cause && cause.code === 'EEXIST')) throw unwritable(directory, cause);
    }
  }
}

function writeFiles(directory: string, files: Readonly<Record<string, string>>): void {
  try {
    mkdirSync(directory, { recursive: true });
    for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), text);
  } catch (cause) {
    throw unwritable(directory, cause);
  }
}

function unwritable(directory: string, cause: unknown): ParitygateError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new ParitygateError('PG_REPORT_WRITE', `the report could not be written: ${why}`, {
    cause,
    at: { file: directory },
    fix: 'give another directory with --output',
  });
}
