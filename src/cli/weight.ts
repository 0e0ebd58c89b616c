import { userInfo } from 'node:os';
import { type Config, loadConfig } from '../config/index.ts';
import { EXIT, type ExitCode, ParitygateError, systemClock } from '../core/index.ts';
import { openStore } from '../observations/index.ts';
import { setWeight, type WeightChange } from '../rollout/index.ts';
import { createFlagSource, parseFlags } from '../routing/index.ts';
import { unknownGroup } from './evidence.ts';

interface WeightOptions {
  readonly config: string;
  readonly expect?: string;
  readonly reason?: string;
  readonly json?: boolean;
}

/** Shows a group's weight, or changes it and records who did, when, from what and to what. */
export async function runWeight(options: Partial<WeightOptions>, groupName = '', percent?: string): Promise<ExitCode> {
  const config = loadConfig(options.config ?? 'paritygate.yaml');
  const group = config.groups.find(({ name }) => name === groupName);
  if (!group) throw unknownGroup(config, groupName);
  if (percent === undefined && options.expect !== undefined) throw withoutPercent(group.name);
  if (percent === undefined) return showWeight(config, group, options);
  const flip = await flipWeight(config, group, { ...options, percent });
  if (options.json) console.log(JSON.stringify({ ...flip.mark, flag: group.flag, recorded: flip.recorded }));
  else console.log(flip.sentence);
  return flip.recorded ? EXIT.pass : EXIT.couldNotRun;
}

/** A change that was made: its mark on the time line, and a sentence with before and after. */
export interface Flip {
  readonly mark: Mark;
  readonly recorded: boolean;
  readonly sentence: string;
}

interface FlipRequest {
  readonly percent: string;
  readonly expect?: string;
  readonly reason?: string;
}

/** Changes the weight and records it; prints nothing. */
export async function flipWeight(
  config: Config,
  group: { name: string; flag: string },
  request: FlipRequest,
): Promise<Flip> {
  const change = await setWeight({
    file: config.flags.file,
    flag: group.flag,
    percent: parsePercent(request.percent),
    expectedFrom: request.expect === undefined ? undefined : parsePercent(request.expect),
    validate: parseFlags,
  });
  const { from, to } = change;
  const mark = { at: systemClock.now(), group: group.name, from, to, who: whoAmI(), reason: request.reason };
  return { mark, recorded: recordMark(config, mark), sentence: describeChange(group.name, change, mark) };
}

function withoutPercent(group: string): ParitygateError {
  return new ParitygateError('PG_USAGE', '--expect is for a change, and no weight was given', {
    fix: `say \`weight ${group} <percent> --expect <present percent>\``,
  });
}

async function showWeight(
  config: Config,
  group: { name: string; flag: string },
  options: Partial<WeightOptions>,
): Promise<ExitCode> {
  const flags = createFlagSource({
    file: config.flags.file,
    clock: systemClock,
    onWarning: (message) => console.error(`warning: ${message}`),
    pollMs: 0,
  });
  await flags.start();
  flags.assertFlags([group.flag]);
  const weight = flags.weightOf(group.flag);
  flags.stop();
  if (options.json) console.log(JSON.stringify({ group: group.name, flag: group.flag, weight }));
  else console.log(`${group.name}: ${weight === null ? 'no single weight' : `${weight} %`} (flag ${group.flag})`);
  return EXIT.pass;
}

/** `10`, `0.5` or `10%`. */
function parsePercent(text: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*%?$/.exec(text.trim());
  if (match) return Number(match[1]);
  throw new ParitygateError('PG_WEIGHT_INVALID', `${JSON.stringify(text)} is not a weight`, {
    fix: 'give a percentage from 0 to 100, such as 10 or 0.5',
  });
}

function whoAmI(): string {
  return process.env['PARITYGATE_USER'] ?? process.env['SUDO_USER'] ?? userInfo().username;
}

type Mark = Parameters<ReturnType<typeof openStore>['recordMark']>[0];

/** The weight is already changed; a store that cannot take the note is told, not hidden, and undoes nothing. */
function recordMark(config: Config, mark: Mark): boolean {
  try {
    const store = openStore({ path: config.store.path });
    store.recordMark(mark);
    store.close();
    return true;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    console.error(`warning: the weight was changed, but the change could not be recorded: ${why}`);
    return false;
  }
}

function describeChange(group: string, { from, to, switched }: WeightChange, { who, at }: Mark): string {
  const note = switched ? ` (the flag was switched ${switched})` : '';
  return `${group}: ${from ?? 'mixed'} % → ${to} %${note}  by ${who} at ${new Date(at).toISOString()}`;
}
