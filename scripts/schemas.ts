// Writes the published JSON Schemas from the zod schemas that the code itself uses. `--check` writes nothing and fails
// when a file is not what it would be.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { reportJsonSchema } from '../src/report/index.ts';

const ROOT = new URL('../', import.meta.url);
const CONFIG = new URL('src/config/index.ts', ROOT);

async function configJsonSchema(): Promise<object | undefined> {
  if (!existsSync(CONFIG)) return undefined;
  const config: Readonly<Record<string, unknown>> = await import(CONFIG.href);
  const schema = config['configSchema'];
  if (!(schema instanceof z.ZodType)) return undefined;
  const title = 'paritygate.yaml';
  return { $id: 'urn:paritygate:config:1', title, ...z.toJSONSchema(schema, { io: 'input' }) };
}

function textOf(schema: object): string {
  return `${JSON.stringify(schema, null, 2)}\n`;
}

function isCurrent(file: URL, text: string): boolean {
  return existsSync(file) && readFileSync(file, 'utf8') === text;
}

const schemas = [
  ['schemas/report.v1.schema.json', reportJsonSchema()],
  ['schemas/paritygate.schema.json', await configJsonSchema()],
] as const;

for (const [name, schema] of schemas) {
  if (schema === undefined) continue;
  const file = new URL(name, ROOT);
  if (isCurrent(file, textOf(schema))) continue;
  if (process.argv.includes('--check')) {
    console.error(`${name} is not current: run \`npm run schemas\``);
    process.exitCode = 1;
  } else {
    writeFileSync(file, textOf(schema));
    console.log(`wrote ${fileURLToPath(file)}`);
  }
}
