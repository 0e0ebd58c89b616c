import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { encodeSpill, parseSpill, type Spill } from './spill.ts';
import { within } from './within.ts';

const MARK = '.unwritten-';
const UNFINISHED = '.tmp';

/**
 * Writes a spill beside its store, or where that cannot be written into the directory for temporary files. Returns the
 * file, or undefined when there is nowhere to write it. Each place gets `timeoutMs`: a disk that hangs may be the very
 * reason why there is a spill.
 */
export async function writeSpill(storePath: string, spill: Spill, timeoutMs: number): Promise<string | undefined> {
  const name = `${basename(storePath)}${MARK}${randomUUID()}`;
  for (const directory of [dirname(storePath), tmpdir()]) {
    const file = join(directory, name);
    const written = writeWhole(file, spill).then(
      () => true,
      () => false,
    );
    if (await within(written, timeoutMs)) return file;
  }
  return undefined;
}

/**
 * The spills beside a store. Those in the directory for temporary files are left to a person: everybody may write
 * there, and what is taken in decides a cutover.
 */
export async function findSpills(storePath: string): Promise<readonly string[]> {
  const directory = dirname(storePath);
  const names = (await readdir(directory)).filter((name) => name.startsWith(`${basename(storePath)}${MARK}`));
  return names
    .filter((name) => !name.endsWith(UNFINISHED))
    .sort()
    .map((name) => join(directory, name));
}

/** Undefined when the file is gone, because another process took it in. */
export async function readSpill(file: string): Promise<Spill | undefined> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  return text === undefined ? undefined : parseSpill(text);
}

/** Whole or not at all under its name, also when the machine stops. For this user only: it holds pieces of traffic. */
async function writeWhole(file: string, spill: Spill): Promise<void> {
  const unfinished = `${file}${UNFINISHED}`;
  await mkdir(dirname(file), { recursive: true });
  try {
    await writeThrough(unfinished, encodeSpill(spill));
    await rename(unfinished, file);
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  }
  await syncDirectory(dirname(file));
}

async function writeThrough(file: string, text: string): Promise<void> {
  const handle = await open(file, 'wx', 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** The new name is durable once its directory is; not every file system can say so. */
async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r').catch(() => undefined);
  await handle?.sync().catch(() => undefined);
  await handle?.close();
}
