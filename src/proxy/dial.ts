// How a connection to a backend is made: by name, address or unix socket, in the clear or over TLS. Everything that goes
// to a backend, live, mirrored or upgraded, goes over connections made here.
import { X509Certificate } from 'node:crypto';
import { connect as connectTcp, isIP, isIPv6, type LookupFunction, type OnReadOpts, type Socket } from 'node:net';
import { type ConnectionOptions, checkServerIdentity, connect as connectTls, type PeerCertificate } from 'node:tls';
import type { Dial } from '../http1/index.ts';
import { type Backend, hostnameOf } from './backend.ts';
import { createClientContext } from './tls.ts';

/** Opens a socket; how it is to be read may be said, as Node's own `onread` says it. */
type Open = (onread?: OnReadOpts) => Socket;

/** A dial that may also be used for a socket that is not read as HTTP. */
export interface BackendDial extends Dial {
  readonly open: Open;
}

/** Reads the files that the backend's TLS names, so that a bad one is known before there are requests. */
export function createDial(backend: Backend, lookup: LookupFunction): BackendDial {
  if (backend.url.protocol !== 'https:') {
    const target = targetOf(backend, 80);
    return { ready: 'connect', open: (onread) => connectTcp({ ...target, lookup, ...readingOf(onread) }) };
  }
  return { ready: 'secureConnect', open: openSecure(backend, lookup) };
}

type Target = { readonly host: string; readonly port: number; readonly autoSelectFamily: true; readonly path?: string };

function targetOf(backend: Backend, defaultPort: number): Target {
  const { url, socketPath } = backend;
  const port = Number(url.port) || defaultPort;
  // Of several addresses the next is tried when one refuses.
  const target = { host: hostnameOf(backend), port, autoSelectFamily: true } as const;
  return socketPath === undefined ? target : { ...target, path: socketPath };
}

function openSecure(backend: Backend, lookup: LookupFunction): Open {
  let session: Buffer | undefined;
  const options: ConnectionOptions = {
    ...targetOf(backend, 443),
    lookup,
    secureContext: createClientContext(backend.tls),
    servername: servernameOf(backend),
    ALPNProtocols: ['http/1.1'],
    checkServerIdentity: checkIdentity,
    // Said aloud, because an environment variable turns off what is not.
    rejectUnauthorized: true,
  };
  return (onread) => {
    // The library reads `onread` as a plain socket does; its type leaves it out.
    const socket = connectTls({ ...options, ...(session && { session }), ...(readingOf(onread) as object) });
    // Node tells of a session only once its handshake was accepted in full, and must: it does not check the name again.
    socket.on('session', (latest) => {
      session = latest;
    });
    return socket;
  };
}

/** In a protocol that takes the connection over, one side may be done while the other still speaks. */
function readingOf(onread: OnReadOpts | undefined): { onread: OnReadOpts } | { allowHalfOpen: true } {
  return onread ? { onread } : { allowHalfOpen: true };
}

/** RFC 6066, section 3: a name without its final dot, and never an address; an address is checked all the same. */
function servernameOf(backend: Backend): string {
  const hostname = hostnameOf(backend);
  return backend.tls?.servername ?? (isIP(hostname) ? '' : hostname.replace(/\.$/, ''));
}

/** As Node does, but for IPv6, where some versions find no address in any certificate (nodejs/node#64144). */
function checkIdentity(host: string, peer: PeerCertificate): Error | undefined {
  if (!isIPv6(host)) return checkServerIdentity(host, peer);
  if (new X509Certificate(peer.raw).checkIP(host) !== undefined) return undefined;
  return Object.assign(new Error(`the certificate is not for ${host}`), { code: 'ERR_TLS_CERT_ALTNAME_INVALID' });
}

/** Whether connections go to addresses that may change. */
export function hasName(backend: Backend): boolean {
  return backend.socketPath === undefined && isIP(hostnameOf(backend)) === 0;
}

/** Opens one connection; calls back once, with it when it can be written to. */
export type Connect = (callback: (error: Error | null, socket?: Socket) => void) => void;

class ConnectTimeout extends Error {
  readonly code = 'PG_CONNECT_TIMEOUT';
}

/** A connection for a protocol that takes it over. */
export function createConnect({ open, ready }: BackendDial, connectMs: number): Connect {
  return (callback) => {
    const socket = open();
    const timer = setTimeout(() => socket.destroy(new ConnectTimeout('the backend took too long')), connectMs);
    const fail = (error: Error): void => {
      clearTimeout(timer);
      callback(error);
    };
    socket.once('error', fail);
    socket.once(ready, () => {
      clearTimeout(timer);
      socket.off('error', fail);
      // Until somebody else listens, and beside them: an error that nobody listens to ends the process.
      socket.on('error', () => {});
      callback(null, socket);
    });
  };
}
