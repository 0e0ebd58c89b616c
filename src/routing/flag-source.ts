import { readFile, stat } from 'node:fs/promises';
import { closest } from 'fastest-levenshtein';
import { type Clock, describeError, ParitygateError, Recent } from '../core/index.ts';
import { createEvaluator, type Evaluator, SnapshotRepository } from './evaluator.ts';
import { parseFlags } from './flags-file.ts';
import { createSnapshot, type Snapshot } from './snapshot.ts';

export interface FlagSourceStatus {
  /** The file, as given. */
  readonly source: string;
  /** False while the file cannot be used and the last good flags serve. */
  readonly ok: boolean;
  /** When the flags in use were read, in milliseconds since the epoch; null before the start. */
  readonly loadedAtMs: number | null;
  readonly ageMs: number | null;
  readonly error?: string;
  /** Since when the file cannot be used, in milliseconds since the epoch. */
  readonly failedAtMs?: number;
  /** What is odd about the flags in use. */
  readonly warnings: readonly string[];
}

/** A flag whose weight another reading of the file changed; null where the weight is not one number. */
export interface FlagChange {
  readonly flag: string;
  readonly from: number | null;
  readonly to: number | null;
}

export interface FlagSource {
  /** Reads the file, or rejects with PG_FLAGS_MISSING or PG_FLAGS_INVALID; then follows its changes. */
  start(): Promise<void>;
  stop(): void;
  /** Reads the file again now; a file that cannot be used leaves the last good flags in place. */
  reload(): Promise<void>;
  /** Throws PG_FLAG_UNKNOWN for the first name the file lacks; from then on warns when one of them vanishes. */
  assertFlags(names: readonly string[]): void;
  /** Whether the candidate serves this key (from `stickyKey`). Never throws: in doubt, legacy serves. */
  isCandidate(flag: string, key: string): boolean;
  /** Percent, for display; null where the flag is unknown or its share is not one number. */
  weightOf(flag: string): number | null;
  status(): FlagSourceStatus;
}

export interface FlagSourceOptions {
  readonly file: string;
  readonly clock: Clock;
  readonly onWarning: (message: string) => void;
  /** Called after each successful reading but the first. */
  readonly onChange?: (changes: readonly FlagChange[]) => void;
  /** How often the file is looked at; 0 never looks. Polling also sees an atomic rename and network mounts. */
  readonly pollMs?: number;
}

const POLL_MS = 500;
const DECISION_MS = 1_000;
/** Of one flag, kept at once. */
const MAX_DECISIONS = 10_000;

export function createFlagSource(options: FlagSourceOptions): FlagSource {
  return new FileFlagSource(options);
}

interface Failure {
  readonly message: string;
  readonly atMs: number;
}

