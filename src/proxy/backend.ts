import type { TlsFiles } from './tls.ts';

/** Where a backend is, and how it is spoken to. */
export interface Backend {
  /** Scheme, name or address, and port. */
  readonly url: URL;
  /** A unix socket that is connected to; the url then only says whether TLS is spoken over it, and with whom. */
  readonly socketPath?: string | undefined;
  /** For https. What is left out is Node's own: its authorities, and no certificate to show. */
  readonly tls?: BackendTls | undefined;
}

export interface BackendTls extends TlsFiles {
  /** The name that is asked for and that the certificate must be for, instead of the url's. */
  readonly servername: string | undefined;
}

/** The two backends of a group; a candidate may be missing until there is one. */
export interface BackendPair {
  readonly legacy: Backend;
  readonly candidate: Backend | undefined;
}

/** Without the brackets of an IPv6 address. */
export function hostnameOf({ url }: Backend): string {
  return url.hostname.replace(/^\[|\]$/g, '');
}

/** All that a connection to it depends on. */
export function identityOf({ url, socketPath, tls }: Backend): readonly (string | undefined)[] {
  return [url.origin, socketPath, tls?.servername, tls?.ca?.path, tls?.cert?.path, tls?.key?.path];
}
