// Writes the body of a request to a socket, no faster than the backend reads.
import type { Socket } from 'node:net';
import type { Framing } from './request-head.ts';

export type Body = Uint8Array | AsyncIterable<Uint8Array> | undefined;

/** `declaredBytes` is what the client said of a streamed body; undefined when it said nothing, and chunks are written. */
export function framingOf(body: Body, declaredBytes: number | undefined): Framing {
  if (body === undefined) return { kind: 'none' };
  if (body instanceof Uint8Array) return { kind: 'length', bytes: body.length };
  if (declaredBytes === undefined) return { kind: 'chunked' };
  if (!Number.isSafeInteger(declaredBytes) || declaredBytes < 0) throw new TypeError('a length that is no number');
  return { kind: 'length', bytes: declaredBytes };
}

export interface StreamedBody {
  readonly chunks: AsyncIterable<Uint8Array>;
  readonly framing: Framing;
  /** Called after each piece, and again when the backend has made room for the next. */
  readonly onProgress: () => void;
}

/** Rejects when the client's body breaks off or is not as long as declared; resolves early when the socket closes. */
export async function writeStream(socket: Socket, { chunks, framing, onProgress }: StreamedBody): Promise<void> {
  let bytes = 0;
  for await (const chunk of chunks) {
    bytes += chunk.length;
    if (framing.kind === 'length' && bytes > framing.bytes) throw new RangeError('a body longer than declared');
    if (socket.destroyed) return;
    const isRoomLeft = writeChunk(socket, chunk, framing);
    onProgress();
    if (isRoomLeft) continue;
    await untilWritable(socket);
    onProgress();
  }
  if (framing.kind === 'length' && bytes < framing.bytes) throw new RangeError('a body shorter than declared');
  if (framing.kind === 'chunked' && !socket.destroyed) socket.write('0\r\n\r\n', 'latin1');
}

/** False when the socket wants to be waited for. */
function writeChunk(socket: Socket, chunk: Uint8Array, { kind }: Framing): boolean {
  // An empty chunk would be the last one; and TLS answers an empty write with what it has to read, whoever reads now.
  if (chunk.length === 0) return true;
  if (kind !== 'chunked') return socket.write(chunk);
  socket.cork();
  socket.write(`${chunk.length.toString(16)}\r\n`, 'latin1');
  socket.write(chunk);
  const isRoomLeft = socket.write('\r\n', 'latin1');
  socket.uncork();
  return isRoomLeft;
}

/** An error is followed by the close, and told by the one who listens for it. */
function untilWritable(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    if (socket.destroyed) return resolve();
    const onReady = (): void => {
      socket.off('drain', onReady);
      socket.off('close', onReady);
      resolve();
    };
    socket.on('drain', onReady);
    socket.on('close', onReady);
  });
}
