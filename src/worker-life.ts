// The life of a worker: it is told a setup, serves, and drains when it is told to or when the main process is gone.
import cluster from 'node:cluster';
import { parseConfig } from './config/index.ts';
import { loadContract } from './contract/index.ts';
import { systemClock } from './core/index.ts';
import { createDataPlane, type DataPlane } from './data-plane.ts';
import type { StopManner } from './proxy/index.ts';
import { type FromWorker, type ToWorker, toErrorData, type WorkerSetup } from './worker-protocol.ts';
import { shareOf } from './worker-share.ts';

export function runWorker(): void {
  let plane: DataPlane | undefined;
  let isStarted = false;
  let ended: Promise<void> | undefined;

  async function start(setup: WorkerSetup, patient: boolean): Promise<void> {
    try {
      const made = createPlane(setup);
      plane = made.plane;
      const { port } = await plane.start({ patient });
      isStarted = true;
      tell({ kind: 'started', port, report: plane.report(), contractWarnings: made.contractWarnings });
    } catch (error) {
      tell({ kind: 'failed', error: toErrorData(error) }, () => process.exit(1));
    }
  }

  async function end(manner: Partial<StopManner>): Promise<void> {
    // Nothing has been seen, so there is nothing to keep.
    if (!plane || !isStarted) process.exit(0);
    const stopped = plane.stop(manner);
    ended ??= stopped.then(
      () => leave(plane),
      (error: unknown) => crash(error),
    );
    await ended;
  }

  process.on('message', (message: ToWorker) => {
    if (message.kind === 'start') void start(message.setup, message.patient);
    else if (message.kind === 'stop') void end(message.manner);
    else if (plane) tell({ kind: 'report', number: message.number, report: plane.report() });
  });
  process.on('uncaughtException', crash);
  onOrphaned(() => void end({}));
}

function createPlane(setup: WorkerSetup): { readonly plane: DataPlane; readonly contractWarnings: readonly string[] } {
  const config = parseConfig(setup.configText, { file: setup.file, env: process.env });
  const sources = Object.entries(setup.sources).map(([file, text]): [string, Uint8Array] => [
    file,
    Buffer.from(text, 'base64'),
  ]);
  const contract = loadContract(config, new Map(sources));
  const warn = (message: string): void => tell({ kind: 'warning', message });
  const plane = createDataPlane({ config: shareOf(config, setup.port), contract, clock: systemClock, warn });
  return { plane, contractWarnings: contract.warnings };
}

/** Without the main process nobody can ask for a stop, and no new connection comes: what is in flight is the last. */
function onOrphaned(drain: () => void): void {
  const { worker } = cluster;
  worker?.on('disconnect', () => {
    // Node ends a worker that was left alone at once unless it meant to leave.
    worker.exitedAfterDisconnect = true;
    drain();
  });
  // What it printed went to the main process.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
}

function leave(plane: DataPlane | undefined): void {
  const end = (): never => process.exit(0);
  if (plane) tell({ kind: 'drained', report: plane.report() }, end);
  else end();
}

/** After an exception that nobody caught the state of the process is unknown: it ends, and another takes its place. */
function crash(error: unknown): void {
  // Where it happened; the main process puts it into the log.
  console.error(error);
  const reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  tell({ kind: 'crashed', reason }, () => process.exit(1));
}

/** `onSent` is also called when there is nobody to tell. */
function tell(message: FromWorker, onSent: () => void = () => {}): void {
  if (!process.connected || !process.send) return onSent();
  process.send(message, undefined, undefined, () => onSent());
}
