// Each takes the bytes of both bodies, as a comparison of two responses does, and tells how many differences it saw.
import { createHash } from 'node:crypto';
import { diff as jsonDiff } from 'json-diff';
import { diff as jsonDiffTs } from 'json-diff-ts';
import { create } from 'jsondiffpatch';
import microdiff from 'microdiff';
import { judgePair } from '../../src/diff/index.ts';
import { thingContract } from '../../src/testing/contract.ts';
import { ROW_SCHEMA, type Row } from './rows.ts';

export interface Seen {
  /** Undefined where the library counts none: its answer is one tree. */
  readonly findings: number | undefined;
  readonly outcome?: string;
}

export interface DiffContender {
  readonly name: string;
  readonly compare: (legacy: Buffer, candidate: Buffer) => Seen;
}

interface Body {
  readonly rows: readonly Row[];
}

function parse(bytes: Buffer): Body {
  return JSON.parse(bytes.toString()) as Body; // made by rows.ts
}

/** What all others are measured by: what nobody who compares JSON can do without. */
export const PARSE_ONLY: DiffContender = {
  name: 'JSON.parse of both',
  compare: (legacy, candidate) => {
    parse(legacy);
    parse(candidate);
    return { findings: undefined };
  },
};

export const LIST_SCHEMA = schemaOf(', x-parity: { key: [id] }');
export const OURS = paritygate('paritygate', LIST_SCHEMA);

/** The same where the contract names no key and the order counts. */
export const OURS_ORDERED = paritygate('paritygate, ordered', schemaOf(''));

function schemaOf(order: string): string {
  return `{ type: object, properties: { rows: { type: array${order}, items: ${ROW_SCHEMA} } } }`;
}

function paritygate(name: string, schema: string): DiffContender {
  const { contract, operation } = thingContract(schema);
  const context = { contract, operation, hash: (text: string) => createHash('sha256').update(text).digest('hex') };
  const reply = (body: Buffer) => ({ status: 200, headers: ['content-type', 'application/json'], body, totalMs: 1 });
  return {
    name,
    compare: (legacy, candidate) => {
      const judged = judgePair(context, { legacy: reply(legacy), candidate: reply(candidate) });
      if (judged === 'budget') throw new Error(`${name} gave up on the pair`);
      return { findings: judged.findings.length, outcome: judged.outcome };
    },
  };
}

const patcher = create({ objectHash: (row) => String((row as Row).id) });

export const JSONDIFFPATCH: DiffContender = {
  name: 'jsondiffpatch, objectHash',
  compare: (legacy, candidate) => {
    patcher.diff(parse(legacy), parse(candidate));
    return { findings: undefined };
  },
};

export const JSON_DIFF_TS: DiffContender = {
  name: 'json-diff-ts, keys',
  compare: (legacy, candidate) => ({
    findings: jsonDiffTs(parse(legacy), parse(candidate), { embeddedObjKeys: { rows: 'id' } }).length,
  }),
};

export const MICRODIFF: DiffContender = {
  name: 'microdiff',
  compare: (legacy, candidate) => ({ findings: microdiff(parse(legacy), parse(candidate)).length }),
};

/** Quadratic: only for short lists. */
export const JSON_DIFF: DiffContender = {
  name: 'json-diff',
  compare: (legacy, candidate) => {
    jsonDiff(parse(legacy), parse(candidate));
    return { findings: undefined };
  },
};
