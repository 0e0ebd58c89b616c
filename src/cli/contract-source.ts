// Where a contract and what it refers to are read from: files and, for `init` alone, the network.
import { readFile } from 'node:fs/promises';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { messageOf, ParitygateError } from '../core/index.ts';

const TIMEOUT_MS = 30_000;
const MAX_BYTES = 64 * 1024 * 1024;

/** Reads one document, YAML or JSON. */
export async function readSource(url: string): Promise<unknown> {
  const text = await readText(url);
  try {
    // Nearly all JSON is YAML as well, and takes fifty times as long to be read as such.
    return /^\s*\{/.test(text) && isJson(url) ? JSON.parse(text) : parse(text, { merge: true, logLevel: 'error' });
  } catch (cause) {
    throw new ParitygateError('PG_CONTRACT_SYNTAX', `this is neither YAML nor JSON: ${messageOf(cause)}`, {
      at: { file: shownSource(url) },
      fix: 'correct the file there',
      cause,
    });
  }
}

function isJson(url: string): boolean {
  return /\.json$/i.test(new URL(url).pathname);
}

async function readText(url: string): Promise<string> {
  try {
    return url.startsWith('file:') ? await readFile(fileURLToPath(url), 'utf8') : await fetchText(url);
  } catch (cause) {
    throw new ParitygateError('PG_CONTRACT_MISSING', `it cannot be read: ${reasonOf(cause)}`, {
      at: { file: shownSource(url) },
      fix: 'correct the reference that leads there, or make it readable',
      cause,
    });
  }
}

async function fetchText(url: string): Promise<string> {
  const answer = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS) });
  if (!answer.ok) throw new Error(`it was answered with ${answer.status}`);
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of answer.body ?? []) {
    bytes += chunk.length;
    if (bytes > MAX_BYTES) throw new Error(`it is larger than ${MAX_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** What `fetch` says is only that it failed; why is told by its cause. */
function reasonOf(cause: unknown): string {
  const inner = cause instanceof Error ? cause.cause : undefined;
  return inner instanceof Error ? inner.message || messageOf(cause) : messageOf(cause);
}

/** A path, or a URL without what may be a secret in it. */
export function shownSource(url: string): string {
  if (url.startsWith('file:')) return relative('', fileURLToPath(url)) || '.';
  const { origin, pathname } = new URL(url);
  return `${origin}${pathname}`;
}
