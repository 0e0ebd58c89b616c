import { loadConfig } from '../config/index.ts';
import type { BreakerStatus, StatusDocument } from '../control/index.ts';
import { EXIT, type ExitCode, ParitygateError } from '../core/index.ts';
import { formatTable } from './terminal.ts';

interface StatusOptions {
  readonly config: string;
  readonly json?: boolean;
}

/** Asks a running proxy how it is. */
export async function runStatus(options: Partial<StatusOptions>): Promise<ExitCode> {
  const config = loadConfig(options.config ?? 'paritygate.yaml');
  const { host, port } = config.control.listen;
  const status = await fetchStatus(`http://${host.includes(':') ? `[${host}]` : host}:${port}/v1/status`);
  console.log(options.json ? JSON.stringify(status, null, 2) : describeStatus(status));
  return EXIT.pass;
}

async function fetchStatus(url: string): Promise<StatusDocument> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(5000) });
    if (!response.ok) throw new Error(`${url} answered ${response.status}`);
    const status = (await response.json()) as StatusDocument; // the control API is held to this type by its own contract
    if (!Array.isArray(status?.groups)) throw new Error(`${url} is the API of something else`);
    return status;
  } catch (cause) {
    throw new ParitygateError('PG_UNREACHABLE', `no proxy answers on ${url}`, {
      cause,
      fix: 'start it with `paritygate serve`, or correct `control.listen`',
    });
  }
}

function describeStatus(status: StatusDocument): string {
  const groups = status.groups.map(({ name, flag, weight, observed }) => {
    const served = observed.legacy + observed.candidate;
    const share = served === 0 ? 'n/a' : `${((observed.candidate / served) * 100).toFixed(1)} %`;
    return [name, flag, weight === null ? 'n/a' : `${weight} %`, share, String(served)];
  });
  const { flags, store, live, shadow, contract, reload } = status;
  return [
    formatTable([['GROUP', 'FLAG', 'SET', 'OBSERVED', 'SERVED'], ...groups]),
    '',
    `flags     ${flags.ok ? 'ok' : `NOT OK: ${flags.error}`} (${flags.source})`,
    `store     ${store.ok ? 'ok' : `NOT OK: ${store.error}`} (${store.location})`,
    `live      ${live.inFlight} in flight, ${live.shed} turned away`,
    ...status.groups.flatMap(({ name, breaker }) => describeBreaker(name, breaker)),
    `shadow    ${shadow.inFlight} in flight, ${shadow.queued} waiting, ${shadow.dropped} dropped`,
    `workers   ${describeWorkers(status)}`,
    ...(reload?.error === undefined
      ? []
      : [`reload    NOT DONE at ${new Date(reload.atMs).toISOString()}: ${reload.error}`]),
    `contract  ${contract.title} (${contract.file}, ${contract.operations} operations)`,
    ...status.warnings.map((warning) => `warning   ${warning}`),
  ].join('\n');
}

/** `2 serving, 1 draining, 3 restarts` */
function describeWorkers({ workers, restarts }: StatusDocument): string {
  const states = [...Map.groupBy(workers, ({ state }) => state)].map(([state, { length }]) => `${length} ${state}`);
  return [states.join(', ') || 'none', ...(restarts > 0 ? [`${restarts} restarts`] : [])].join(', ');
}

/** Nothing where it never opened. */
function describeBreaker(group: string, { state, opened, diverted }: BreakerStatus): readonly string[] {
  if (opened === 0) return [];
  return [`breaker   ${group}: ${state}, opened ${opened} times, ${diverted} requests went to legacy instead`];
}
