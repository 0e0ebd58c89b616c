import type { IncomingMessage } from 'node:http';

/**
 * Copies a request body while it is forwarded, up to a cap. A `data` listener of our own would start the flow before the
 * upstream connection is there and lose bytes, so the copy begins when the client library attaches its listener.
 * Returns what was copied, or undefined when the body was larger.
 */
export function tapRequestBody(request: IncomingMessage, capBytes: number): () => Uint8Array | undefined {
  const chunks: Buffer[] = [];
  let bytes = 0;
  const copy = (chunk: Buffer): void => {
    bytes += chunk.length;
    if (bytes <= capBytes) chunks.push(chunk);
  };
  const attach = (event: string): void => {
    if (event !== 'data') return;
    request.off('newListener', attach);
    request.prependListener('data', copy);
  };
  request.on('newListener', attach);
  return () => (bytes <= capBytes ? Buffer.concat(chunks) : undefined);
}
