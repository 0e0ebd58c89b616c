import { z } from 'zod';
import { origin, text } from './notations.ts';
import { backendTls } from './tls-schema.ts';

const whole = z
  .strictObject({
    url: origin()
      .describe('Scheme, host and port. Requests keep their own path and query.')
      .meta({ examples: ['https://legacy.internal:8443'] }),
    socket: text('expected the path of a unix socket')
      .optional()
      .describe('Path of a unix socket to connect to. The `url` then only says whether TLS is spoken, and with whom.')
      .meta({ examples: ['/run/legacy.sock'] }),
    tls: backendTls
      .optional()
      .describe('How an https backend is trusted, and what it is shown.')
      .meta({ examples: [{ ca: 'certs/ca.pem' }] }),
  })
  .refine(({ url, tls }) => tls === undefined || url.protocol === 'https:', {
    message: 'expected an https:// URL where `tls` is set',
    path: ['url'],
  });

/** A URL, or a URL and how to get there. */
export function backend() {
  return z.union(
    [origin().transform((url) => ({ url, socket: undefined, tls: undefined })), whole],
    'expected the http:// or https:// URL of a backend, or a map with its `url`',
  );
}
