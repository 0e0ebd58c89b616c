import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import { ParitygateError } from '../core/index.ts';
import { createAuthority, namedFiles } from '../testing/certificates.ts';
import { type NamedFile, readTls, type TlsFiles } from './tls.ts';

const authority = await createAuthority();
const certified = await authority.certify(['a.internal']);
const other = await authority.certify(['b.internal']);

const AT = { file: 'paritygate.yaml', line: 7, column: 12 };

function encryptedKey(): string {
  return generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' },
  }).privateKey;
}

function errorOf(files: Partial<TlsFiles>): ParitygateError {
  try {
    readTls({ ca: undefined, cert: undefined, key: undefined, ...files });
  } catch (error) {
    assert.ok(error instanceof ParitygateError, String(error));
    return error;
  }
  return assert.fail('nothing was thrown');
}

interface BadFile {
  readonly title: string;
  readonly files: Readonly<Record<string, string>>;
  readonly message: RegExp;
  readonly fix: RegExp;
}

const BAD: readonly BadFile[] = [
  { title: 'an authority in DER', files: { ca: '0\u0082\u0001' }, message: /holds no certificate/, fix: /-inform der/ },
  { title: 'an empty certificate', files: { cert: '', key: certified.key }, message: /holds no cert/, fix: /PEM/ },
  {
    title: 'a certificate that was cut',
    files: { ca: authority.ca.replace(/\n.{10}/, '\n') },
    message: /holds a certificate that cannot be read/,
    fix: /whole/,
  },
  {
    title: 'a key that is a certificate',
    files: { cert: certified.cert, key: certified.cert },
    message: /key\.pem holds no private key/,
    fix: /BEGIN PRIVATE KEY/,
  },
  {
    title: 'a key that is encrypted',
    files: { cert: certified.cert, key: encryptedKey() },
    message: /key\.pem is encrypted/,
    fix: /openssl pkey/,
  },
  {
    title: 'a key of another certificate',
    files: { cert: certified.cert, key: other.key },
    message: /key\.pem is not the key of that certificate/,
    fix: /cert\.pem/,
  },
];

for (const { title, files, message, fix } of BAD) {
  test(`${title} is one error at its place in the config`, (t) => {
    const named = Object.entries(namedFiles(t, files)).map(([name, { path }]) => [name, { path, at: AT }]);
    const error = errorOf(Object.fromEntries(named));
    assert.deepEqual([error.code, error.at], ['PG_TLS_INVALID', AT]);
    assert.match(error.message, message);
    assert.match(error.fix ?? '', fix);
  });
}

test('a file that is not there, or is a directory, is one error at its place in the config', () => {
  const missing: NamedFile = { path: '/no/such/ca.pem', at: AT };
  const error = errorOf({ ca: missing });
  assert.deepEqual([error.code, error.at, error.message], ['PG_TLS_INVALID', AT, '/no/such/ca.pem is not there']);
  assert.match(errorOf({ ca: { path: import.meta.dirname, at: AT } }).message, /cannot be read \(EISDIR\)/);
});

test('several authorities in one file, with text between them, are all read', (t) => {
  const { ca } = namedFiles(t, { ca: `first\n${authority.ca}\nsecond\n${certified.cert}\n` });
  const material = readTls({ ca, cert: undefined, key: undefined });
  assert.equal(material.ca?.match(/BEGIN CERTIFICATE/g)?.length, 2);
});
