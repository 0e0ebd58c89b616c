/** One group of operations, as `GET /v1/status` shows it. */
export interface GroupStatus {
  readonly name: string;
  readonly flag: string;
  /** Percent; null where the flag's share is not one number. */
  readonly weight: number | null;
  /** Requests served by each side since the start. */
  readonly observed: { readonly legacy: number; readonly candidate: number };
  readonly breaker: BreakerStatus;
}

/** Whether the candidate of a group is asked at all; each worker decides by what it sees itself. */
export interface BreakerStatus {
  /** Of several workers the worst. */
  readonly state: 'closed' | 'half-open' | 'open';
  /** How often it opened. */
  readonly opened: number;
  /** Requests that were the candidate's and went to legacy because of it. */
  readonly diverted: number;
}

/** One process that serves requests. */
export interface WorkerStatus {
  readonly pid: number;
  /** `silent`: it serves, or should, but did not answer when asked. */
  readonly state: 'starting' | 'serving' | 'draining' | 'silent';
  readonly uptimeMs: number;
}

/** How the last reload of the config went. */
export interface ReloadStatus {
  /** Milliseconds since the epoch. */
  readonly atMs: number;
  /** Why the config that was running stayed. */
  readonly error?: string | undefined;
}

/** The answer of `GET /v1/status`: the schema `Status` of openapi/control.yaml, to which a test holds it. */
export interface StatusDocument {
  readonly version: string;
  readonly uptimeMs: number;
  readonly groups: readonly GroupStatus[];
  readonly flags: {
    readonly source: string;
    readonly ok: boolean;
    readonly loadedAtMs: number | null;
    readonly ageMs: number | null;
    readonly error?: string | undefined;
    readonly failedAtMs?: number | undefined;
    readonly warnings?: readonly string[] | undefined;
  };
  readonly store: { readonly location: string; readonly ok: boolean; readonly error?: string | undefined };
  /** Live requests now, and those turned away since the start because there were too many. */
  readonly live: { readonly inFlight: number; readonly shed: number };
  readonly shadow: { readonly inFlight: number; readonly queued: number; readonly dropped: number };
  readonly contract: {
    readonly title: string;
    readonly file: string;
    readonly digest: string;
    readonly operations: number;
  };
  readonly workers: readonly WorkerStatus[];
  /** Workers that ended by themselves since the start. */
  readonly restarts: number;
  /** Null where there was none. */
  readonly reload: ReloadStatus | null;
  readonly warnings: readonly string[];
}
