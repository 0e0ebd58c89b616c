// Clients that ask again and again while something happens to the proxy, and tell what became of every request.
import { Agent, request } from 'node:http';
import type { TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { startBackend } from './servers.ts';

export interface Asked {
  readonly id: string;
  readonly client: 'keep-alive' | 'fresh';
  /** `cut`: an answer began and was not whole. `refused`: none began. */
  readonly outcome: 'whole' | 'cut' | 'refused';
  /** Whether the connection had carried a request before. */
  readonly isReused: boolean;
  /** The header of the answer. */
  readonly connection: string | undefined;
}

export interface Load {
  /** In the order in which they ended. */
  readonly asked: readonly Asked[];
  /** Resolves when no client waits for an answer any more. */
  stop(): Promise<void>;
}

export interface LoadSetup {
  readonly url: string;
  /** Clients that keep their connection. */
  readonly keepAlive: number;
  /** Clients that open a connection for each request. */
  readonly fresh: number;
}

/** Leaves the processor to the processes under test. */
const PACE_MS = 5;
/** Two writes with a moment between them, so that an answer can be cut. */
const HALF = 'x'.repeat(4_000);

/** A backend whose answers come in two halves, with the ids that it was asked for. */
export async function startHalves(t: TestContext): Promise<{ readonly origin: string; readonly ids: Set<string> }> {
  const ids = new Set<string>();
  const { origin } = await startBackend(t, (incoming, response) => {
    // What is mirrored carries a mark; only what clients asked for is counted.
    if (incoming.headers['x-paritygate-shadow'] === undefined) ids.add(incoming.url?.split('/').at(-1) ?? '');
    response.writeHead(200, { 'Content-Type': 'text/plain' }).write(HALF);
    setImmediate(() => response.end(HALF));
  });
  return { origin: origin.origin, ids };
}

/** A backend that answers nothing until it is released. */
export interface HeldBackend {
  readonly origin: string;
  /** Resolves with the first request. */
  readonly reached: Promise<void>;
  release(): void;
}

export async function startHeldBackend(t: TestContext): Promise<HeldBackend> {
  const { promise: reached, resolve: reach } = Promise.withResolvers<void>();
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  const { origin } = await startBackend(t, async (_, response) => {
    reach();
    await released;
    response.end('whole');
  });
  return { origin: origin.origin, reached, release };
}

export function startLoad(t: TestContext, { url, keepAlive, fresh }: LoadSetup): Load {
  const asked: Asked[] = [];
  let isOver = false;
  const run = async (client: Asked['client'], number: number): Promise<void> => {
    const agent = client === 'fresh' ? false : new Agent({ keepAlive: true, maxSockets: 1 });
    if (agent) t.after(() => agent.destroy());
    for (let turn = 0; !isOver; turn += 1) {
      asked.push(await ask(url, { id: `${client}-${number}-${turn}`, client, agent }));
      await delay(PACE_MS);
    }
  };
  const clients = [
    ...Array.from({ length: keepAlive }, (_, number) => run('keep-alive', number)),
    ...Array.from({ length: fresh }, (_, number) => run('fresh', number)),
  ];
  const stop = async (): Promise<void> => {
    isOver = true;
    await Promise.all(clients);
  };
  t.after(stop);
  return { asked, stop };
}

interface One extends Pick<Asked, 'id' | 'client'> {
  readonly agent: Agent | false;
}

function ask(url: string, { id, client, agent }: One): Promise<Asked> {
  return new Promise((resolve) => {
    const end = (outcome: Asked['outcome'], connection?: string): void =>
      resolve({ id, client, outcome, isReused: sent.reusedSocket, connection });
    const sent = request(`${url}/things/${id}`, { agent }, (response) => {
      let length = 0;
      response.on('data', (chunk: Buffer) => {
        length += chunk.length;
      });
      response.once('close', () => {
        const isWhole = response.statusCode === 200 && response.complete && length === 2 * HALF.length;
        end(isWhole ? 'whole' : 'cut', response.headers.connection);
      });
    });
    sent.once('error', () => end('refused'));
    sent.end();
  });
}

/** Every request that was not answered whole. */
export function failures({ asked }: Load): readonly Asked[] {
  return asked.filter(({ outcome }) => outcome !== 'whole');
}
