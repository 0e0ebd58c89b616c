// The proxy inside an app: `app.use(await paritygate({ config: 'paritygate.yaml' }))` makes the app's own routes legacy.
import { composeApp, type Seams } from './app.ts';
import { type Config, loadConfig, locate } from './config/index.ts';
import { ParitygateError } from './core/index.ts';
import type { Host } from './data-plane.ts';
import { createMount, type Handler } from './proxy/index.ts';

export interface MiddlewareOptions extends Seams {
  /** A file, `paritygate.yaml` unless it is named, or what `loadConfig` or `parseConfig` made of one. */
  readonly config?: string | Config;
}

/** For `app.use`, before whatever reads request bodies or rewrites responses. */
export interface Middleware extends Handler {
  /** Lets requests end that a backend serves, and writes what was recorded. From then on the app answers everything. */
  stop(): Promise<void>;
  /** Where `paritygate status` asks. */
  readonly controlPort: number;
}

/**
 * Starts everything but the listener. `backends.legacy` of the config is the address at which the app itself is reached:
 * what a candidate served is compared with what the app would have answered, and for that the app is asked over HTTP.
 */
export async function paritygate(options: MiddlewareOptions = {}): Promise<Middleware> {
  const { config: given = 'paritygate.yaml', onWarning = emitWarning, ...seams } = options;
  const config = typeof given === 'string' ? loadConfig(given) : given;
  refuseOtherLegacies(config);
  if (config.workers > 1) onWarning('`workers` is ignored: the middleware runs in the process of the app');
  if (config.tls) onWarning('`tls` is ignored: the app has its own server');
  let handle: Handler = (_request, _response, next) => next();
  const host: Host = (plane, told) => {
    const mount = createMount(plane, { ...told, graceMs: config.graceMs });
    handle = mount.handle;
    return mount;
  };
  const app = composeApp(config, { ...seams, onWarning }, host);
  const { controlPort } = await app.start();
  return Object.assign<Handler, Pick<Middleware, 'stop' | 'controlPort'>>(
    (request, response, next) => handle(request, response, next),
    { stop: app.stop, controlPort },
  );
}

/** A group's own legacy would be compared with the candidate, while the app's routes are what clients get. */
function refuseOtherLegacies({ groups, backends, places }: Config): void {
  const other = groups.find(({ legacy }) => addressOf(legacy) !== addressOf(backends.legacy));
  if (!other) return;
  throw new ParitygateError('PG_CONFIG_INVALID', `group ${other.name} has a legacy of its own, which is not the app`, {
    at: locate(places, ['groups', other.name, 'legacy']),
    fix: 'leave `legacy` out of the groups: as middleware, the routes of the app are the legacy of all',
  });
}

function addressOf({ url, socketPath }: Config['backends']['legacy']): string {
  return `${url.origin} ${socketPath ?? ''}`;
}

function emitWarning(message: string): void {
  process.emitWarning(message, 'ParitygateWarning');
}
