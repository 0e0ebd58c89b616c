import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, relative } from 'node:path';
import { type NewAcceptance, parseAcceptances, withAcceptances } from '../config/index.ts';
import { type Acceptance, EXIT, type ExitCode, messageOf, ParitygateError, systemClock } from '../core/index.ts';
import { applyAcceptances } from '../gate/index.ts';
import { replaceFile } from '../rollout/index.ts';
import { type Difference, findDifferences } from './differences.ts';
import { type Dossier, readDossier, rulesOf } from './evidence.ts';

interface DiffAcceptOptions {
  readonly config: string;
  readonly owner: string;
  readonly reason: string;
  readonly expires: string;
  readonly ticket?: string;
  readonly ceiling?: string;
  readonly pointer?: string;
  readonly json?: boolean;
}

/** Writes that a difference is intended, for each operation that shows it; what is accepted already is renewed. */
export async function runDiffAccept(options: Partial<DiffAcceptOptions>, id = ''): Promise<ExitCode> {
  const decided = decisionOf(options);
  const dossier = await readDossier(options.config ?? 'paritygate.yaml');
  const differences = chosen(findDifferences(dossier, id), options.pointer);
  const before = await readIfThere(dossier.config.accepted);
  const text = withAcceptances(
    before,
    differences.map((difference) => entryOf(difference, decided, dossier)),
  );
  const effect = effectOf(dossier, text, differences);
  await write(dossier.config.accepted, { before, text });
  if (options.json) console.log(JSON.stringify({ file: dossier.config.accepted, accepted: effect }));
  else
    for (const { operation, fingerprint, pointer, accepted, shown } of effect)
      console.log(
        `${operation} ${fingerprint}${pointer === undefined ? '' : ` at ${pointer}`}: accepted until ${decided.expires}, ${accepted} of ${shown} different exchanges with it now agree`,
      );
  if (!options.json) console.log(`written to ${relative('', dossier.config.accepted)}; have it reviewed`);
  return EXIT.pass;
}

type Chosen = Pick<NewAcceptance, 'operation' | 'fingerprint' | 'pointer'>;

/** Each fingerprint once, wherever it stands; or only at this pointer. */
function chosen(differences: readonly Difference[], pointer: string | undefined): readonly Chosen[] {
  const at = differences.filter((difference) => pointer === undefined || difference.pointer === pointer);
  if (at.length === 0) throw notThere(differences, pointer);
  return at
    .filter(({ operation, fingerprint }, index) => index === at.findIndex(isSame(operation, fingerprint)))
    .map(({ operation, fingerprint }) => ({ operation, fingerprint, pointer }));
}

function isSame(operation: string, fingerprint: string): (other: Difference) => boolean {
  return (other) => other.operation === operation && other.fingerprint === fingerprint;
}

function notThere(differences: readonly Difference[], pointer: string | undefined): ParitygateError {
  const pointers = new Set(differences.flatMap((difference) => difference.pointer ?? []));
  return new ParitygateError('PG_USAGE', `it was not seen at --pointer ${pointer}`, {
    fix: `it was seen at ${[...pointers].join(', ')}; leave --pointer out to accept it wherever it stands`,
  });
}

type Decision = Pick<NewAcceptance, 'owner' | 'reason' | 'expires' | 'ticket' | 'ceiling'>;

function decisionOf({ owner, reason, expires = '90d', ticket, ceiling }: Partial<DiffAcceptOptions>): Decision {
  if (!owner?.trim()) throw missing('--owner', 'who answers for it');
  if (!reason?.trim()) throw missing('--reason', 'why the difference is intended');
  return { owner, reason, expires: lastDayOf(expires), ticket, ceiling: ceilingOf(ceiling) };
}

function missing(option: string, what: string): ParitygateError {
  return new ParitygateError('PG_USAGE', `${option} is missing: nothing is accepted without it`, {
    fix: `say ${option} "<${what}>"`,
  });
}

const DAY_MS = 86_400_000;
const MAX_DAYS = 366;

