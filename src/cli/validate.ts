import { createApp } from '../app.ts';
import { loadAcceptances, loadConfig, resolveGroups } from '../config/index.ts';
import { loadContract } from '../contract/index.ts';
import { EXIT, type ExitCode, systemClock } from '../core/index.ts';
import { createFlagSource } from '../routing/index.ts';

interface ValidateOptions {
  readonly config: string;
  readonly json?: boolean;
}

/** Loads config, contract and flags as `serve` would, and says what it found. Opens no port and no store. */
export async function runValidate(options: Partial<ValidateOptions>): Promise<ExitCode> {
  const config = loadConfig(options.config ?? 'paritygate.yaml');
  // Reads the certificates and keys as well.
  createApp(config);
  const contract = loadContract(config);
  const groups = resolveGroups(config, contract.operations);
  const acceptances = loadAcceptances(
    config.accepted,
    contract.operations.map(({ id }) => id),
  );
  const warnings = [...contract.warnings];
  const flags = createFlagSource({
    file: config.flags.file,
    clock: systemClock,
    onWarning: (message) => warnings.push(message),
    pollMs: 0,
  });
  await flags.start();
  flags.assertFlags(config.groups.map(({ flag }) => flag));
  flags.stop();
  const found = {
    contract: contract.title,
    operations: contract.operations.length,
    grouped: groups.size,
    accepted: acceptances.length,
    warnings,
  };
  if (options.json) console.log(JSON.stringify(found, null, 2));
  else {
    for (const warning of warnings) console.error(`warning: ${warning}`);
    console.log(
      `${config.file} is valid: ${contract.title}, ${found.operations} operations, ${found.grouped} of them in groups${acceptances.length > 0 ? `, ${acceptances.length} differences accepted` : ''}`,
    );
  }
  return EXIT.pass;
}
