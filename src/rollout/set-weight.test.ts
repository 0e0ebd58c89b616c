import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { chmod, mkdtemp, readdir, readFile, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { type ErrorCode, ParitygateError } from '../core/index.ts';
import type { Patience } from './lock.ts';
import { type SetWeightRequest, setWeight, type WeightChange } from './set-weight.ts';

let directory: string;
let file: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'weights-'));
  file = join(directory, 'flags.json');
});

afterEach(() => rm(directory, { recursive: true }));

function feature(name: string, rollout: number): object {
  const parameters = { rollout: String(rollout), stickiness: 'default', groupId: name };
  return { name, type: 'release', enabled: true, strategies: [{ name: 'flexibleRollout', parameters }] };
}

function textOf(...features: object[]): string {
  return `${JSON.stringify({ version: 2, features }, undefined, 2)}\n`;
}

function validate(text: string, at: string): void {
  try {
    if (Array.isArray(JSON.parse(text).features)) return;
  } catch {}
  throw new ParitygateError('PG_FLAGS_INVALID', 'corrupt', { at: { file: at } });
}

function set(flag: string, percent: number, more: Partial<SetWeightRequest> = {}): Promise<WeightChange> {
  return setWeight({ file, flag, percent, validate, ...more });
}

function code(expected: ErrorCode): (error: ParitygateError) => boolean {
  return (error) => {
    assert.equal(error.code, expected, error.stack);
    assert.ok(error.fix ?? error.at);
    return true;
  };
}

/** Waiting that costs no time: each wait moves the clock. */
function patience(nowMs = Date.now()): Patience & { readonly waits: number[] } {
  const waits: number[] = [];
  const passed = () => waits.reduce((sum, ms) => sum + ms, 0);
  const clock = { now: () => nowMs + passed(), monotonicMs: passed };
  return { clock, waits, wait: async (ms) => void waits.push(ms) };
}

