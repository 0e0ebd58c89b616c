import type { IncomingMessage } from 'node:http';
import { GatheredBody } from './gathered-body.ts';
import type { Patience } from './upload-limit.ts';

/** The body of a request on its way to a backend. */
export interface RequestBody {
  /** What the client library sends. Of a streamed body nothing is read from the client before the first chunk is asked for. */
  readonly content: Uint8Array | AsyncIterable<Uint8Array>;
  /** Of a streamed one, its length as the client declared it; it comes in chunks when it did not. */
  readonly declaredBytes: number | undefined;
  /** Whether some of it went past and cannot be sent again. */
  isLost(): boolean;
  /** The whole of it, for the mirror; undefined when it is more than the cap, or was not read to its end. */
  copy(): Uint8Array | undefined;
  /**
   * Reads what is left and throws it away, for a while. The backend answered before the upload was over, and a client
   * that writes all before it reads would wait for room and never see its answer (RFC 9112, section 9.3).
   */
  discard(): void;
}

/** Bodies up to here are read whole before they are sent, which costs less than streaming and can be sent again. */
export const COLLECTED_BYTES = 65_536;

/** A body that is read whole first. Without one the client left, or was too slow, before its end. */
export type Collected =
  | { readonly kind: 'whole'; readonly body: RequestBody }
  | { readonly kind: 'left' }
  | { readonly kind: 'late' };

/** Makes something that waits for a client no longer than it deserves. */
export type CreatePatience = (onLate: () => void) => Patience;

/** Reads a body of a known, small length; `done` is called once. */
export function collectBody(
  request: IncomingMessage,
  createPatience: CreatePatience,
  done: (collected: Collected) => void,
): void {
  const gathered = new GatheredBody(COLLECTED_BYTES);
  const settle = (collected: Collected): void => {
    patience.end();
    request.off('close', onClose).off('end', onEnd);
    done(collected);
  };
  const patience = createPatience(() => settle({ kind: 'late' }));
  const onClose = (): void => settle({ kind: 'left' });
  const onEnd = (): void => settle(whole(gathered));
  request.once('close', onClose).once('end', onEnd);
  request.on('data', (chunk: Buffer) => {
    gathered.add(chunk);
    patience.received(chunk.length);
    patience.wait();
  });
  patience.wait();
}

/** Node reads no more of a body than its request declared. */
function whole(gathered: GatheredBody): Collected {
  const content = gathered.whole();
  return content ? { kind: 'whole', body: collectedBody(content) } : { kind: 'left' };
}

function collectedBody(content: Uint8Array): RequestBody {
  return { content, declaredBytes: undefined, isLost: () => false, copy: () => content, discard: () => {} };
}

const MAX_DISCARD_MS = 30_000;

/**
 * Given the request itself, the client library would destroy it when a backend answers before the upload is over, and
 * Node would cut the client off with it, answer and all. An iterator that leaves the request alone does not.
 */
export function streamBody(request: IncomingMessage, createPatience: CreatePatience, capBytes: number): RequestBody {
  const gathered = new GatheredBody(capBytes);
  let isRead = false;
  let isWhole = false;
  let isDiscarded = false;

  async function* chunks(): AsyncGenerator<Uint8Array> {
    isRead = true;
    const patience = createPatience(() => request.destroy(new Error('the client sends too slowly')));
    try {
      patience.wait();
      for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
        patience.received(chunk.length);
        gathered.add(chunk);
        yield chunk;
        patience.wait();
      }
      isWhole = true;
    } finally {
      isRead = false;
      patience.end();
      if (isDiscarded) drain(request);
    }
  }

  return {
    content: { [Symbol.asyncIterator]: chunks },
    declaredBytes: declaredBytes(request),
    isLost: () => request.readableDidRead,
    copy: () => (isWhole ? gathered.whole() : undefined),
    discard: () => {
      isDiscarded = true;
      limitDiscard(request);
      // A stream that is still being iterated over does not flow; the end of the iteration begins it.
      if (!isRead) drain(request);
    },
  };
}

function declaredBytes({ headers }: IncomingMessage): number | undefined {
  const declared = headers['content-length'];
  return declared === undefined ? undefined : Number(declared);
}

function limitDiscard(request: IncomingMessage): void {
  if (request.readableEnded || request.destroyed) return;
  const limit = setTimeout(() => request.destroy(), MAX_DISCARD_MS).unref();
  request.once('close', () => clearTimeout(limit));
}

function drain(request: IncomingMessage): void {
  if (request.readableEnded || request.destroyed) return;
  request.resume();
}
