/** Exit codes of every command, a stable part of the interface. */
export const EXIT = { pass: 0, fail: 1, usage: 2, inconclusive: 3, couldNotRun: 4, interrupted: 130 } as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** The catalogue: every failure that a user can meet, with the exit code it leads to. */
export const ERRORS = {
  PG_NODE_TOO_OLD: EXIT.couldNotRun,
  PG_USAGE: EXIT.usage,
  PG_CONFIG_MISSING: EXIT.usage,
  PG_CONFIG_SYNTAX: EXIT.usage,
  PG_CONFIG_INVALID: EXIT.usage,
  PG_CONFIG_UNKNOWN_KEY: EXIT.usage,
  PG_CONTRACT_MISSING: EXIT.usage,
  PG_CONTRACT_SYNTAX: EXIT.usage,
  PG_CONTRACT_INVALID: EXIT.usage,
  PG_CONTRACT_REF: EXIT.usage,
  PG_CONTRACT_OVERLAY: EXIT.usage,
  PG_CONTRACT_DUPLICATE_ID: EXIT.usage,
  PG_ACCEPTED_INVALID: EXIT.usage,
  PG_ACCEPTED_WRITE: EXIT.couldNotRun,
  PG_DIFFERENCE_UNKNOWN: EXIT.usage,
  PG_GROUP_UNKNOWN_OPERATION: EXIT.usage,
  PG_GROUP_UNKNOWN: EXIT.usage,
  PG_FLAGS_MISSING: EXIT.usage,
  PG_FLAGS_INVALID: EXIT.usage,
  PG_FLAGS_READ_ONLY: EXIT.couldNotRun,
  PG_FLAGS_LOCKED: EXIT.couldNotRun,
  PG_FLAG_UNKNOWN: EXIT.usage,
  PG_WEIGHT_INVALID: EXIT.usage,
  PG_WEIGHT_STALE: EXIT.fail,
  PG_PORT_IN_USE: EXIT.couldNotRun,
  PG_LISTEN: EXIT.couldNotRun,
  PG_WORKER: EXIT.couldNotRun,
  PG_RELOAD_FIXED: EXIT.usage,
  PG_STORE_MISSING: EXIT.inconclusive,
  PG_STORE_READ_ONLY: EXIT.couldNotRun,
  PG_STORE_LOCKED: EXIT.couldNotRun,
  PG_STORE_FULL: EXIT.couldNotRun,
  PG_STORE_NEWER: EXIT.couldNotRun,
  PG_STORE_UNUSABLE: EXIT.couldNotRun,
  PG_REPORT_WRITE: EXIT.couldNotRun,
  PG_INIT_WRITE: EXIT.couldNotRun,
  PG_TLS_INVALID: EXIT.usage,
  PG_UNREACHABLE: EXIT.couldNotRun,
} as const satisfies Record<string, ExitCode>;

export type ErrorCode = keyof typeof ERRORS;

/** Where in a file something is wrong; lines and columns count from 1. */
export interface Location {
  readonly file: string;
  readonly line?: number;
  readonly column?: number;
}

export interface ErrorDetails {
  readonly at?: Location | undefined;
  /** One sentence that says what to do. */
  readonly fix?: string | undefined;
  readonly cause?: unknown;
}

/** A failure the user can act on. Match on `code`, never on the message. */
export class ParitygateError extends Error {
  override readonly name = 'ParitygateError';
  readonly code: ErrorCode;
  readonly exitCode: ExitCode;
  readonly at: Location | undefined;
  readonly fix: string | undefined;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, { cause: details.cause });
    this.code = code;
    this.exitCode = ERRORS[code];
    this.at = details.at;
    this.fix = details.fix;
  }
}

/** `file:line:column  CODE  message`, then the fix: the form of every error on a terminal. */
export function describeError(error: ParitygateError): string {
  const place = error.at ? `${formatLocation(error.at)}  ` : '';
  const fix = error.fix ? `\n  fix: ${error.fix}` : '';
  return `${place}${error.code}  ${error.message}${fix}`;
}

export function formatLocation(at: Location): string {
  return [at.file, at.line, at.line === undefined ? undefined : at.column]
    .filter((part) => part !== undefined)
    .join(':');
}

/** What anything that was thrown says. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
