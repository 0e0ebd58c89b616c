import type { Address, Config } from './config.ts';
import { type ConfigPath, formatPath, locate } from './places.ts';
import type { Problem } from './problems.ts';

/** What is wrong between fields that are right by themselves. */
export function conflictsOf(config: Config): readonly Problem[] {
  return operationClaims(config);
}

/** What is wrong with the addresses to listen on, for whoever listens there. */
export function listenConflictsOf(config: Config): readonly Problem[] {
  return [...sharedPort(config), ...loops(config)];
}

function operationClaims({ groups, places }: Config): readonly Problem[] {
  const claims = new Map<string, string>();
  return groups.flatMap(({ name, operations }) =>
    operations.flatMap((operation, index): Problem[] => {
      const other = claims.get(operation);
      claims.set(operation, other ?? name);
      if (other === undefined) return [];
      const at = locate(places, ['groups', name, 'operations', index]);
      const message = `operation ${operation} of group ${name} is already in group ${other}`;
      return [{ code: 'PG_CONFIG_INVALID', message, at, fix: 'list each operation once: a request has one group' }];
    }),
  );
}

function sharedPort({ listen, control, places }: Config): readonly Problem[] {
  if (listen.port === 0 || listen.port !== control.listen.port || !isSameHost(listen, control.listen)) return [];
  const message = `listen and control.listen are both on port ${listen.port}`;
  const at = locate(places, ['control', 'listen']);
  return [{ code: 'PG_CONFIG_INVALID', message, at, fix: 'give the control API its own port' }];
}

/** A backend that is the proxy itself would make every request go round for ever. */
function loops({ backends, groups, listen, places }: Config): readonly Problem[] {
  const targets = [
    { path: ['backends'], pair: backends },
    ...groups.map((group) => ({ path: ['groups', group.name], pair: group })),
  ];
  return targets.flatMap(({ path, pair }) =>
    (['legacy', 'candidate'] as const).flatMap((side): Problem[] => {
      const backend = pair[side];
      const field: ConfigPath = [...path, side];
      const isInherited = path.length > 1 && backend === backends[side];
      if (backend === undefined || backend.socketPath !== undefined || isInherited) return [];
      const target = addressOf(backend.url);
      if (!isSameHost(listen, target) || listen.port !== target.port) return [];
      const message = `${formatPath(field)} is the address that Paritygate listens on itself`;
      return [
        { code: 'PG_CONFIG_INVALID', message, at: locate(places, field), fix: 'name the address of the backend' },
      ];
    }),
  );
}

function addressOf(url: URL): Address {
  const port = url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port);
  return { host: url.hostname.replace(/^\[|\]$/g, ''), port };
}

function isSameHost(a: Address, b: Address): boolean {
  const every = ['0.0.0.0', '::'];
  const local = ['localhost', '127.0.0.1', '::1', ...every];
  return a.host === b.host || (local.includes(a.host) && local.includes(b.host));
}
