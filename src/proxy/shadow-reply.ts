import type { Dispatcher } from 'undici';
import { type BackendRequest, type Clock, isEventStream, type RawHeaders, type SideResult } from '../core/index.ts';
import { responseHeaders } from './header-table.ts';

interface Collecting {
  readonly upstream: Dispatcher | undefined;
  readonly request: BackendRequest;
  /** For the whole exchange, first byte to last: a dribbling backend cannot hold a place in the lane. */
  readonly timeoutMs: number;
  readonly maxBodyBytes: number;
  readonly clock: Clock;
}

/** The failure codes that a collected reply can have besides those of the client library. */
export type CollectFailure = 'NO_BACKEND' | 'SHADOW_TIMEOUT' | 'BODY_TOO_LARGE' | 'STREAMING';

class Given extends Error {
  readonly code: CollectFailure;
  constructor(code: CollectFailure) {
    super(code);
    this.code = code;
  }
}

/** Fetches a whole response, bounded in time and size. Failure is data: the promise never rejects. */
export function collectReply(collecting: Collecting): Promise<SideResult> {
  const { upstream, request, timeoutMs } = collecting;
  if (!upstream) return Promise.resolve({ kind: 'failed', code: 'NO_BACKEND', totalMs: 0 });
  return new Promise((resolve) => {
    const collector = new Collector(collecting, resolve);
    const timer = setTimeout(() => collector.giveUp('SHADOW_TIMEOUT'), timeoutMs);
    collector.onSettled = () => clearTimeout(timer);
    upstream.dispatch(
      {
        method: request.method,
        path: request.target,
        headers: request.headers as string[], // undici's type asks for a mutable array and does not change it
        body: request.body ?? null,
      },
      collector,
    );
  });
}

class Collector implements Dispatcher.DispatchHandler {
  readonly #collecting: Collecting;
  readonly #resolve: (result: SideResult) => void;
  readonly #startedMs: number;
  readonly #chunks: Buffer[] = [];
  #bytes = 0;
  #status = 0;
  #headers: RawHeaders = [];
  #controller: Dispatcher.DispatchController | undefined;
  #settled = false;
  onSettled: () => void = () => {};

  constructor(collecting: Collecting, resolve: (result: SideResult) => void) {
    this.#collecting = collecting;
    this.#resolve = resolve;
    this.#startedMs = collecting.clock.monotonicMs();
  }

  giveUp(code: CollectFailure): void {
    const controller = this.#controller;
    this.#settle({ kind: 'failed', code, totalMs: this.#elapsedMs() });
    controller?.abort(new Given(code));
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#settled) controller.abort(new Given('SHADOW_TIMEOUT'));
  }

  onResponseStart(controller: Dispatcher.DispatchController, status: number): void {
    if (status < 200) return;
    this.#status = status;
    // Raw headers are an array of buffers or strings over HTTP/1.1.
    this.#headers = responseHeaders(controller.rawHeaders as (Buffer | string)[]);
    if (isEventStream(this.#headers)) this.giveUp('STREAMING');
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#bytes += chunk.length;
    if (this.#bytes > this.#collecting.maxBodyBytes) return this.giveUp('BODY_TOO_LARGE');
    this.#chunks.push(chunk);
  }

  onResponseEnd(): void {
    const [only] = this.#chunks;
    const body = this.#chunks.length === 1 && only ? only : Buffer.concat(this.#chunks);
    this.#settle({
      kind: 'reply',
      reply: { status: this.#status, headers: this.#headers, body, totalMs: this.#elapsedMs() },
    });
  }

  onResponseError(
    _controller: Dispatcher.DispatchController | undefined,
    error: Error & { readonly code?: string },
  ): void {
    this.#settle({ kind: 'failed', code: error.code ?? error.name, totalMs: this.#elapsedMs() });
  }

  #elapsedMs(): number {
    return this.#collecting.clock.monotonicMs() - this.#startedMs;
  }

  #settle(result: SideResult): void {
    if (this.#settled) return;
    this.#settled = true;
    this.onSettled();
    this.#resolve(result);
  }
}
