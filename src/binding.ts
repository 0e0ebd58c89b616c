import type { Config } from './config/index.ts';
import type { Contract } from './contract/index.ts';
import { type EvidenceBinding, RULES_VERSION } from './core/index.ts';

/** What evidence made by this config is bound to. */
export function bindingOf(config: Config, contract: Contract): EvidenceBinding {
  return { contract: contract.digest, rules: RULES_VERSION, build: buildOf(config) };
}

/** Without a name for the build, its address is all there is to tell one candidate from another. */
function buildOf({ candidateBuild, backends, groups }: Config): string {
  if (candidateBuild !== 'unknown') return candidateBuild;
  const addresses = [backends, ...groups].flatMap(({ candidate }) =>
    candidate ? (candidate.socketPath ?? candidate.url.origin) : [],
  );
  return `unknown at ${[...new Set(addresses)].sort().join(', ') || 'no address'}`;
}
