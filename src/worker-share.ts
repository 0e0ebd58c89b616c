import type { Config } from './config/index.ts';

/**
 * The config of one worker. What bounds the load on a backend, or memory, is meant for all of them together and is dealt
 * out; a share is never so small that the worker could do nothing at all.
 */
export function shareOf(config: Config, port: number): Config {
  const share = (whole: number): number => (whole === 0 ? 0 : Math.max(1, Math.floor(whole / config.workers)));
  const { shadow, confirm } = config;
  return {
    ...config,
    listen: { ...config.listen, port },
    shadow: { ...shadow, concurrency: share(shadow.concurrency), queue: share(shadow.queue) },
    // Below 1 a second it would never hold a whole second read.
    confirm: { ...confirm, perSecond: Math.max(Math.min(confirm.perSecond, 1), confirm.perSecond / config.workers) },
  };
}
