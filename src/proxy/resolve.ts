// Names and their addresses. Node forgets an answer at once and asks again for every connection; here an answer serves
// for a while, all of its addresses are used in turn, and it outlives a name service that does not answer.
import type { LookupAddress } from 'node:dns';
import { lookup as systemLookup } from 'node:dns/promises';
import type { LookupFunction } from 'node:net';
import type { Clock } from '../core/index.ts';
import type { Timers } from './timers.ts';

/** All addresses of a name, in the order of preference of its families (RFC 6724). */
export type Lookup = (hostname: string) => Promise<readonly LookupAddress[]>;

export const lookupAll: Lookup = (hostname) => systemLookup(hostname, { all: true });

export interface ResolverOptions {
  readonly lookup: Lookup;
  readonly clock: Clock;
  readonly timers: Timers;
}

export interface Resolver {
  /** The addresses of a name, beginning at another one each time: as new as asked for if the name service answers. */
  addresses(hostname: string, maxAgeMs: number): Promise<readonly LookupAddress[]>;
  /** Whether addresses as new as asked for are known; where they are not, asks for them in the background. */
  isFresh(hostname: string, maxAgeMs: number): boolean;
}

/** How long a connection waits for a new answer when there is an old one (RFC 8767, section 5, suggests a timer). */
const PATIENCE_MS = 200;
/** How soon a name service that failed is asked again by those who need not know. */
const RETRY_MS = 1_000;

export function createResolver(options: ResolverOptions): Resolver {
  const names = new Map<string, ResolvedName>();
  const nameOf = (hostname: string): ResolvedName => {
    const name = names.get(hostname) ?? new ResolvedName(hostname, options);
    names.set(hostname, name);
    return name;
  };
  return {
    addresses: (hostname, maxAgeMs) => nameOf(hostname).addresses(maxAgeMs),
    isFresh: (hostname, maxAgeMs) => nameOf(hostname).isFresh(maxAgeMs),
  };
}

class ResolvedName {
  readonly #hostname: string;
  readonly #options: ResolverOptions;
  #known: readonly LookupAddress[] = [];
  #answeredMs = Number.NEGATIVE_INFINITY;
  #askedMs = Number.NEGATIVE_INFINITY;
  #asked: Promise<void> | undefined;
  // Workers and proxies that start together would otherwise all begin at the same address.
  #turn = Math.floor(Math.random() * 1024);

  constructor(hostname: string, options: ResolverOptions) {
    this.#hostname = hostname;
    this.#options = options;
  }

  async addresses(maxAgeMs: number): Promise<readonly LookupAddress[]> {
    if (!this.#isYounger(maxAgeMs)) await this.#renew();
    this.#turn += 1;
    return rotate(this.#known, this.#turn);
  }

  isFresh(maxAgeMs: number): boolean {
    const isFresh = this.#isYounger(maxAgeMs);
    const mayAsk = this.#options.clock.monotonicMs() - this.#askedMs >= RETRY_MS;
    if (!isFresh && mayAsk) this.#ask().catch(() => {});
    return isFresh;
  }

  #isYounger(maxAgeMs: number): boolean {
    return this.#options.clock.monotonicMs() - this.#answeredMs < maxAgeMs;
  }

  /** Rejects where there are no addresses in the end, new or old. */
  async #renew(): Promise<void> {
    const asked = this.#ask();
    if (this.#known.length > 0) await this.#atMost(PATIENCE_MS, asked);
    if (this.#known.length === 0) await asked;
  }

  #ask(): Promise<void> {
    this.#asked ??= this.#lookUp().finally(() => {
      this.#asked = undefined;
    });
    return this.#asked;
  }

  async #lookUp(): Promise<void> {
    const { lookup, clock } = this.#options;
    this.#askedMs = clock.monotonicMs();
    try {
      this.#known = await lookup(this.#hostname);
      this.#answeredMs = clock.monotonicMs();
    } catch (error) {
      // That a name is gone is an answer too; any other failure says nothing about the addresses (RFC 8767, section 4).
      if (error instanceof Error && 'code' in error && error.code === 'ENOTFOUND') this.#known = [];
      throw error;
    }
  }

  /** Waits for an answer, good or bad, but not for long. */
  #atMost(patienceMs: number, asked: Promise<void>): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#options.timers.after(patienceMs, resolve);
      const settle = (): void => {
        cancel();
        resolve();
      };
      asked.then(settle, settle);
    });
  }
}

/** Begins each family at another address and keeps their order, which the system chose. */
function rotate(addresses: readonly LookupAddress[], by: number): readonly LookupAddress[] {
  const [first] = addresses;
  const preferred = addresses.filter(({ family }) => family === first?.family);
  const others = addresses.filter(({ family }) => family !== first?.family);
  return [preferred, others].flatMap((list) => {
    const start = list.length === 0 ? 0 : by % list.length;
    return [...list.slice(start), ...list.slice(0, start)];
  });
}

/** In the form that Node's sockets ask for. They try one address after the other until one answers. */
export function lookupFunction(resolver: Resolver, maxAgeMs: number): LookupFunction {
  return (hostname, options, callback) => {
    resolver.addresses(hostname, maxAgeMs).then(
      (addresses) => {
        const [first] = addresses;
        if (options.all) callback(null, [...addresses]);
        else callback(null, first?.address ?? '', first?.family);
      },
      (error: NodeJS.ErrnoException) => callback(error, []),
    );
  };
}
