// All workers there are: the ones that serve, and those before them that end what they have begun.
import type { StatusDocument } from './control/index.ts';
import type { Setup } from './setup.ts';
import type { PlaneReport } from './status.ts';
import { mergeReports, NO_COUNTS, retire, withoutCounts } from './status-merge.ts';
import { forkWorker, type WorkerHandle, type WorkerSeams } from './worker-handle.ts';
import { createWorkerPool, type WorkerCrash, type WorkerPool } from './worker-pool.ts';
import type { Started } from './worker-protocol.ts';

export interface Fleet {
  /** Starts workers of this setup, and lets those that served until then go once the new ones listen. */
  launch(setup: Setup, port: number): Promise<Started>;
  /** Whether any worker takes requests. */
  isReady(): boolean;
  /** Asks every worker; one that does not answer is shown as silent. */
  describe(): Promise<FleetStatus>;
  /** Resolves when no worker is left. */
  stop(graceMs: number): Promise<void>;
  kill(): void;
}

export type FleetStatus = Pick<StatusDocument, 'workers' | 'restarts'> & { readonly plane: PlaneReport };

/** Busy clients send their next request within it, and hear in its answer that it is the last on its connection. */
const QUIET_MS = 300;

/** Nobody waits for workers that gave way to new ones, so they may take as long as a download or a WebSocket does. */
const GIVE_WAY = { graceMs: 600_000, quietMs: 2_000, waitsForUpgraded: true };

export function createFleet(parts: WorkerSeams): Fleet {
  const pools = new Set<WorkerPool>();
  let serving: WorkerPool | undefined;
  let latest: PlaneReport | undefined;
  let gone = NO_COUNTS;
  let restarts = 0;
  let isStopped = false;

  const living = (): readonly WorkerHandle[] => [...pools].flatMap((pool) => pool.workers());

  function createPool({ config, forWorkers }: Setup, port: number): WorkerPool {
    return createWorkerPool({
      size: config.workers,
      fork: (patient) => forkWorker({ setup: { ...forWorkers, port }, patient }, parts),
      onCrash: (crash, waitMs) => {
        restarts += 1;
        parts.onWarning(describeCrash(crash, config.windowMs, waitMs), crash.pid ?? 0);
      },
      onGone: (worker) => {
        const report = worker.report();
        if (report) gone = retire(gone, report);
      },
    });
  }

  function giveWay(pool: WorkerPool, graceMs: number): void {
    // Those that already gave way to this one: at most two generations live at a time.
    for (const other of pools) if (other !== serving && other !== pool) void other.stop({ graceMs });
    void pool.stop(GIVE_WAY).then(() => pools.delete(pool));
  }

  async function launch(setup: Setup, port: number): Promise<Started> {
    if (isStopped) throw new Error('the proxy was stopped while it started');
    const pool = createPool(setup, port);
    pools.add(pool);
    try {
      const started = await pool.start();
      const before = serving;
      serving = pool;
      if (before) giveWay(before, setup.config.graceMs);
      return started;
    } catch (error) {
      await pool.stop({ graceMs: 0 });
      pools.delete(pool);
      throw error;
    }
  }

  async function describe(): Promise<FleetStatus> {
    const statuses = new Map(
      await Promise.all(living().map(async (worker) => [worker, await worker.status()] as const)),
    );
    // Without those that ended meanwhile: what they counted is among what is gone.
    const all = living();
    const current = serving?.workers() ?? [];
    const [first = latest && withoutCounts(latest), ...rest] = reportsOf(current);
    if (!first) throw new Error('no worker has started yet');
    latest = first;
    const others = reportsOf(all.filter((worker) => !current.includes(worker)));
    const workers = all.flatMap((worker) => statuses.get(worker) ?? []);
    return { workers, restarts, plane: mergeReports([first, ...rest], [...others, gone]) };
  }

  return {
    launch,
    isReady: () => serving?.workers().some((worker) => worker.isServing()) ?? false,
    describe,
    stop: async (graceMs) => {
      isStopped = true;
      await Promise.all([...pools].map((pool) => pool.stop({ graceMs, quietMs: QUIET_MS })));
    },
    kill: () => {
      isStopped = true;
      for (const pool of pools) pool.kill();
    },
  };
}

function reportsOf(workers: readonly WorkerHandle[]): readonly PlaneReport[] {
  return workers.flatMap((worker) => worker.report() ?? []);
}

function describeCrash({ pid, how, hadStarted }: WorkerCrash, windowMs: number, waitMs: number): string {
  const next = waitMs === 0 ? 'another takes its place at once' : `another takes its place in ${waitMs / 1000} s`;
  if (pid === undefined) return `no worker could be started (${how}); ${next}`;
  if (!hadStarted) return `worker ${pid} ended before it listened (${how}); ${next}`;
  return `worker ${pid} ended (${how}); what it saw since it last wrote, at most ${windowMs / 1000} s, is lost; ${next}`;
}
