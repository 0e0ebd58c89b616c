// `paritygate serve`: the control plane in this process, the data plane in workers. It starts them, has those replaced
// that crash, gives them way to new ones when the config is reloaded, and drains them in the end.
import type { Config } from './config/index.ts';
import type { Control, StatusDocument } from './control/index.ts';
import { createControlPlane } from './control-plane.ts';
import { type Clock, ParitygateError, systemClock } from './core/index.ts';
import { createFleet, type Fleet } from './fleet.ts';
import { type Bound, validateReload } from './reload-check.ts';
import { createReloads } from './reloads.ts';
import { choosePort, readSetup, type Setup } from './setup.ts';
import { describeStatus } from './status.ts';
import { createWarnings } from './warnings.ts';
import type { Started } from './worker-protocol.ts';

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
  start(): Promise<Reached>;
  /** Reads the config again. Never rejects: what is wrong is told, and the config that runs stays. */
  reload(): Promise<void>;
  /** Drains. */
  stop(): Promise<void>;
  /** Ends every worker at once. */
  kill(): void;
}

/** Where the proxy is reached. */
export interface Reached extends Bound {
  /** Whether clients are spoken to over TLS. */
  readonly isSecure: boolean;
}

export function createSupervisor(file: string, seams: SupervisorSeams): Supervisor {
  const { clock = systemClock, onWarning, onInfo, onOutput } = seams;
  const warnings = createWarnings({ clock, onNews: onWarning });
  const fleet = createFleet({ clock, onWarning: warnings.add, onOutput });
  const startedMs = clock.monotonicMs();
  const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
  let config: Config | undefined;
  let bound: Bound | undefined;
  let control: Control | undefined;
  let contractWarnings: readonly string[] = [];
  let stopped: Promise<void> | undefined;

  const reloads = createReloads({
    work: reload,
    begun,
    isStopped: () => stopped !== undefined,
    clock,
    onRefused: (reason) => warnings.add(`the config was not reloaded, and the one that was running stays: ${reason}`),
  });

  async function describe(): Promise<StatusDocument> {
    // Before the workers are asked: who reads that the config was reloaded sees the workers that serve by it.
    const reload = reloads.last();
    const { plane, workers, restarts } = await fleet.describe();
    const told = [...contractWarnings, ...warnings.list()];
    const uptimeMs = clock.monotonicMs() - startedMs;
    return describeStatus(plane, { uptimeMs, workers, restarts, reload, warnings: told });
  }

  function noteContract({ contractWarnings: found }: Started): void {
    for (const warning of found) if (!contractWarnings.includes(warning)) onWarning(warning);
    contractWarnings = found;
  }

  async function start(): Promise<Reached> {
    const setup = readSetup(file);
    config = setup.config;
    control = createControlPlane(config, { ready: () => !stopped && fleet.isReady(), status: describe });
    const started = await launchFirst(fleet, setup);
    noteContract(started);
    const { port } = await control.start();
    bound = { listen: { ...config.listen, port: started.port }, control: { ...config.control.listen, port } };
    return { ...bound, isSecure: config.tls !== undefined };
  }

  async function reload(): Promise<void> {
    if (!config || !bound) return;
    const setup = readSetup(file);
    validateReload(config, setup.config, bound);
    noteContract(await fleet.launch(setup, bound.listen.port));
    config = setup.config;
    onInfo(`the config was reloaded: ${config.workers} new workers serve, the old ones end what they have begun`);
  }

  async function stop(): Promise<void> {
    await fleet.stop(config?.graceMs ?? 0);
    await control?.stop();
  }

  const stopOnce = (): Promise<void> => {
    stopped ??= stop();
    return stopped;
  };

  return {
    start: () =>
      start()
        .catch((error) => stopOnce().then(() => Promise.reject(error)))
        .finally(begin),
    reload: reloads.ask,
    stop: stopOnce,
    kill: fleet.kill,
  };
}

/** A free port that was found may be taken by the time that a worker listens on it. */
async function launchFirst(fleet: Fleet, setup: Setup, tries = 5): Promise<Started> {
  const { listen } = setup.config;
  try {
    return await fleet.launch(setup, await choosePort(listen));
  } catch (error) {
    const isTaken = error instanceof ParitygateError && error.code === 'PG_PORT_IN_USE';
    if (!isTaken || listen.port !== 0 || tries === 1) throw error;
    return launchFirst(fleet, setup, tries - 1);
  }
}
