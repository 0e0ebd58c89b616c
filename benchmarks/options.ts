// The command line.
import { parseArgs } from 'node:util';
import { CONTENDERS } from './contenders.ts';

export const PARTS = ['matrix', 'operations', 'latency', 'hostile', 'memory', 'profile'] as const;
export type Part = (typeof PARTS)[number];

export interface Options {
  readonly quick: boolean;
  /** Only these parts; none given is the whole run, without the long `memory` and the `profile`. */
  readonly parts: ReadonlySet<Part>;
  /** Only these contenders; undefined for all. */
  readonly only: ReadonlySet<string> | undefined;
  /** Only hostile candidates whose name holds this. */
  readonly beside: string | undefined;
  readonly rounds: number | undefined;
  readonly seconds: number | undefined;
  readonly json: string | undefined;
}

export class UsageError extends Error {}

export const USAGE = `usage: npm run bench -- [options]
  --quick         the main cell only (2 KB, 32 connections, GET), in few and short rounds
  --matrix        only: all sizes, connections and methods
  --operations    only: a contract of 10 operations against one of 1,223
  --latency       only: added latency at a fixed rate of half of the capacity
  --hostile       only: live p99 beside a hostile candidate, against that without a shadow
  --memory        only: resident memory, with 10,000 idle connections, and over 2 million requests (minutes)
  --profile       only: a CPU profile of mirroring, and where each microsecond goes
  --beside TEXT   of the hostile candidates only those whose name holds this, as in \`--hostile --beside dead\`
  --rounds N      rounds in which every contender is measured once
  --seconds N     seconds of load for each contender in a round
  --only a,b      only these contenders: ${CONTENDERS.map(({ name }) => name).join(', ')}
  --json FILE     also write all samples to FILE`;

const FLAG = { type: 'boolean', default: false } as const;
const TEXT = { type: 'string' } as const;

export function parseOptions(args: readonly string[]): Options {
  const { values } = parse(args);
  return {
    quick: values.quick,
    parts: new Set(PARTS.filter((part) => values[part])),
    only: values.only === undefined ? undefined : parseNames(values.only),
    beside: values.beside,
    rounds: parseCount('rounds', values.rounds),
    seconds: parseCount('seconds', values.seconds),
    json: values.json,
  };
}

function parse(args: readonly string[]) {
  const parts = { matrix: FLAG, operations: FLAG, latency: FLAG, hostile: FLAG, memory: FLAG, profile: FLAG };
  const options = { quick: FLAG, ...parts, rounds: TEXT, seconds: TEXT, only: TEXT, beside: TEXT, json: TEXT };
  try {
    return parseArgs({ args: [...args], options });
  } catch (cause) {
    throw new UsageError(cause instanceof Error ? cause.message : String(cause));
  }
}

function parseNames(text: string): ReadonlySet<string> {
  const names = text.split(',');
  const unknown = names.find((name) => !CONTENDERS.some((contender) => contender.name === name));
  if (unknown !== undefined) throw new UsageError(`--only: there is no contender "${unknown}"`);
  return new Set(names);
}

function parseCount(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^[1-9]\d{0,3}$/.test(text))
    throw new UsageError(`--${name}: expected a whole number from 1 to 9999, got "${text}"`);
  return Number(text);
}
