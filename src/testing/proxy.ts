import type { TestContext } from 'node:test';
import type { Contract } from '../contract/index.ts';
import { type MirrorPlan, type ServedExchange, type Side, systemClock } from '../core/index.ts';
import {
  type Backend,
  createListener,
  createProtection,
  createUpstreams,
  type FallbackPolicy,
  type Listener,
  type ListenerOptions,
  type Protection,
  type UploadLimit,
  type Upstreams,
  type UpstreamsOptions,
  type UpstreamTimeouts,
} from '../proxy/index.ts';
import { contractFrom } from './contract.ts';

export const THINGS = `openapi: 3.1.0
info: { title: Things, version: '1' }
paths:
  /things:
    get: { operationId: listThings, responses: { '200': { description: ok } } }
    post: { operationId: createThing, responses: { '201': { description: ok } } }
  /things/{id}:
    get: { operationId: getThing, responses: { '200': { description: ok } } }
    delete: { operationId: deleteThing, responses: { '204': { description: ok } } }
`;

export interface ProxyUnderTest {
  readonly port: number;
  readonly listener: Listener;
  readonly upstreams: Upstreams;
  /** Every exchange that was handed over, in order. */
  readonly exchanges: readonly ServedExchange[];
  /** Resolves when so many exchanges were handed over. */
  readonly handedOver: (count: number) => Promise<void>;
  readonly arrivals: readonly string[];
  /** That live requests have taken so far. */
  readonly steps: () => number;
  readonly warnings: readonly string[];
  readonly protection: Protection;
}

export interface ProxySetup {
  readonly legacy: URL | Backend;
  readonly candidate?: URL | Backend;
  /** Which side the flags choose for every request. */
  readonly serve?: Side;
  readonly plan?: MirrorPlan;
  readonly contract?: Contract;
  readonly headersMs?: number;
  readonly graceMs?: number;
  readonly maxInFlight?: number;
  readonly uploadLimit?: UploadLimit;
  readonly repeat?: FallbackPolicy['repeat'];
  /** Share of the candidate's requests that may go to legacy; all, unless it is set. */
  readonly budget?: number;
  readonly listen?: Partial<ListenerOptions>;
  readonly timeouts?: Partial<UpstreamTimeouts>;
  readonly upstreams?: Partial<UpstreamsOptions>;
}

const TIMEOUTS = { connectMs: 1000, headersMs: 5000, idleMs: 5000, totalMs: 0, resolveMs: 60_000 };

function backendOf(backend: URL | Backend): Backend {
  return backend instanceof URL ? { url: backend } : backend;
}

/** The data plane with real sockets on both ends; only flags and shadow are replaced. */
export async function startProxy(t: TestContext, setup: ProxySetup): Promise<ProxyUnderTest> {
  const {
    legacy,
    candidate,
    serve = 'legacy',
    plan = { kind: 'mirror', maxBodyBytes: 1 << 20 },
    contract = contractFrom(THINGS),
  } = setup;
  const group = {
    legacy: backendOf(legacy),
    candidate: candidate && backendOf(candidate),
    timeouts: { ...TIMEOUTS, headersMs: setup.headersMs ?? TIMEOUTS.headersMs, ...setup.timeouts },
  };
  const upstreams = createUpstreams({
    groups: new Map([
      ['things', group],
      ['', group],
    ]),
    shadow: { timeoutMs: 1000, maxBodyBytes: 1 << 20, connectionsPerSecond: 1000 },
    clock: systemClock,
    ...setup.upstreams,
  });
  const exchanges: ServedExchange[] = [];
  const arrivals: string[] = [];
  let steps = 0;
  const warnings: string[] = [];
  const waiting: { count: number; resolve: () => void }[] = [];
  const policy = { repeat: setup.repeat ?? 'safe', budget: setup.budget ?? 1 };
  const protection = createProtection('things', policy, {
    clock: systemClock,
    warn: (message) => void warnings.push(message),
  });
  const listener = createListener(
    {
      contract,
      groupOf: () => ({ name: 'things', flag: 'things', hasCandidate: candidate !== undefined }),
      stickiness: [{ kind: 'ip' }],
      flags: { isCandidate: () => serve === 'candidate' },
      upstreams,
      protections: new Map([['things', protection]]),
      plan: () => plan,
      onArrival: (operationId) => void arrivals.push(operationId),
      onStep: () => {
        steps += 1;
      },
      onExchange: (exchange) => {
        exchanges.push(exchange);
        for (const { count, resolve } of waiting) if (exchanges.length >= count) resolve();
      },
      clock: systemClock,
      ...(setup.uploadLimit && { uploadLimit: setup.uploadLimit }),
    },
    {
      host: '127.0.0.1',
      port: 0,
      graceMs: setup.graceMs ?? 1000,
      maxInFlight: setup.maxInFlight ?? 1000,
      ...setup.listen,
    },
  );
  const { port } = await listener.start();
  t.after(async () => {
    await listener.stop();
    await upstreams.stop();
  });
  const handedOver = (count: number): Promise<void> =>
    new Promise((resolve) => (exchanges.length >= count ? resolve() : waiting.push({ count, resolve })));
  return { port, listener, upstreams, exchanges, handedOver, arrivals, steps: () => steps, warnings, protection };
}
