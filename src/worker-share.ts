import type { Config } from './config/index.ts';

/**
 * The config of one worker. What bounds the load on a backend, or memory, is meant for all of them together and is dealt
 * out; a share is never so small that the worker could do nothing at all.
 */
export function shareOf(config: Config, port: number): Config {
  const share = (whole: number): number => (whole === 0 ? 0 : Math.max(1, Math.floor(whole / config.workers)));
  const { shadow, confirm, probe } = config;
  return {
    ...config,
    listen: { ...config.listen, port },
    shadow: {
      ...shadow,
      concurrency: share(shadow.concurrency),
      queue: share(shadow.queue),
      connectionsPerSecond: shadow.connectionsPerSecond / config.workers,
    },
    confirm: { ...confirm, perSecond: confirm.perSecond / config.workers },
    probe: { ...probe, perSecond: probe.perSecond / config.workers },
  };
}
