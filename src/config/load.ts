import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { ParitygateError } from '../core/index.ts';
import type { Config } from './config.ts';
import { conflictsOf, listenConflictsOf } from './conflicts.ts';
import { type DocumentOptions, parseConfigDocument } from './document.ts';
import { normalizeSettings } from './normalize.ts';
import { errorOf } from './problems.ts';
import { configSchema } from './schema.ts';
import { problemsOf } from './validation.ts';

/** Reads `paritygate.yaml` into one frozen Config, or throws one error that names every problem of the file. */
export function loadConfig(file: string, env: NodeJS.ProcessEnv = process.env): Config {
  return parseConfig(readConfigText(file), { file, env });
}

/** The same from a text; `file` names it in errors, and its directory is what paths are relative to. */
export function parseConfig(text: string, options: DocumentOptions): Config {
  const document = parseConfigDocument(text, options);
  const parsed = configSchema.safeParse(document.value);
  if (!parsed.success) throw errorOf(problemsOf(parsed.error.issues, { document, schema: configSchema, least: LEAST }));
  const { file } = options;
  const config = normalizeSettings(parsed.data, {
    file,
    directory: dirname(resolve(file)),
    places: document.places.values,
  });
  const conflicts = conflictsOf(config);
  if (conflicts.length > 0) throw errorOf(conflicts);
  return deepFreeze(config);
}

const LEAST = '`contract:` and `backends: { legacy: ... }`';

/** Throws where the proxy could not listen, or would be its own backend. As middleware it does neither. */
export function assertListens(config: Config): void {
  const conflicts = listenConflictsOf(config);
  if (conflicts.length > 0) throw errorOf(conflicts);
}

/** The file as it stands, for whoever must parse it again just so. */
export function readConfigText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    // The cast is safe: node:fs throws errors with a code.
    const code = (cause as NodeJS.ErrnoException).code;
    const isAbsent = code === 'ENOENT' || code === 'ENOTDIR';
    throw new ParitygateError(
      'PG_CONFIG_MISSING',
      isAbsent ? 'there is no config file here' : `the config file cannot be read (${code})`,
      {
        at: { file },
        fix: isAbsent ? MISSING_FIX : 'name a readable YAML file with --config',
        cause,
      },
    );
  }
}

const MISSING_FIX = `create it with at least \`contract: openapi.yaml\` and \`backends: { legacy: "http://127.0.0.1:3000", candidate: "http://127.0.0.1:4000" }\`, or name another file with --config`;

function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  for (const inner of Object.values(value)) deepFreeze(inner);
  return Object.freeze(value);
}
