// How a request of ours to the app that we are mounted in is told from a client's: by a header that only we can write.
import { timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { BackendRequest, RawHeaders } from '../core/index.ts';

export interface OwnPass {
  /** The request as it goes to the app itself. */
  give(request: BackendRequest): BackendRequest;
  /** Takes the header off a request, whoever wrote it, and says whether it was ours. */
  take(request: IncomingMessage): boolean;
}

const NAME = 'x-paritygate-own';

/** `secret`: the same in every process that answers at the app's address. */
export function createOwnPass(secret: () => string): OwnPass {
  return {
    give: (request) => ({ ...request, headers: [...request.headers, NAME, secret()] }),
    take: (request) => {
      const shown = request.headers[NAME];
      if (shown === undefined) return false;
      removeHeader(request);
      return isEqual(String(shown), secret());
    },
  };
}

/** In constant time, so that the secret cannot be guessed piece by piece. */
function isEqual(shown: string, secret: string): boolean {
  const [a, b] = [Buffer.from(shown), Buffer.from(secret)];
  return a.length === b.length && timingSafeEqual(a, b);
}

function removeHeader(request: IncomingMessage): void {
  delete request.headers[NAME];
  delete request.headersDistinct[NAME];
  request.rawHeaders = without(request.rawHeaders);
}

function without(headers: RawHeaders): string[] {
  return headers.filter((_, index) => (headers[index & ~1] ?? '').toLowerCase() !== NAME);
}
