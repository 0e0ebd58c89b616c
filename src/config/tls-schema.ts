import { z } from 'zod';
import { servername, text } from './notations.ts';

const file = (manual: string, example: string) =>
  text('expected the path of a PEM file')
    .optional()
    .describe(manual)
    .meta({ examples: [example] });

interface Pair {
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
}

const isPair = ({ cert, key }: Pair): boolean => (cert === undefined) === (key === undefined);

export const backendTls = z
  .strictObject({
    ca: file(
      'Certificates of the authorities that sign this backend, instead of those that Node trusts. To trust one self-signed certificate, name it here; verification cannot be turned off.',
      'certs/ca.pem',
    ),
    cert: file(
      'Certificate to show where the backend asks for one, with those that lead to its authority.',
      'certs/client.pem',
    ),
    key: file('Private key of `cert`, not encrypted.', 'certs/client.key'),
    servername: servername()
      .optional()
      .describe("Name to ask for (SNI) and to find in the backend's certificate, default the host of its URL.")
      .meta({ examples: ['legacy.internal'] }),
  })
  .refine(isPair, 'expected both `cert` and `key`, or neither');

export const listenerTls = z
  .strictObject({
    cert: text('expected the path of a PEM file')
      .describe(
        'Certificate to show to clients, with those that lead to its authority. It is read when the proxy starts.',
      )
      .meta({ examples: ['certs/server.pem'] }),
    key: text('expected the path of a PEM file')
      .describe('Private key of `cert`, not encrypted.')
      .meta({ examples: ['certs/server.key'] }),
    ca: file(
      'Certificates of authorities: only clients that show a certificate of theirs are served, default none and every client is.',
      'certs/clients.pem',
    ),
  })
  .optional()
  .describe('TLS on `listen`, default none: plain HTTP. Backends then get `X-Forwarded-Proto: https`.')
  .meta({ examples: [{ cert: 'certs/server.pem', key: 'certs/server.key' }] });
