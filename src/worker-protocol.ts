// What the main process and its workers say to each other: a few messages in the life of a worker, none for a request.
import { type ErrorCode, type Location, ParitygateError } from './core/index.ts';
import type { StopManner } from './proxy/index.ts';
import type { PlaneReport } from './status.ts';

/**
 * What a worker is started with, by value: one that replaces another must be like it, whatever has become of the files.
 * The environment, which the config may refer to, is inherited.
 */
export interface WorkerSetup {
  /** The config file, as the user gave it. */
  readonly file: string;
  readonly configText: string;
  /** The files of the contract by name, in base64; without what could not be read, which the worker then tells. */
  readonly sources: Readonly<Record<string, string>>;
  /** Never 0: workers that replace others must listen where they did. */
  readonly port: number;
}

export type ToWorker =
  | {
      readonly kind: 'start';
      readonly setup: WorkerSetup;
      /** Whether what requests can do without may be missing at first: the worker replaces one that had it. */
      readonly patient: boolean;
    }
  | { readonly kind: 'report'; readonly number: number }
  /** May be repeated with less patience. */
  | { readonly kind: 'stop'; readonly manner: StopOrder };

/** What is not said here is as the listener does it. */
export type StopOrder = Pick<StopManner, 'graceMs'> & Partial<StopManner>;

export interface Started {
  readonly port: number;
  readonly report: PlaneReport;
  readonly contractWarnings: readonly string[];
}

export type FromWorker =
  | ({ readonly kind: 'started' } & Started)
  | { readonly kind: 'failed'; readonly error: ErrorData }
  | { readonly kind: 'warning'; readonly message: string }
  | { readonly kind: 'report'; readonly number: number; readonly report: PlaneReport }
  /** The last word of a worker that drained, with its final counts. */
  | { readonly kind: 'drained'; readonly report: PlaneReport }
  /** The last word of a worker that met an exception nobody caught. */
  | { readonly kind: 'crashed'; readonly reason: string };

/** Errors cross a process as data: a copy of an Error keeps neither its class nor its code. */
export interface ErrorData {
  readonly message: string;
  readonly code?: ErrorCode;
  readonly at?: Location | undefined;
  readonly fix?: string | undefined;
  readonly stack?: string | undefined;
}

export function toErrorData(error: unknown): ErrorData {
  if (error instanceof ParitygateError) {
    return { message: error.message, code: error.code, at: error.at, fix: error.fix };
  }
  return error instanceof Error ? { message: error.message, stack: error.stack } : { message: String(error) };
}

export function fromErrorData({ message, code, at, fix, stack }: ErrorData): Error {
  if (code !== undefined) return new ParitygateError(code, message, { at, fix });
  const error = new Error(message);
  if (stack !== undefined) error.stack = stack;
  return error;
}
