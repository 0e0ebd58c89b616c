// Certificates made for one test run: no private key is kept anywhere.
import type { webcrypto } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { createServer, type Server, type ServerOptions } from 'node:https';
import { type AddressInfo, isIP } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { NamedFile } from '../proxy/index.ts';

// The library's container asks for three functions of a proposal that Node does not have, and works without what they
// would keep. They must be there before it is loaded.
Object.assign(Reflect, { getMetadata: () => undefined, getOwnMetadata: () => undefined, defineMetadata: () => {} });
const x509 = await import('@peculiar/x509');

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const HOUR_MS = 3_600_000;

/** In PEM. */
export interface Certified {
  readonly cert: string;
  readonly key: string;
}

export interface Authority {
  /** Its own certificate, in PEM. */
  readonly ca: string;
  /** A certificate for host names and addresses, valid for an hour around now unless it ended before. */
  certify(names: readonly string[], options?: { readonly endedMsAgo?: number }): Promise<Certified>;
}

export async function createAuthority(name = 'An authority for tests'): Promise<Authority> {
  const keys = await crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const self = await x509.X509CertificateGenerator.create({
    subject: `CN=${name}`,
    issuer: `CN=${name}`,
    ...validity(-HOUR_MS),
    signingKey: keys.privateKey,
    publicKey: keys.publicKey,
    signingAlgorithm: ALGORITHM,
    extensions: [new x509.BasicConstraintsExtension(true, undefined, true)],
  });
  return {
    ca: self.toString('pem'),
    certify: (names, { endedMsAgo = -HOUR_MS } = {}) =>
      certify(names, { self, signingKey: keys.privateKey, endedMsAgo }),
  };
}

interface Issuing {
  readonly self: InstanceType<typeof x509.X509Certificate>;
  readonly signingKey: webcrypto.CryptoKey;
  readonly endedMsAgo: number;
}

async function certify(names: readonly string[], { self, signingKey, endedMsAgo }: Issuing): Promise<Certified> {
  const keys = await crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const subjects = names.map((value) => ({ type: isIP(value) ? ('ip' as const) : ('dns' as const), value }));
  const certificate = await x509.X509CertificateGenerator.create({
    subject: `CN=${names[0] ?? 'nobody'}`,
    issuer: self.subjectName,
    ...validity(endedMsAgo),
    signingKey,
    publicKey: keys.publicKey,
    signingAlgorithm: ALGORITHM,
    extensions: [new x509.SubjectAlternativeNameExtension(subjects)],
  });
  const key = await crypto.subtle.exportKey('pkcs8', keys.privateKey);
  return { cert: certificate.toString('pem'), key: x509.PemConverter.encode(key, 'PRIVATE KEY') };
}

function validity(endedMsAgo: number): { notBefore: Date; notAfter: Date } {
  const endMs = Date.now() - endedMsAgo;
  return { notBefore: new Date(endMs - 2 * HOUR_MS), notAfter: new Date(endMs) };
}

/** Writes texts to files of their own, which are gone when the test ends. */
export function namedFiles<Name extends string>(
  t: TestContext,
  texts: Readonly<Record<Name, string>>,
): Readonly<Record<Name, NamedFile>> {
  const directory = mkdtempSync(join(tmpdir(), 'paritygate-tls-'));
  t.after(() => rmSync(directory, { recursive: true }));
  const entries = Object.entries<string>(texts).map(([name, text]) => {
    const path = join(directory, `${name}.pem`);
    writeFileSync(path, text);
    return [name, { path, at: undefined }];
  });
  return Object.fromEntries(entries);
}

export interface SecureBackend {
  readonly server: Server;
  readonly port: number;
  /** The name that each new connection asked for; false where it asked for none. */
  readonly askedFor: readonly (string | false)[];
}

/** A real HTTPS server on a free port of 127.0.0.1, or of another host, closed when the test ends. */
export async function startSecureBackend(
  t: TestContext,
  options: ServerOptions & { readonly host?: string },
  listener: RequestListener,
): Promise<SecureBackend> {
  const server = createServer(options, listener);
  const askedFor: (string | false)[] = [];
  server.on('secureConnection', (socket) => askedFor.push(socket.servername ?? false));
  server.on('tlsClientError', () => {});
  server.listen(0, options.host ?? '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo; // a listening TCP server has an address of this kind
  return { server, port, askedFor };
}
