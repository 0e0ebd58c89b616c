// `paritygate serve`: the control plane in this process, the data plane in workers. It starts them, has those replaced
// that crash, gives them way to new ones when the config is reloaded, and drains them in the end.
import type { Config } from './config/index.ts';
import type { Control, ReloadStatus, StatusDocument } from './control/index.ts';
import { createControlPlane } from './control-plane.ts';
import { type Clock, describeError, ParitygateError, systemClock } from './core/index.ts';
import { createFleet } from './fleet.ts';
import { type Bound, validateReload } from './reload-check.ts';
import { choosePort, readSetup, type Setup } from './setup.ts';
import { describeStatus } from './status.ts';
import { createWarnings } from './warnings.ts';
import type { Started } from './worker-protocol.ts';

export type { Bound };

export interface SupervisorSeams {
  readonly clock?: Clock;
  /** Gets one sentence for each thing a person should know. */
  readonly onWarning: (message: string) => void;
  /** Gets one for each thing that went as it should. */
  readonly onInfo: (message: string) => void;
  /** A line that a worker printed, as Node does on its way down. */
  readonly onOutput: (line: string, pid: number) => void;
}

export interface Supervisor {
  /** Rejects with a ParitygateError when something is not as it must be; what had started is then stopped. */
  start(): Promise<Bound>;
  /** Reads the config again. Never rejects: what is wrong is told, and the config that runs stays. */
  reload(): Promise<void>;
  /** Drains. */
  stop(): Promise<void>;
  /** Ends every worker at once. */
  kill(): void;
}

export function createSupervisor(file: string, seams: SupervisorSeams): Supervisor {
  const { clock = systemClock, onWarning, onInfo, onOutput } = seams;
  const warnings = createWarnings({ clock, onNews: onWarning });
  const fleet = createFleet({ clock, onWarning: warnings.add, onOutput });
  const startedMs = clock.monotonicMs();
  let running: { readonly config: Config; readonly bound: Bound } | undefined;
  let contractWarnings: readonly string[] = [];
  let control: Control | undefined;
  let reloaded: ReloadStatus | null = null;
  let reloading: Promise<void> | undefined;
  let isReloadAsked = false;
  let stopped: Promise<void> | undefined;

  const status = async (): Promise<StatusDocument> => {
    const { plane, workers, restarts } = await fleet.describe();
    const uptimeMs = clock.monotonicMs() - startedMs;
    const told = [...contractWarnings, ...warnings.list()];
    return describeStatus(plane, { uptimeMs, workers, restarts, reload: reloaded, warnings: told });
  };

  function noteContract({ contractWarnings: found }: Started): void {
    for (const warning of found) if (!contractWarnings.includes(warning)) onWarning(warning);
    contractWarnings = found;
  }

  async function start(): Promise<Bound> {
    const setup = readSetup(file);
    const { config } = setup;
    control = createControlPlane(config, { ready: () => !stopped && fleet.isReady(), status });
    const started = await launchFirst(setup);
    noteContract(started);
    const { port: controlPort } = await control.start();
    const bound = {
      listen: { ...config.listen, port: started.port },
      control: { ...config.control.listen, port: controlPort },
    };
    running = { config, bound };
    return bound;
  }

  /** A free port that was found may be taken by the time that a worker listens on it. */
  async function launchFirst(setup: Setup, tries = 5): Promise<Started> {
    const { listen } = setup.config;
    try {
      return await fleet.launch(setup, await choosePort(listen));
    } catch (error) {
      const isTaken = error instanceof ParitygateError && error.code === 'PG_PORT_IN_USE';
      if (!isTaken || listen.port !== 0 || tries === 1) throw error;
      return launchFirst(setup, tries - 1);
    }
  }

  async function reloadOnce(): Promise<void> {
    if (!running) return;
    const atMs = clock.now();
    const { bound } = running;
    try {
      const setup = readSetup(file);
      validateReload(running.config, setup.config, bound);
      noteContract(await fleet.launch(setup, bound.listen.port));
      running = { config: setup.config, bound };
      reloaded = { atMs };
      onInfo(
        `the config was reloaded: ${setup.config.workers} new workers serve, the old ones end what they have begun`,
      );
    } catch (error) {
      if (stopped) return;
      const reason = error instanceof ParitygateError ? describeError(error) : String(error);
      reloaded = { atMs, error: reason };
      warnings.add(`the config was not reloaded, and the one that was running stays: ${reason}`);
    }
  }

  /** Asked for while one goes on, one more follows: the file may have changed since it was read. */
  async function reloadAll(): Promise<void> {
    while (isReloadAsked && !stopped) {
      isReloadAsked = false;
      await reloadOnce();
    }
    reloading = undefined;
  }

  async function stop(): Promise<void> {
    await fleet.stop(running?.config.graceMs ?? 0);
    await control?.stop();
  }

  const stopOnce = (): Promise<void> => {
    stopped ??= stop();
    return stopped;
  };

  const starting = Promise.withResolvers<void>();
  return {
    start: () =>
      start()
        .catch((error) => stopOnce().then(() => Promise.reject(error)))
        .finally(starting.resolve),
    reload: () => {
      isReloadAsked = true;
      reloading ??= starting.promise.then(reloadAll);
      return reloading;
    },
    stop: stopOnce,
    kill: fleet.kill,
  };
}