/** `2027-03-31`, or `90d` from now. */
function lastDayOf(expires: string): string {
  const days = /^(\d{1,4})d$/.exec(expires)?.[1];
  const day = days === undefined ? expires : isoDay(systemClock.now() + Number(days) * DAY_MS);
  const leftMs = Date.parse(day) + DAY_MS - systemClock.now();
  // Not the 30th of February, which Date takes for the 2nd of March.
  if (leftMs > 0 && leftMs <= (MAX_DAYS + 1) * DAY_MS && isoDay(Date.parse(day)) === day) return day;
  throw new ParitygateError('PG_USAGE', `--expires ${expires} is no day from today on within a year`, {
    fix: 'say --expires 90d, or the last day on which it holds, such as --expires 2027-03-31',
  });
}

function isoDay(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}

/** The file is held to the same. */
function ceilingOf(ceiling: string | undefined): string | undefined {
  const percent = Number(/^(\d+(?:\.\d+)?)%$/.exec(ceiling ?? '')?.[1]);
  if (ceiling === undefined || (percent > 0 && percent <= 50)) return ceiling;
  throw new ParitygateError('PG_USAGE', `--ceiling ${ceiling} is no percentage above 0% and up to 50%`, {
    fix: 'say for example --ceiling 1%, or leave it out where any number of pairs may show it',
  });
}

function entryOf({ operation, fingerprint, pointer }: Chosen, decision: Decision, dossier: Dossier): NewAcceptance {
  return { operation, fingerprint, pointer, ...decision, contract: dossier.evidence.binding.contract };
}

interface Effect extends Chosen {
  readonly shown: number;
  readonly accepted: number;
}

/** Throws where the file would not hold, before it is written. */
function effectOf(dossier: Dossier, text: string, decided: readonly Chosen[]): readonly Effect[] {
  const { config, contract, recorded, clusters, noise } = dossier;
  const operations = contract.operations.map(({ id }) => id);
  const acceptances = parseAcceptances(text, { file: config.accepted, operations });
  const { uses } = applyAcceptances(recorded, acceptances, {
    nowMs: systemClock.now(),
    ruleOf: rulesOf(clusters),
    noise,
  });
  return decided.map((each) => {
    const use = uses.find(({ acceptance }) => isTheSame(acceptance, each));
    if (use?.state === 'too-broad') throw tooBroad(each.fingerprint);
    return { ...each, shown: use?.shown ?? 0, accepted: use?.accepted ?? 0 };
  });
}

function isTheSame({ operation, fingerprint, pointer }: Acceptance, each: Chosen): boolean {
  return operation === each.operation && fingerprint === each.fingerprint && pointer === each.pointer;
}

function tooBroad(fingerprint: string): ParitygateError {
  return new ParitygateError(
    'PG_USAGE',
    `${fingerprint} is about bodies that nobody took apart: whatever they hold would be accepted`,
    {
      fix: 'say with --ceiling how many of the pairs may show it, such as --ceiling 1%',
    },
  );
}

async function write(
  file: string,
  { before, text }: { readonly before: string | undefined; readonly text: string },
): Promise<void> {
  try {
    if (before === undefined) {
      await mkdir(dirname(file), { recursive: true });
      return await writeFile(file, text, { flag: 'wx' });
    }
    await replaceFile({ file, text, confirm: () => assertUntouched(file, before) });
  } catch (cause) {
    if (cause instanceof ParitygateError) throw cause;
    throw new ParitygateError('PG_ACCEPTED_WRITE', `nothing was accepted: ${messageOf(cause)}`, {
      cause,
      at: { file },
      fix: 'make the file and its directory writable for this user',
    });
  }
}

async function assertUntouched(file: string, before: string): Promise<void> {
  if ((await readFile(file, 'utf8')) === before) return;
  throw new ParitygateError('PG_ACCEPTED_WRITE', 'the file was changed in the meantime; nothing was written', {
    at: { file },
    fix: 'look at it and try again',
  });
}

async function readIfThere(file: string): Promise<string | undefined> {
  // Whatever else is wrong with it was told when the evidence was read.
  return readFile(file, 'utf8').catch(() => undefined);
}
