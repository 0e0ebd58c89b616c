// What each side has issued to a session, so that a request that brings back one side's id, token or cursor reaches the
// other with its own. Decision 0028.
import {
  type AliasParameter,
  type BackendRequest,
  type Issued,
  otherSide,
  type ServedExchange,
  type Side,
} from '../core/index.ts';
import { rewriteRequest } from './rewrite.ts';

export interface Aliases {
  /**
   * The request of an exchange as the side that did not serve knows it. `unknown` where it brings something back that the
   * other side has not been seen to issue. A promise where that may be known once exchanges before it have been compared.
   */
  requestFor(exchange: ServedExchange): KnownRequest | Promise<KnownRequest>;
  /** Takes in what was issued in one exchange. */
  learn(exchange: ServedExchange, issued: readonly Issued[]): void;
  /** An exchange of a session is being compared, and may tell what was issued. */
  track(exchange: ServedExchange, comparing: Promise<unknown>): void;
}

export type KnownRequest = BackendRequest | 'unknown';

/** Values over all sessions; those that have not been heard of for longest are forgotten. */
const MAX_VALUES = 100_000;
const MAX_SESSIONS = 20_000;
/** What one client is issued; beyond it the oldest are forgotten. */
const MAX_SESSION_VALUES = 2_000;
/** Exchanges of one session that a request waits for. */
const MAX_COMPARING = 64;

/** Exchanges without one value that differs, after which two sides issue the same and nobody waits to learn otherwise. */
const COMPARED_TO_BE_SURE = 1_000;

interface Session {
  /** The other side's value, by side and by what was issued. */
  readonly known: Readonly<Record<Side, Map<string, string>>>;
  readonly comparing: Set<Promise<unknown>>;
}

/** By the id of the operation, of those that have any. */
export type AliasParameters = ReadonlyMap<string, readonly AliasParameter[]>;

export function createAliases(parameters: AliasParameters): Aliases {
  return new AliasBook(parameters);
}

const NONE: readonly AliasParameter[] = [];

class AliasBook implements Aliases {
  readonly #parameters: AliasParameters;
  /** In the order in which they were last heard of. */
  readonly #sessions = new Map<string, Session>();
  /** Names of which the two sides were seen to issue different values: as long as they were not, they issue the same. */
  readonly #apart = new Set<string>();
  #values = 0;
  #compared = 0;

  constructor(parameters: AliasParameters) {
    this.#parameters = parameters;
  }

  requestFor(exchange: ServedExchange): KnownRequest | Promise<KnownRequest> {
    const parameters = this.#parameters.get(exchange.operationId) ?? NONE;
    const session = this.#sessions.get(exchange.session ?? '');
    if (parameters.length === 0 && !session) return exchange.request;
    const { request, isSure } = this.#rewrite(exchange, parameters, session);
    if (isSure || !session || session.comparing.size === 0) return request;
    return Promise.allSettled(session.comparing).then(() => this.#rewrite(exchange, parameters, session).request);
  }

  #rewrite(
    { request, served }: ServedExchange,
    parameters: readonly AliasParameter[],
    session: Session | undefined,
  ): { readonly request: KnownRequest; readonly isSure: boolean } {
    const other = otherSide(served);
    let isSure = true;
    const rewritten = rewriteRequest(request, parameters, (alias, value) => {
      const key = keyOf(alias, value);
      const known = session?.known[served].get(key);
      // A client that was moved to another side in the meantime still brings what the first one issued.
      if (known !== undefined || session?.known[other].has(key)) return known ?? value;
      if (alias.startsWith('cookie:')) return undefined;
      const isApart = this.#apart.has(alias);
      if (isApart || this.#compared < COMPARED_TO_BE_SURE) isSure = false;
      return isApart ? undefined : value;
    });
    return { request: rewritten, isSure };
  }

  learn({ session: id }: ServedExchange, issued: readonly Issued[]): void {
    if (id === undefined || issued.length === 0) return;
    const session = this.#touch(id);
    for (const { name, legacy, candidate } of issued) {
      if (!name.startsWith('cookie:')) this.#apart.add(name);
      this.#put(session.known.legacy, keyOf(name, legacy), candidate);
      this.#put(session.known.candidate, keyOf(name, candidate), legacy);
    }
    this.#forget();
  }

  track({ session: id }: ServedExchange, comparing: Promise<unknown>): void {
    // Nobody waits where no parameter brings anything back.
    if (id === undefined || this.#parameters.size === 0) return;
    const session = this.#touch(id);
    this.#forget();
    if (session.comparing.size >= MAX_COMPARING) return;
    session.comparing.add(comparing);
    const done = (): void => {
      session.comparing.delete(comparing);
      this.#compared += 1;
    };
    comparing.then(done, done);
  }

  #touch(id: string): Session {
    const known = this.#sessions.get(id);
    const session = known ?? { known: { legacy: new Map(), candidate: new Map() }, comparing: new Set() };
    if (known) this.#sessions.delete(id);
    this.#sessions.set(id, session);
    return session;
  }

  #put(values: Map<string, string>, key: string, other: string): void {
    if (!values.delete(key)) this.#values += 1;
    values.set(key, other);
    const [oldest] = values.keys();
    if (values.size > MAX_SESSION_VALUES && oldest !== undefined && values.delete(oldest)) this.#values -= 1;
  }

  #forget(): void {
    for (const [id, { known }] of this.#sessions) {
      if (this.#values <= MAX_VALUES && this.#sessions.size <= MAX_SESSIONS) return;
      this.#values -= known.legacy.size + known.candidate.size;
      this.#sessions.delete(id);
    }
  }
}

function keyOf(alias: string, value: string): string {
  return `${alias}\n${value}`;
}