class FileFlagSource implements FlagSource {
  readonly #options: FlagSourceOptions;
  readonly #repository = new SnapshotRepository();
  readonly #evaluator: Evaluator;
  readonly #troubled = new Set<string>();
  readonly #decisions = new Map<string, Recent<boolean>>();
  #decidedSinceMs = 0;
  #required: readonly string[] = [];
  #warnings: readonly string[] = [];
  #loaded: { readonly atMs: number; readonly monotonicMs: number } | undefined;
  #failure: Failure | undefined;
  #stamp: string | undefined;
  #turn = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: FlagSourceOptions) {
    this.#options = options;
    this.#evaluator = createEvaluator(this.#repository, (error) => options.onWarning(`flags: ${String(error)}`));
  }

  async start(): Promise<void> {
    this.#stamp = await stampOf(this.#options.file);
    this.#use(await readSnapshot(this.#options.file));
    await this.#evaluator.start();
    const { pollMs = POLL_MS } = this.#options;
    if (pollMs > 0) this.#timer = setInterval(() => void this.#poll(), pollMs).unref();
  }

  stop(): void {
    this.#turn += 1;
    clearInterval(this.#timer);
    this.#evaluator.stop();
  }

  async reload(): Promise<void> {
    this.#turn += 1;
    const turn = this.#turn;
    const result = await readSnapshot(this.#options.file).catch((error: unknown) => asError(error));
    // A later reading, or stop, has overtaken this one.
    if (turn !== this.#turn) return;
    if (result instanceof Error) return this.#keepLast(result);
    const changes = this.#changesTo(result);
    this.#use(result);
    this.#options.onChange?.(changes);
  }

  assertFlags(names: readonly string[]): void {
    const known = this.#repository.snapshot.features;
    const unknown = names.find((name) => !known.has(name));
    if (unknown !== undefined) throw unknownFlag(unknown, [...known.keys()], this.#options.file);
    this.#required = names;
  }

  isCandidate(flag: string, key: string): boolean {
    // A constraint may look at the time of day, so what was decided holds for a second only.
    const nowMs = this.#options.clock.monotonicMs();
    if (nowMs - this.#decidedSinceMs >= DECISION_MS) this.#forget(nowMs);
    let decisions = this.#decisions.get(flag);
    if (decisions === undefined) {
      decisions = new Recent<boolean>(MAX_DECISIONS);
      this.#decisions.set(flag, decisions);
    }
    return decisions.of(key, (each) => this.#decide(flag, each));
  }

  #forget(nowMs: number): void {
    this.#decidedSinceMs = nowMs;
    for (const decisions of this.#decisions.values()) decisions.clear();
  }

  #decide(flag: string, key: string): boolean {
    try {
      return this.#evaluator.isCandidate(flag, key);
    } catch (error) {
      this.#reportOnce(flag, error);
      return false;
    }
  }

  weightOf(flag: string): number | null {
    return this.#repository.snapshot.weights.get(flag) ?? null;
  }

  status(): FlagSourceStatus {
    const { file, clock } = this.#options;
    const failure = this.#failure;
    return {
      source: file,
      ok: failure === undefined && this.#loaded !== undefined,
      loadedAtMs: this.#loaded?.atMs ?? null,
      ageMs: this.#loaded ? clock.monotonicMs() - this.#loaded.monotonicMs : null,
      ...(failure && { error: failure.message, failedAtMs: failure.atMs }),
      warnings: this.#warnings,
    };
  }

  async #poll(): Promise<void> {
    const stamp = await stampOf(this.#options.file);
    if (stamp === this.#stamp) return;
    this.#stamp = stamp;
    await this.reload();
  }

  #use(snapshot: Snapshot): void {
    const { clock, onWarning } = this.#options;
    const known = this.#warnings;
    this.#repository.snapshot = snapshot;
    this.#forget(clock.monotonicMs());
    this.#loaded = { atMs: clock.now(), monotonicMs: clock.monotonicMs() };
    this.#failure = undefined;
    this.#troubled.clear();
    this.#warnings = [...snapshot.warnings, ...this.#vanished(snapshot)];
    for (const warning of this.#warnings) if (!known.includes(warning)) onWarning(warning);
  }

  #vanished({ features }: Snapshot): string[] {
    return this.#required
      .filter((flag) => !features.has(flag))
      .map((flag) => `flag ${JSON.stringify(flag)} is gone from ${this.#options.file}: legacy serves its group`);
  }

  #changesTo({ weights }: Snapshot): FlagChange[] {
    const before = this.#repository.snapshot.weights;
    return [...new Set([...before.keys(), ...weights.keys()])]
      .map((flag) => ({ flag, from: before.get(flag) ?? null, to: weights.get(flag) ?? null }))
      .filter(({ from, to }) => from !== to);
  }

  #keepLast(error: Error): void {
    const message = error instanceof ParitygateError ? describeError(error) : error.message;
    // Forgotten, so that the next look reads again: what failed may have been the reading, not the file.
    this.#stamp = undefined;
    if (this.#failure?.message === message) return;
    this.#failure = { message, atMs: this.#failure?.atMs ?? this.#options.clock.now() };
    this.#options.onWarning(`${message}\n  the last good flags stay in use`);
  }

  #reportOnce(flag: string, error: unknown): void {
    if (this.#troubled.has(flag)) return;
    this.#troubled.add(flag);
    this.#options.onWarning(`flag ${JSON.stringify(flag)} cannot be evaluated: ${String(error)}; legacy serves`);
  }
}

async function readSnapshot(file: string): Promise<Snapshot> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    const message = `the flags file cannot be read: ${asError(cause).message}`;
    const fix = 'create it with {"version":2,"features":[]}, or point flags.file of paritygate.yaml at it';
    throw new ParitygateError('PG_FLAGS_MISSING', message, { at: { file }, fix, cause });
  });
  return createSnapshot(parseFlags(text, file));
}

/** Changes whenever the file does: a rename changes the inode, a write the times. */
async function stampOf(file: string): Promise<string | undefined> {
  const found = await stat(file, { bigint: true }).catch(() => undefined);
  return found && [found.ino, found.size, found.mtimeNs, found.ctimeNs].join(':');
}

function unknownFlag(name: string, known: readonly string[], file: string): ParitygateError {
  const nearest = known.length > 0 ? `did you mean ${JSON.stringify(closest(name, known))}? Or ` : '';
  return new ParitygateError('PG_FLAG_UNKNOWN', `no flag ${JSON.stringify(name)} in the flags file`, {
    at: { file },
    fix: `${nearest}add {"name":${JSON.stringify(name)},"enabled":false} to its features`,
  });
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
