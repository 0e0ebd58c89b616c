import { rm } from 'node:fs/promises';
import { describeBatches, type Spill } from './spill.ts';
import { findSpills, readSpill } from './spill-files.ts';
import type { Writer } from './writer.ts';
import { fromErrorData } from './writer-protocol.ts';

export interface RecoveryParts {
  readonly storePath: string;
  readonly writer: Writer;
  readonly onWarning: (message: string) => void;
}

/**
 * Has the store take what earlier stops left beside it. Never rejects, since old evidence must not hold up a start:
 * a file that cannot be taken in stays where it is, for the next start or for a person.
 */
export async function recoverSpills(parts: RecoveryParts): Promise<void> {
  const { storePath, onWarning } = parts;
  try {
    for (const file of await findSpills(storePath)) await recoverSpill(file, parts);
  } catch (error) {
    onWarning(`unwritten observations beside ${storePath} were not looked for: ${reasonOf(error)}`);
  }
}

async function recoverSpill(file: string, { writer, onWarning }: RecoveryParts): Promise<void> {
  try {
    const spill = await readSpill(file);
    if (spill === undefined) return;
    await takeIn(writer, spill);
    onWarning(`took in ${describeBatches(spill.batches)} from ${file}, which an earlier stop could not write`);
  } catch (error) {
    onWarning(`the unwritten observations in ${file} were not taken in and stay there: ${reasonOf(error)}`);
    return;
  }
  // One that stays is taken in again and counts no more for it: the store knows its records.
  await rm(file, { force: true }).catch((error) => onWarning(`${file} cannot be deleted: ${reasonOf(error)}`));
}

async function takeIn(writer: Writer, { binding, batches }: Spill): Promise<void> {
  for (const batch of batches) {
    const answer = await writer.write(batch, binding);
    if (answer.kind === 'failed') throw fromErrorData(answer.error);
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
