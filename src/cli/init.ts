import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { stringify } from 'yaml';
import { loadContract, type Operation, vendorContract } from '../contract/index.ts';
import { EXIT, type ExitCode, messageOf, ParitygateError } from '../core/index.ts';
import { readSource, shownSource } from './contract-source.ts';

interface InitOptions {
  readonly legacy: string;
  readonly candidate: string;
  readonly json?: boolean;
}

const FILES = { config: 'paritygate.yaml', flags: 'flags.json' } as const;

/** Where the one file of a contract goes: to the second where the first is what people wrote. */
const CONTRACTS = ['contracts/openapi.yaml', 'contracts/openapi.vendored.yaml'] as const;

const WRITTEN_BY_INIT = '# Written by `paritygate init`';

/** Writes what a migration begins with, from its contract: one file of it, a config and flags. What is there stays. */
export async function runInit(options: Partial<InitOptions>, contract = ''): Promise<ExitCode> {
  const origins = {
    legacy: originOf('--legacy', options.legacy),
    candidate: originOf('--candidate', options.candidate),
  };
  const made = await vendor(contract);
  const written = made.text === undefined ? [] : [await write(made.file, made.text)];
  const { operations, warnings } = loadContract(made.file);
  const groups = groupsOf(operations);
  written.push(await writeNew(FILES.config, configText(made.file, groups, origins)));
  written.push(await writeNew(FILES.flags, flagsText(groups)));
  const told = { contract: made.file, operations: operations.length, files: written, sources: made.sources, warnings };
  if (options.json) console.log(JSON.stringify(told, null, 2));
  else {
    for (const warning of warnings) console.error(`warning: ${warning}`);
    for (const { file, isKept } of written)
      console.log(isKept ? `kept     ${file}, which was there` : `written  ${file}`);
    console.log(`${operations.length} operations in ${groups.length} groups, all served by legacy.`);
    console.log('next: look at the groups in paritygate.yaml, then `paritygate validate` and `paritygate serve`');
  }
  return EXIT.pass;
}

/** A URL of a backend, or an error that says what is missing. */
function originOf(option: string, url: string | undefined): string {
  if (url !== undefined && URL.parse(url)?.protocol.match(/^https?:$/)) return url;
  const message = url === undefined ? `${option} is missing` : `${option} ${url} is no http or https URL`;
  throw new ParitygateError('PG_USAGE', message, { fix: `say ${option} http://127.0.0.1:3000` });
}

interface Made {
  readonly file: string;
  /** Undefined where the contract can stay what and where it is. */
  readonly text: string | undefined;
  readonly sources: readonly string[];
}

/** A contract that is one file beside the config is used as it is; anything else is written down as one. */
async function vendor(contract: string): Promise<Made> {
  if (contract === '')
    throw new ParitygateError('PG_USAGE', 'no contract is named', { fix: 'say `paritygate init openapi.yaml`' });
  const url = /^https?:\/\//i.test(contract) ? new URL(contract).href : pathToFileURL(contract).href;
  const { root, sources } = await vendorContract(url, readSource, shownSource);
  const path = url.startsWith('file:') ? relative('', fileURLToPath(url)) : undefined;
  if (sources.length === 0 && path !== undefined && !path.startsWith('..'))
    return { file: path, text: undefined, sources };
  const from = [url, ...sources].map((source) => `#   ${shownSource(source)}\n`).join('');
  const head = `${WRITTEN_BY_INIT}, which follows all references once; nothing is fetched while serving. From:\n${from}# Run it again when these change.\n`;
  return { file: await findPlace(), text: `${head}${stringify(root, { aliasDuplicateObjects: false })}`, sources };
}

/** The source itself may stand where its one file would go. */
async function findPlace(): Promise<string> {
  for (const file of CONTRACTS) if (await mayBeReplaced(file)) return file;
  const all = CONTRACTS.join(' and ');
  throw new ParitygateError('PG_INIT_WRITE', `${all} are there, and were not written by \`paritygate init\``, {
    at: { file: CONTRACTS[1] },
    fix: 'give one of them another name',
  });
}

async function mayBeReplaced(file: string): Promise<boolean> {
  if (!existsSync(file)) return true;
  return (await readFile(file, 'utf8')).startsWith(WRITTEN_BY_INIT);
}

interface Written {
  readonly file: string;
  readonly isKept: boolean;
}

async function write(file: string, text: string, flag: 'w' | 'wx' = 'w'): Promise<Written> {
  try {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text, { flag });
    return { file, isKept: false };
  } catch (cause) {
    throw new ParitygateError('PG_INIT_WRITE', messageOf(cause), {
      at: { file },
      fix: 'make the file and its directory writable for this user',
      cause,
    });
  }
}

/** People write in these: what is there is never replaced. */
async function writeNew(file: string, text: string): Promise<Written> {
  return existsSync(file) ? { file, isKept: true } : write(file, text, 'wx');
}

interface Group {
  readonly name: string;
  /** The tag that all of its operations have, and no other; undefined where they are listed. */
  readonly tag: string | undefined;
  readonly operations: readonly string[];
}

/** One for each first tag. Each operation is in one, so that all of them can be migrated. */
function groupsOf(operations: readonly Operation[]): readonly Group[] {
  const isMany = operations.some(({ tags }) => tags.length > 1);
  const names = new Set<string>();
  return [...Map.groupBy(operations, ({ tags }) => tags[0])].map(([tag, own]) => ({
    name: freeName(tag ?? 'rest', names),
    tag: isMany ? undefined : tag,
    operations: own.map(({ id }) => id),
  }));
}

function freeName(tag: string, names: Set<string>): string {
  const plain = tag.replaceAll(/[^\w.-]+/g, '-').replace(/^[^A-Za-z0-9]+/, '') || 'group';
  let name = plain;
  for (let number = 2; names.has(name); number += 1) name = `${plain}-${number}`;
  names.add(name);
  return name;
}

function flagOf({ name }: Group): string {
  return `migrate.${name}`;
}

function configText(
  contract: string,
  groups: readonly Group[],
  { legacy, candidate }: { readonly legacy: string; readonly candidate: string },
): string {
  const entries = groups.map((group) => {
    const whose = group.tag === undefined ? { operations: group.operations } : { tags: [group.tag] };
    return [group.name, { ...whose, flag: flagOf(group) }];
  });
  const config = {
    contract,
    backends: { legacy, candidate },
    groups: Object.fromEntries(entries),
    flags: { file: FILES.flags },
  };
  return `# yaml-language-server: $schema=./node_modules/paritygate/schemas/paritygate.schema.json
${stringify(config)}# What keeps a client on one side; behind a load balancer name a header or a cookie.
stickiness: [ip]
`;
}

/** In Unleash's format, as it exports them: every group at 0 percent. */
function flagsText(groups: readonly Group[]): string {
  const features = groups.map((group) => ({
    name: flagOf(group),
    type: 'release',
    enabled: true,
    strategies: [
      { name: 'flexibleRollout', parameters: { rollout: '0', stickiness: 'default', groupId: flagOf(group) } },
    ],
  }));
  return `${JSON.stringify({ version: 2, features }, null, 2)}\n`;
}
