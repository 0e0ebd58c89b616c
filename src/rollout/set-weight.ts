import { readFile, realpath } from 'node:fs/promises';
import { ParitygateError } from '../core/index.ts';
import { type Lock, type Patience, systemPatience, withLock } from './lock.ts';
import { type FlagsDocument, planWeight, type WeightPlan } from './plan-weight.ts';
import { replaceFile } from './replace-file.ts';

export interface SetWeightRequest {
  readonly file: string;
  readonly flag: string;
  /** 0 to 100, at most two decimals. */
  readonly percent: number;
  /** The weight one believes to replace; another one in the file means that someone was faster. */
  readonly expectedFrom?: number | null | undefined;
  /** Throws unless the proxy would accept this text as its flags file: `parseFlags` of routing. */
  readonly validate: (text: string, file: string) => unknown;
  readonly patience?: Patience;
}

/** A change that was made. */
export type WeightChange = Pick<WeightPlan, 'from' | 'to' | 'switched'>;

/** Changes one weight in the flags file, or rejects and leaves the file as it was. The only writer of weights. */
export async function setWeight(request: SetWeightRequest): Promise<WeightChange> {
  const { patience = systemPatience } = request;
  try {
    // A link is followed, else the rename would put a file in its place.
    const file = await realpath(request.file);
    return await withLock(file, patience, (lock) => change({ ...request, file }, lock));
  } catch (error) {
    throw isSystemError(error) ? fileError(request.file, error) : error;
  }
}

async function change(request: SetWeightRequest, lock: Lock): Promise<WeightChange> {
  const { file, flag, percent, validate } = request;
  const before = await readFile(file, 'utf8');
  validate(before, file);
  // Cast: `validate` has just vouched for the shape. Its own result would carry defaults into the file.
  const document = JSON.parse(before.replace(/^\ufeff/, '')) as FlagsDocument;
  const { document: planned, ...made } = planWeight({ document, flag, percent });
  assertExpected(request, made.from);
  if (JSON.stringify(planned) === JSON.stringify(document)) return made;
  const text = `${JSON.stringify(planned, undefined, 2)}\n`;
  validate(text, file);
  await replaceFile({ file, text, confirm: () => assertUntouched(file, before, lock) });
  return made;
}

function assertExpected({ file, flag, expectedFrom }: SetWeightRequest, from: number | null): void {
  if (expectedFrom === undefined || expectedFrom === from) return;
  const message = `the weight of ${JSON.stringify(flag)} is ${from}, not ${expectedFrom}: someone else changed it`;
  const fix = 'look at the present weight and decide again';
  throw new ParitygateError('PG_WEIGHT_STALE', message, { at: { file }, fix });
}

/** Editors know nothing of our lock, and ours may have been taken over. */
async function assertUntouched(file: string, before: string, lock: Lock): Promise<void> {
  await lock.assertHeld();
  if ((await readFile(file, 'utf8')) === before) return;
  const message = 'the flags file was changed in the meantime; nothing was written';
  throw new ParitygateError('PG_WEIGHT_STALE', message, { at: { file }, fix: 'look at it and try again' });
}

function isSystemError(error: unknown): error is Error & { readonly code: string } {
  return error instanceof Error && 'syscall' in error && 'code' in error;
}

function fileError(file: string, cause: Error & { readonly code: string }): ParitygateError {
  if (cause.code === 'ENOENT') {
    const fix = 'create it with {"version":2,"features":[]}, or point flags.file of paritygate.yaml at it';
    return new ParitygateError('PG_FLAGS_MISSING', 'there is no flags file', { at: { file }, fix, cause });
  }
  const message = `the flags file cannot be changed and is as it was: ${cause.message}`;
  const fix = 'make the file readable and its directory writable for this user';
  return new ParitygateError('PG_FLAGS_READ_ONLY', message, { at: { file }, fix, cause });
}
