// The composition root: a config in, { start, stop } out. Data plane and control plane in one process, as the demo's
// tests and other programs run them; `supervisor.ts` composes the same two over several processes.
import { bindingOf } from './binding.ts';
import { assertListens, type Config } from './config/index.ts';
import { type Contract, loadContract } from './contract/index.ts';
import { createControlPlane } from './control-plane.ts';
import { type Clock, systemClock } from './core/index.ts';
import { createDataPlane, type Host } from './data-plane.ts';
import { describeStatus } from './status.ts';
import { createWarnings } from './warnings.ts';

export { bindingOf };

export interface Seams {
  readonly clock?: Clock;
  /** Gets one sentence for each thing a person should know. */
  readonly onWarning?: (message: string) => void;
}

export interface App {
  /** Binds the ports; rejects with a ParitygateError when something is not as it must be. */
  start(): Promise<{ readonly port: number; readonly controlPort: number }>;
  /** Drains the live leg, finishes or drops shadow work, and writes what was recorded. */
  stop(): Promise<void>;
  readonly contract: Contract;
}

export function createApp(config: Config, seams: Seams = {}): App {
  assertListens(config);
  return composeApp(config, seams);
}

/** With a `host` there is no port of the data plane's own: 0 stands for it. */
export function composeApp(config: Config, { clock = systemClock, onWarning = () => {} }: Seams, host?: Host): App {
  const contract = loadContract(config);
  const warnings = createWarnings({ clock, onNews: onWarning });
  const plane = createDataPlane({ config, contract, clock, warn: (message) => warnings.add(message), host });
  const startedMs = clock.monotonicMs();
  const control = createControlPlane(config, {
    ready: plane.isReady,
    status: () => {
      const uptimeMs = clock.monotonicMs() - startedMs;
      return describeStatus(plane.report(), {
        uptimeMs,
        workers: [
          { pid: process.pid, state: plane.isReady() ? 'serving' : 'draining', uptimeMs: Math.round(uptimeMs) },
        ],
        restarts: 0,
        reload: null,
        warnings: [...contract.warnings, ...warnings.list()],
      });
    },
  });
  const stop = async (): Promise<void> => {
    await plane.stop();
    await control.stop();
  };
  const start = async (): Promise<{ port: number; controlPort: number }> => {
    const { port: controlPort } = await control.start();
    const { port } = await plane.start();
    return { port, controlPort };
  };
  return { contract, stop, start: () => start().catch((error) => stop().then(() => Promise.reject(error))) };
}
