import { bindingOf } from '../app.ts';
import { type Config, loadAcceptances, loadConfig, resolveGroups } from '../config/index.ts';
import { type Contract, loadContract, type Operation } from '../contract/index.ts';
import {
  type BreachCount,
  type Cluster,
  type Evidence,
  type EvidenceBinding,
  ParitygateError,
  type RuleId,
  systemClock,
} from '../core/index.ts';
import {
  type AcceptanceUse,
  applyAcceptances,
  baselineRequestsOf,
  type GateScope,
  judgeNoise,
  type NoisePlace,
} from '../gate/index.ts';
import { findSpills, type Mark, openStore } from '../observations/index.ts';

/** An operation with the group it migrates in. */
export interface GroupedOperation {
  readonly operation: Operation;
  readonly group: string | undefined;
}

/** The config with all that the offline commands read. */
export interface Dossier {
  readonly config: Config;
  readonly contract: Contract;
  readonly operations: readonly GroupedOperation[];
  /** With what is accepted taken for agreement. */
  readonly evidence: Evidence;
  /** As it was recorded. */
  readonly recorded: Evidence;
  readonly uses: readonly AcceptanceUse[];
  readonly clusters: readonly Cluster[];
  readonly unclustered: number;
  /** What legacy disagrees with itself about. */
  readonly noise: readonly NoisePlace[];
  readonly breaches: readonly BreachCount[];
  /** Ids of the points of the contract that were covered, by operation. */
  readonly covered: ReadonlyMap<string, ReadonlySet<string>>;
  readonly marks: readonly Mark[];
  /** What a reader must know of this evidence. */
  readonly warnings: readonly string[];
}

/** Reads config, contract and store; the store is not written. */
export async function readDossier(configFile: string): Promise<Dossier> {
  const config = loadConfig(configFile);
  const contract = loadContract(config);
  const groups = resolveGroups(config, contract.operations);
  const operations = contract.operations.map((operation) => ({ operation, group: groups.get(operation.id) }));
  const binding = bindingOf(config, contract);
  const acceptances = loadAcceptances(
    config.accepted,
    contract.operations.map(({ id }) => id),
  );
  const unwritten = await unwrittenFiles(config.store.path);
  const store = openStore({ path: config.store.path, readOnly: true });
  try {
    const warnings = [
      ...unwritten,
      ...contract.warnings,
      ...staleness(binding, store.latestBinding()),
      ...neverMirrored({ config, operations }),
    ];
    const recorded = store.readEvidence(binding, baselineRequestsOf(config.gates));
    const clusters = store.readClusters(binding);
    const noise = judgeNoise(recorded, config.gates.parity.limit);
    return {
      config,
      contract,
      operations,
      recorded,
      noise,
      ...applyAcceptances(recorded, acceptances, { nowMs: systemClock.now(), ruleOf: rulesOf(clusters), noise }),
      clusters,
      unclustered: store.readUnclustered(binding),
      breaches: store.readBreaches(binding),
      covered: store.readCovered(binding),
      marks: store.readMarks(),
      warnings,
    };
  } finally {
    store.close();
  }
}

/** The rule of each cluster that is kept. */
export function rulesOf(clusters: readonly Cluster[]): (cluster: string) => RuleId | undefined {
  const rules = new Map<string, RuleId>(clusters.map(({ id, rule }) => [id, rule]));
  return (cluster) => rules.get(cluster);
}

/** Evidence that the store could not take when a proxy stopped is missing from what is read here. */
async function unwrittenFiles(storePath: string): Promise<readonly string[]> {
  const files = await findSpills(storePath).catch(() => []);
  if (files.length === 0) return [];
  return [
    `${files.length} files of observations that were not written wait beside the store; the next \`paritygate serve\` takes them in`,
  ];
}

/** Evidence is bound to what it was made with; what changed since is named, and the old evidence does not count. */
function staleness(now: EvidenceBinding, latest: EvidenceBinding | undefined): readonly string[] {
  if (!latest) return [];
  const changed = (['contract', 'rules', 'build'] as const).filter((part) => now[part] !== latest[part]);
  return changed.map(
    (part) =>
      `the last evidence was made with ${part} ${latest[part]}, and now it is ${now[part]}: evidence starts again`,
  );
}

/** A required operation whose method is not mirrored has no pairs and never will: said once, with what to do. */
function neverMirrored({ config, operations }: Pick<Dossier, 'config' | 'operations'>): readonly string[] {
  const required = scopeOf({ config, operations }).operations.map(({ id }) => id);
  const never = operations.filter(
    ({ operation: { id, method } }) =>
      required.includes(id) && !config.shadow.methods.includes(method) && !Object.hasOwn(config.gates.exempt, id),
  );
  if (never.length === 0) return [];
  const names = never.map(({ operation }) => operation.id).join(', ');
  return [
    `${names}: never mirrored, for only ${config.shadow.methods.join(', ')} are, so the gate stays inconclusive on them; list them under gates.exempt with what verifies them instead`,
  ];
}

/** What must pass: the operations of the groups, or of one group, or all where there are no groups. */
export function scopeOf({ config, operations }: Pick<Dossier, 'config' | 'operations'>, group?: string): GateScope {
  if (group !== undefined && !config.groups.some(({ name }) => name === group)) {
    throw unknownGroup(config, group);
  }
  const required = operations.filter((each) =>
    group === undefined ? config.groups.length === 0 || each.group !== undefined : each.group === group,
  );
  return {
    operations: required.map((each) => ({
      id: each.operation.id,
      ...(each.group === undefined ? {} : { group: each.group }),
    })),
  };
}

export function unknownGroup(config: Config, group: string): ParitygateError {
  const known = config.groups.map(({ name }) => name).join(', ') || 'none';
  return new ParitygateError('PG_GROUP_UNKNOWN', `there is no group ${JSON.stringify(group)}`, {
    at: { file: config.file },
    fix: `the groups of this config are: ${known}`,
  });
}