describe('setWeight', () => {
  it('writes the weight and keeps every other byte of a file in our format', async () => {
    const before = textOf(feature('tasks', 5), feature('trades', 10));
    await writeFile(file, before);
    assert.deepEqual(await set('trades', 25.5), { from: 10, to: 25.5, switched: undefined });
    assert.equal(await readFile(file, 'utf8'), before.replace('"rollout": "10"', '"rollout": "25.5"'));
    assert.deepEqual(await readdir(directory), ['flags.json']);
  });

  it('loses no change of 20 that are made at once', async () => {
    const names = Array.from({ length: 20 }, (_, index) => `flag-${index}`);
    await writeFile(file, textOf(...names.map((name) => feature(name, 0))));
    await Promise.all(names.map((name, index) => set(name, index + 1)));
    assert.equal(await readFile(file, 'utf8'), textOf(...names.map((name, index) => feature(name, index + 1))));
    assert.deepEqual(await readdir(directory), ['flags.json']);
  });

  it('lets one of several who expect the same weight win', async () => {
    await writeFile(file, textOf(feature('trades', 10)));
    const wishes = [20, 30, 40].map((percent) => set('trades', percent, { expectedFrom: 10 }));
    const results = await Promise.allSettled(wishes);
    assert.equal(results.filter(({ status }) => status === 'fulfilled').length, 1);
    for (const result of results) {
      if (result.status === 'rejected') code('PG_WEIGHT_STALE')(result.reason);
    }
  });

  it('refuses when the weight is not the expected one, and says which it is', async () => {
    await writeFile(file, textOf(feature('trades', 25)));
    await assert.rejects(set('trades', 50, { expectedFrom: 10 }), (error: ParitygateError) => {
      return code('PG_WEIGHT_STALE')(error) && /is 25, not 10/.test(error.message);
    });
    assert.equal(await readFile(file, 'utf8'), textOf(feature('trades', 25)));
  });

  it('leaves a corrupt file as it is', async () => {
    for (const text of ['', '{', '{"version":2}', 'null', '{"version":2,"features":[]} x']) {
      await writeFile(file, text);
      await assert.rejects(set('trades', 50), code('PG_FLAGS_INVALID'));
      assert.equal(await readFile(file, 'utf8'), text);
    }
    assert.deepEqual(await readdir(directory), ['flags.json']);
  });

  it('leaves the file as it is when the weight or the flag is wrong', async () => {
    await writeFile(file, textOf(feature('trades', 25)));
    await assert.rejects(set('trades', 101), code('PG_WEIGHT_INVALID'));
    await assert.rejects(set('trade', 10), code('PG_FLAG_UNKNOWN'));
    assert.equal(await readFile(file, 'utf8'), textOf(feature('trades', 25)));
    assert.deepEqual(await readdir(directory), ['flags.json']);
  });

  it('makes no file where there is none', async () => {
    await assert.rejects(set('trades', 50), code('PG_FLAGS_MISSING'));
    assert.deepEqual(await readdir(directory), []);
  });

  it('does not write what the proxy would refuse', async () => {
    await writeFile(file, textOf(feature('trades', 25)));
    const refuse = (text: string) => {
      if (text.includes('"50"')) throw new ParitygateError('PG_FLAGS_INVALID', 'no', { at: { file } });
    };
    await assert.rejects(set('trades', 50, { validate: refuse }), code('PG_FLAGS_INVALID'));
    assert.equal(await readFile(file, 'utf8'), textOf(feature('trades', 25)));
  });

  it('does not overwrite what an editor saved in the meantime', async () => {
    await writeFile(file, textOf(feature('trades', 25)));
    const edit = () => writeFileSync(file, textOf(feature('trades', 33)));
    await assert.rejects(set('trades', 50, { validate: edit }), code('PG_WEIGHT_STALE'));
    assert.equal(await readFile(file, 'utf8'), textOf(feature('trades', 33)));
    assert.deepEqual(await readdir(directory), ['flags.json']);
  });

  it('does not touch a file that has the weight already', async () => {
    const text = JSON.stringify({ version: 2, features: [feature('trades', 25)] });
    await writeFile(file, text);
    assert.deepEqual(await set('trades', 25), { from: 25, to: 25, switched: undefined });
    assert.equal(await readFile(file, 'utf8'), text);
  });

  it('keeps the mode of the file', async () => {
    await writeFile(file, textOf(feature('trades', 25)));
    await chmod(file, 0o664);
    await set('trades', 50);
    assert.equal((await stat(file)).mode & 0o777, 0o664);
  });

  it('follows a link instead of replacing it', async () => {
    const real = join(directory, 'real.json');
    await writeFile(real, textOf(feature('trades', 25)));
    await symlink(real, file);
    await set('trades', 50);
    assert.equal(await readFile(real, 'utf8'), textOf(feature('trades', 50)));
    assert.deepEqual(await readdir(directory), ['flags.json', 'real.json']);
  });

  it('waits for another writer, and gives up with what to do when it takes too long', async () => {
    await writeFile(file, textOf(feature('trades', 25)));
    await writeFile(`${file}.lock`, 'another');
    const waiting = patience();
    await assert.rejects(set('trades', 50, { patience: waiting }), code('PG_FLAGS_LOCKED'));
    assert.ok(waiting.waits.length > 100);
    assert.equal(await readFile(file, 'utf8'), textOf(feature('trades', 25)));
    assert.equal(await readFile(`${file}.lock`, 'utf8'), 'another', 'the lock of another stays');
  });

  it('takes over a lock that a dead writer left, also when many find it at once', async () => {
    const names = ['a', 'b', 'c', 'd', 'e'];
    await writeFile(file, textOf(...names.map((name) => feature(name, 0))));
    await writeFile(`${file}.lock`, 'dead');
    const longAgo = new Date(Date.now() - 11_000);
    await utimes(`${file}.lock`, longAgo, longAgo);
    await Promise.all(names.map((name) => set(name, 7)));
    assert.equal(await readFile(file, 'utf8'), textOf(...names.map((name) => feature(name, 7))));
    assert.deepEqual(await readdir(directory), ['flags.json']);
  });

  it('writes nothing when its lock was taken over', async () => {
    await writeFile(file, textOf(feature('trades', 25)));
    const takeOver = () => writeFileSync(`${file}.lock`, 'another');
    await assert.rejects(set('trades', 50, { validate: takeOver }), code('PG_FLAGS_LOCKED'));
    assert.equal(await readFile(file, 'utf8'), textOf(feature('trades', 25)));
    assert.equal(await readFile(`${file}.lock`, 'utf8'), 'another');
  });

  it('leaves the old weights when killed before the rename, and works again after', async () => {
    await writeFile(file, textOf(feature('trades', 25)));
    await crashWhileReplacing();
    assert.equal(await readFile(file, 'utf8'), textOf(feature('trades', 25)));
    const left = await readdir(directory);
    assert.equal(left.length, 3, `flags, lock and temporary file, not ${left}`);
    await set('trades', 50, { patience: patience(Date.now() + 11_000) });
    assert.equal(await readFile(file, 'utf8'), textOf(feature('trades', 50)));
  });
});

/** Another process that dies at the worst moment: new content written, old file not yet replaced, lock held. */
async function crashWhileReplacing(): Promise<void> {
  const script = `
    const { withLock, systemPatience } = await import(${JSON.stringify(import.meta.resolve('./lock.ts'))});
    const { replaceFile } = await import(${JSON.stringify(import.meta.resolve('./replace-file.ts'))});
    const file = ${JSON.stringify(file)};
    const confirm = async () => process.kill(process.pid, 'SIGKILL');
    await withLock(file, systemPatience, () => replaceFile({ file, text: 'half', confirm }));
  `;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], { stdio: 'inherit' });
  const [, signal] = await once(child, 'exit');
  assert.equal(signal, 'SIGKILL');
}
