// What of node:cluster the main process uses, and where it has to help it out.
import type { ChildProcess } from 'node:child_process';
import cluster, { type Worker } from 'node:cluster';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { VIA_TOKEN, VIA_VARIABLE } from './proxy/index.ts';

/**
 * What a request leaves behind is little and dies young: V8's helper threads cost more to wake for that than they collect.
 * For the old generation they are worth it, since without them requests wait ten times as long. A larger young generation
 * would keep so many buffers until it is full that they bring on collections of the old one.
 *
 * Once a backend was slow for a while, and exchanges lived on, V8 would make all later ones in the old generation for good:
 * dead, they keep what they refer to from being collected as young, and the old generation is collected every two seconds,
 * for 5 to 20 ms. Hence no pretenuring. Figures in docs/performance.md.
 *
 * V8 begins with a small old generation and collects it each time that it has grown a little: under load every three
 * seconds, for up to 30 ms, though next to nothing in it is garbage. With room from the start that is once in many minutes.
 */
const WORKER_FLAGS = [
  '--no-parallel-scavenge',
  '--max-semi-space-size=8',
  '--no-allocation-site-pretenuring',
  '--initial-heap-size=128',
];

export function fork(): Worker {
  // Docs: 0014. Each new connection goes to the next worker that is free to take one.
  cluster.schedulingPolicy = cluster.SCHED_RR;
  cluster.setupPrimary({
    exec: fileURLToPath(new URL(`./worker${extname(import.meta.url)}`, import.meta.url)),
    args: [],
    execArgv: [...process.execArgv, ...WORKER_FLAGS],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  return cluster.fork({ [VIA_VARIABLE]: VIA_TOKEN });
}

/** How it ended, once all that it said has been read: `exit` alone may come before its last word. */
export function untilClosed(worker: Worker): Promise<string> {
  return new Promise((resolve) => {
    worker.process.once('close', (code, signal) => resolve(signal ?? `exit code ${code}`));
    // Also emitted for a message that could not be sent, because the worker is on its way out.
    worker.on('error', (error: Error) => worker.process.pid === undefined && resolve(error.message));
  });
}

export interface Handed {
  /** Closes the connection that was handed over last, unless the worker took it. */
  close(): void;
}

/**
 * Node hands a worker one connection at a time and closes its own end once the worker has taken it. When the worker dies
 * before that, Node forgets the connection without closing it, and the client would wait for ever.
 */
export function rememberHanded(child: ChildProcess): Handed {
  let last: { close?(): void } | undefined;
  const send = child.send.bind(child);
  // The cast is safe: what comes in is passed on as it is. Its overloads cannot be written as one function.
  child.send = ((...sent: Parameters<typeof send>) => {
    const handle: unknown = sent[1];
    if (typeof handle === 'object' && handle !== null) last = handle;
    return send(...sent);
  }) as typeof child.send;
  // Closing once more what is closed does nothing.
  return { close: () => last?.close?.() };
}
