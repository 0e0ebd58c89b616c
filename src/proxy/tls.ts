// Certificates and keys: read from the files that the config names, and checked before anything depends on them.
import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createSecureContext, type SecureContext } from 'node:tls';
import { type Location, ParitygateError } from '../core/index.ts';

/** A file, and where the config names it. */
export interface NamedFile {
  readonly path: string;
  readonly at: Location | undefined;
}

/** PEM files: the authorities that the other end must be certified by, and what this end shows of itself. */
export interface TlsFiles {
  /** Instead of the authorities that Node trusts, not beside them. */
  readonly ca: NamedFile | undefined;
  /** A certificate, and after it those that lead to its authority. Never without a key. */
  readonly cert: NamedFile | undefined;
  readonly key: NamedFile | undefined;
}

/** The content of TLS files, in PEM. */
export interface TlsMaterial {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

/** Reads and checks all files; throws an error that names the file and the place in the config that names it. */
export function readTls({ ca, cert, key }: TlsFiles): TlsMaterial {
  const authorities = ca && { ca: readCertificates(ca).text };
  if (!cert || !key) return { ...authorities };
  const shown = readCertificates(cert);
  const secret = readKey(key);
  if (!shown.first.checkPrivateKey(secret.key)) {
    const fix = `name the key that ${cert.path} was made with`;
    throw fileError(key, 'is not the key of that certificate', { fix });
  }
  const material = { ...authorities, cert: shown.text, key: secret.text };
  createContext(material, cert);
  return material;
}

/** What a client of a backend speaks TLS with. Made once: it is costly, and sessions are resumed within one only. */
export function createClientContext(files: TlsFiles | undefined): SecureContext {
  return createSecureContext(files ? readTls(files) : {});
}

/** OpenSSL has rules of its own, such as a least size of keys. */
function createContext(material: TlsMaterial, at: NamedFile): void {
  try {
    createSecureContext({ ...material });
  } catch (cause) {
    throw fileError(at, `is not accepted by OpenSSL: ${messageOf(cause)}`, { fix: 'make it anew', cause });
  }
}

const CERTIFICATE = /-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----/gs;

function readCertificates(file: NamedFile): { readonly text: string; readonly first: X509Certificate } {
  const text = readText(file);
  const [first, ...others] = (text.match(CERTIFICATE) ?? []).map((block) => parseCertificate(block, file));
  if (first === undefined) {
    const fix = 'name a PEM file; `openssl x509 -inform der -in <file> -out <file>.pem` converts one in DER';
    throw fileError(file, 'holds no certificate in PEM', { fix });
  }
  return { text: [first, ...others].map(({ pem }) => pem).join('\n'), first: first.certificate };
}

function parseCertificate(pem: string, file: NamedFile): { pem: string; certificate: X509Certificate } {
  try {
    return { pem, certificate: new X509Certificate(pem) };
  } catch (cause) {
    const fix = 'replace the file by a whole one: it may have been cut or pasted wrongly';
    throw fileError(file, `holds a certificate that cannot be read: ${messageOf(cause)}`, { fix, cause });
  }
}

function readKey(file: NamedFile): { readonly text: string; readonly key: KeyObject } {
  const text = readText(file);
  try {
    return { text, key: createPrivateKey(text) };
  } catch (cause) {
    const isEncrypted = text.includes('ENCRYPTED');
    const what = isEncrypted ? 'is encrypted' : 'holds no private key in PEM';
    const fix = isEncrypted
      ? 'decrypt it with `openssl pkey -in <file> -out <file>.plain`, and let only this process read it'
      : 'name a PEM file that begins with `-----BEGIN PRIVATE KEY-----`';
    throw fileError(file, what, { fix, cause });
  }
}

function readText(file: NamedFile): string {
  try {
    return readFileSync(file.path, 'utf8');
  } catch (cause) {
    // The cast is safe: node:fs throws errors with a code.
    const code = (cause as NodeJS.ErrnoException).code;
    const what = code === 'ENOENT' || code === 'ENOTDIR' ? 'is not there' : `cannot be read (${code})`;
    throw fileError(file, what, { fix: 'name a readable file; a relative path begins at the config file', cause });
  }
}

function fileError(file: NamedFile, what: string, { fix, cause }: { fix: string; cause?: unknown }): ParitygateError {
  return new ParitygateError('PG_TLS_INVALID', `${file.path} ${what}`, { at: file.at, fix, cause });
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
