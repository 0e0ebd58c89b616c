import { type ParseArgsOptionsConfig, parseArgs } from 'node:util';
import { ParitygateError } from '../core/index.ts';
import { DRIFTS, type DriftId, isDriftId, type Planted, plantAllBut, plantNone } from './drifts.ts';

/** How a demo backend is started; the same for both. */
export interface BackendOptions {
  /** 0 takes a free one. */
  readonly port: number;
  readonly seed: number;
  readonly planted: Planted;
}

/** `--port N --seed N [--without DRIFT]... [--no-drifts]` */
export function parseBackendOptions(args: readonly string[]): BackendOptions {
  const values = parseFlags(args);
  return {
    port: parseNumber('--port', values.port, 65_535),
    seed: parseNumber('--seed', values.seed, 2 ** 31 - 1),
    planted: values['no-drifts'] ? plantNone : plantAllBut(new Set(values.without.map(parseDriftId))),
  };
}

function parseFlags(args: readonly string[]) {
  const options = {
    port: { type: 'string', default: '0' },
    seed: { type: 'string', default: '1' },
    without: { type: 'string', multiple: true, default: [] as string[] },
    'no-drifts': { type: 'boolean', default: false },
  } as const satisfies ParseArgsOptionsConfig;
  try {
    return parseArgs({ args: [...args], options, strict: true, allowPositionals: false }).values;
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new ParitygateError('PG_USAGE', message, { fix: 'use --port, --seed, --without and --no-drifts', cause });
  }
}

function parseNumber(flag: string, text: string, max: number): number {
  if (/^\d{1,10}$/.test(text) && Number(text) <= max) return Number(text);
  throw new ParitygateError('PG_USAGE', `${flag} is ${JSON.stringify(text)}`, {
    fix: `give an integer from 0 to ${max}`,
  });
}

function parseDriftId(id: string): DriftId {
  if (isDriftId(id)) return id;
  throw new ParitygateError('PG_USAGE', `there is no drift ${JSON.stringify(id)}`, {
    fix: `choose one of ${DRIFTS.map((drift) => drift.id).join(', ')}`,
  });
}
