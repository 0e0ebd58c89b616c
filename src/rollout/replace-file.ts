import { randomUUID } from 'node:crypto';
import { type FileHandle, open, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

export interface Replacement {
  readonly file: string;
  readonly text: string;
  /** Throws to give up at the last moment: the new content is on the disk, the file not yet replaced. */
  readonly confirm: () => Promise<void>;
}

/**
 * Replaces an existing file as a whole, so that a reader sees the old content or the new and a crash leaves one of them.
 * Mode and, where we may, owner stay. A crash may leave the temporary file, which nobody reads.
 */
export async function replaceFile({ file, text, confirm }: Replacement): Promise<void> {
  const temporary = join(dirname(file), `.${basename(file)}.${randomUUID()}.tmp`);
  try {
    await writeLike(file, temporary, text);
    await confirm();
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await syncDirectory(dirname(file));
}

async function writeLike(file: string, temporary: string, text: string): Promise<void> {
  const { mode, uid, gid } = await stat(file);
  const handle = await open(temporary, 'wx', 0o600);
  try {
    await handle.writeFile(text);
    await keepOwner(handle, uid, gid);
    await handle.chmod(mode & 0o7777);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Only root may give a file away; where root runs us, the proxy must still be able to read it. */
async function keepOwner(handle: FileHandle, uid: number, gid: number): Promise<void> {
  const own = await handle.stat();
  if (own.uid === uid && own.gid === gid) return;
  await handle.chown(uid, gid).catch(() => undefined);
}

/** The rename is durable once its directory is; not every file system can say so. */
async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r').catch(() => undefined);
  await handle?.sync().catch(() => undefined);
  await handle?.close();
}
