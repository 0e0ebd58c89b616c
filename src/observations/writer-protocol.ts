import { type ErrorCode, type EvidenceBinding, ParitygateError } from '../core/index.ts';
import type { StoreOptions } from './database.ts';
import type { Mark } from './mark.ts';
import type { Retention } from './retention.ts';
import type { WindowRecord } from './window.ts';

/** What the writing thread is started with. */
export interface WriterSetup {
  readonly store: StoreOptions;
  readonly binding: EvidenceBinding;
  /** Nothing is given up without it. */
  readonly retention?: Retention | undefined;
}

/** What is written in one go and offered again until it is: the store ignores what it already has of it. */
export interface Batch {
  readonly record: WindowRecord | undefined;
  readonly marks: readonly Mark[];
}

export type WriteRequest =
  | { readonly kind: 'begin' }
  | { readonly kind: 'write'; readonly binding: EvidenceBinding; readonly batch: Batch }
  | { readonly kind: 'close' };

/** Errors cross a thread as data: a structured clone of an Error keeps neither its class nor its code. */
export interface ErrorData {
  readonly code: ErrorCode;
  readonly message: string;
  readonly fix: string | undefined;
}

/** `notice`: what whoever runs it has to know although it worked. */
export type WriteAnswer =
  | { readonly kind: 'done'; readonly notice?: string | undefined }
  | { readonly kind: 'failed'; readonly error: ErrorData };

export type Numbered<Body> = Body & { readonly number: number };

export function toErrorData(error: unknown): ErrorData {
  if (error instanceof ParitygateError) return { code: error.code, message: error.message, fix: error.fix };
  const reason = error instanceof Error ? error.message : String(error);
  return { code: 'PG_STORE_UNUSABLE', message: `the store cannot be written: ${reason}`, fix: undefined };
}

export function fromErrorData({ code, message, fix }: ErrorData): ParitygateError {
  return new ParitygateError(code, message, { fix });
}
