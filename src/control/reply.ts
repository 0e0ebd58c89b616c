import { type ServerResponse, STATUS_CODES } from 'node:http';

/** An answer before it is written. */
export interface ControlReply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/** An error as RFC 9457 writes it. */
export function problem(status: number, detail: string, headers: Readonly<Record<string, string>> = {}): ControlReply {
  return {
    status,
    headers: { ...headers, 'content-type': 'application/problem+json' },
    body: { title: STATUS_CODES[status] ?? 'Error', status, detail },
  };
}

export function writeReply(response: ServerResponse, { status, headers = {}, body }: ControlReply): void {
  const text = JSON.stringify(body);
  const length = String(Buffer.byteLength(text));
  // Not by Express, which would add a charset: neither media type has one (RFC 8259 section 11).
  response
    .writeHead(status, {
      'content-type': 'application/json',
      ...headers,
      'cache-control': 'no-store',
      'content-length': length,
    })
    .end(text);
}
