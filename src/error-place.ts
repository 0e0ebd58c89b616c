import { type Config, type ConfigPath, locate } from './config/index.ts';
import { ParitygateError } from './core/index.ts';

/** Adds where in the config the address stands that could not be bound: the listeners know no files. */
export function at({ places }: Config, path: ConfigPath): (error: unknown) => never {
  return (error) => {
    if (!(error instanceof ParitygateError) || error.at) throw error;
    throw new ParitygateError(error.code, error.message, {
      at: locate(places, path),
      fix: error.fix,
      cause: error.cause,
    });
  };
}
