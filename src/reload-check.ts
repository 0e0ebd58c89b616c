import { type Address, type Config, type ConfigPath, locate } from './config/index.ts';
import { ParitygateError } from './core/index.ts';

/** The addresses that are listened on, with the ports that were found for 0. */
export interface Bound {
  readonly listen: Address;
  readonly control: Address;
}

/**
 * Throws PG_RELOAD_FIXED when a reload would change what a running proxy cannot: where it is reached, and where its
 * evidence is.
 */
export function validateReload(running: Config, next: Config, bound: Bound): void {
  const changed = changes(running, next, bound);
  const [first] = changed;
  if (!first) return;
  const keys = changed.map(({ path }) => path.join('.'));
  throw new ParitygateError('PG_RELOAD_FIXED', `a reload cannot change ${keys.join(', ')}: ${first.was} is in use`, {
    at: locate(next.places, first.path),
    fix: 'restart the proxy to change it, or write back what was there',
  });
}

interface Change {
  readonly path: ConfigPath;
  readonly was: string;
}

function changes(running: Config, next: Config, bound: Bound): readonly Change[] {
  const isStoreChanged = next.store.path !== running.store.path;
  return [
    ...addressChange(['listen'], [running.listen, bound.listen], next.listen),
    ...addressChange(['control', 'listen'], [running.control.listen, bound.control], next.control.listen),
    ...(isStoreChanged ? [{ path: ['store'], was: running.store.path }] : []),
  ];
}

/** A port that was found for 0 may be written down later. */
function addressChange(
  path: ConfigPath,
  [written, bound]: readonly [Address, Address],
  next: Address,
): readonly Change[] {
  const isSame = next.host === bound.host && (next.port === written.port || next.port === bound.port);
  return isSame ? [] : [{ path, was: `${bound.host}:${bound.port}` }];
}
