import { isIPv4 } from 'node:net';
import { ParitygateError } from '../core/index.ts';

/** The control API has no tokens yet, so nobody but this machine may reach it. */
export function assertLoopback(host: string): void {
  if (host === 'localhost' || host === '::1' || (isIPv4(host) && host.startsWith('127.'))) return;
  throw new ParitygateError('PG_CONFIG_INVALID', `the control API must not listen on ${JSON.stringify(host)}`, {
    fix: 'set control.listen to a loopback address, such as 127.0.0.1:9090; it shows traffic and has no password',
  });
}

/**
 * Whether a `Host` names us. A web page whose name is made to resolve to 127.0.0.1 (DNS rebinding) reaches the port but
 * must send its own name. Port 80 is the default of http, which clients leave out.
 */
export function isOurHost(host: string | undefined, port: number): boolean {
  const [, name, given = '80'] = /^(localhost|\[::1\]|127\.\d+\.\d+\.\d+)(?::(\d+))?$/i.exec(host ?? '') ?? [];
  return name !== undefined && Number(given) === port;
}
