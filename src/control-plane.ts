// The control plane: what a person or a platform asks a running proxy. It serves no client of the backends.
import { fileURLToPath } from 'node:url';
import type { Config } from './config/index.ts';
import { type Control, type ControlOptions, createControl } from './control/index.ts';
import { at } from './error-place.ts';

export type { Control };

/** What it tells of, in this process or in others. */
export type Told = Pick<ControlOptions, 'status' | 'ready' | 'onError'>;

export function createControlPlane(config: Config, told: Told): Control {
  const control = createControl({
    ...told,
    listen: config.control.listen,
    contractFile: fileURLToPath(new URL('../openapi/control.yaml', import.meta.url)),
  });
  return { ...control, start: () => control.start().catch(at(config, ['control', 'listen'])) };
}
