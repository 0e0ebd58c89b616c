import { createHash } from 'node:crypto';
import type { EvidenceBinding } from '../core/index.ts';
import type { OperationRecord } from './window.ts';
import type { Batch } from './writer-protocol.ts';

/** What a recorder held when it stopped and its store took nothing, with the binding that it belongs to. */
export interface Spill {
  readonly binding: EvidenceBinding;
  readonly batches: readonly Batch[];
}

/** Raised when a reader of the old form would misread the new one. */
const VERSION = 1;
const HEADER = /^paritygate-unwritten (?<version>\d+) (?<digest>[0-9a-f]{64})\n/;

/**
 * A line with version and digest, then JSON: a person can look into it, and it does not depend on the Node that wrote
 * it, as the bytes of `v8.serialize` do. Latency sketches are its only bytes, and go in as base64.
 */
export function encodeSpill(spill: Spill): string {
  const body = JSON.stringify(spill, (_key, value) =>
    value instanceof Uint8Array ? Buffer.from(value).toString('base64') : value,
  );
  return `paritygate-unwritten ${VERSION} ${digestOf(body)}\n${body}`;
}

/** Throws an Error that says what is wrong with the text. */
export function parseSpill(text: string): Spill {
  const header = HEADER.exec(text);
  const version = Number(header?.groups?.['version']);
  if (version > VERSION) throw new Error(`a newer version wrote it (format ${version}, known is ${VERSION})`);
  const body = text.slice(header?.[0].length);
  if (version !== VERSION || header?.groups?.['digest'] !== digestOf(body)) throw new Error('it is damaged');
  // The digest says that these are the bytes that encodeSpill made, so they have its shape.
  return restoreBytes(JSON.parse(body) as Encoded);
}

type EncodedOperation = Omit<OperationRecord, 'legacyLatency' | 'candidateLatency'> & {
  readonly legacyLatency: string;
  readonly candidateLatency: string;
};

interface Encoded extends Omit<Spill, 'batches'> {
  readonly batches: readonly (Omit<Batch, 'record'> & {
    readonly record?: Omit<NonNullable<Batch['record']>, 'operations'> & {
      readonly operations: readonly EncodedOperation[];
    };
  })[];
}

function restoreBytes({ binding, batches }: Encoded): Spill {
  return {
    binding,
    batches: batches.map(({ record, marks }) => ({
      record: record && { ...record, operations: record.operations.map(restoreOperation) },
      marks,
    })),
  };
}

function restoreOperation(operation: EncodedOperation): OperationRecord {
  return {
    ...operation,
    legacyLatency: Uint8Array.from(Buffer.from(operation.legacyLatency, 'base64')),
    candidateLatency: Uint8Array.from(Buffer.from(operation.candidateLatency, 'base64')),
  };
}

function digestOf(body: string): string {
  return createHash('sha256').update(body).digest('hex');
}

/** How much there is, for a sentence. */
export function describeBatches(batches: readonly Batch[]): string {
  const operations = batches.flatMap(({ record }) => record?.operations ?? []);
  const requests = operations.reduce((sum, { counts }) => sum + counts.eligible, 0);
  const marks = batches.reduce((sum, batch) => sum + batch.marks.length, 0);
  return `the observations of ${requests} requests and ${marks} changes of weight`;
}
