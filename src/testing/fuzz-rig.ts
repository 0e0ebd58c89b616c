// The same case said three times: to a backend, and through a proxy with either side serving.
import { connect } from 'node:net';
import type { TestContext } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { type FuzzBackend, type Journal, type SeenRequest, startFuzzBackend } from './fuzz-backend.ts';
import { createCase, type FuzzCase, piecesOf, replyTo } from './fuzz-cases.ts';
import { readWire, type WireReading } from './fuzz-wire.ts';
import { type ProxyUnderTest, startProxy } from './proxy.ts';

export interface Run extends WireReading {
  /** `left`: by the client, since nothing more was to come; `hung`: by the deadline. */
  readonly end: 'closed' | 'left' | 'hung';
  readonly seen: readonly SeenRequest[];
  readonly malformed: readonly string[];
  /** Bytes that the backends got. */
  readonly reached: number;
  /** What the proxy still has, and what it told of. */
  readonly inFlight: number;
  readonly arrivals: number;
  readonly exchanges: readonly string[];
}

export type Way = 'direct' | 'legacy' | 'candidate';

export interface FuzzRig {
  run(made: FuzzCase): Promise<Readonly<Record<Way, Run>>>;
}

/** A connection on which nothing comes to an end is a finding; no verdict depends on how long anything takes. */
const DEADLINE_MS = 5_000;
/** After so long without a byte the client leaves, where it cannot know that nothing more will come. */
const QUIET_MS = 100;
const IDLE_TURNS = 4;

export async function startFuzzRig(t: TestContext): Promise<FuzzRig> {
  let current = createCase(0);
  const reply = (method: string, target: string): ReturnType<typeof replyTo> => replyTo(current, method, target);
  const start = async (way: Way): Promise<Target> => {
    const journal: Journal = { seen: [], malformed: [] };
    const serving = await startFuzzBackend(t, { journal, reply });
    if (way === 'direct') return { journal, port: serving.port, backends: [serving], proxy: undefined };
    const other = await startFuzzBackend(t, { journal, reply });
    const backends = [serving, other];
    const proxy = await startProxy(t, { legacy: serving.origin, candidate: other.origin, serve: way });
    return { journal, port: proxy.port, backends, proxy };
  };
  const [direct, legacy, candidate] = [await start('direct'), await start('legacy'), await start('candidate')];
  return {
    run: async (made) => {
      current = made;
      const wanted = await say(direct, made, undefined);
      return {
        direct: wanted,
        legacy: await say(legacy, made, wanted),
        candidate: await say(candidate, made, wanted),
      };
    },
  };
}

interface Target {
  readonly journal: Journal;
  readonly port: number;
  readonly backends: readonly FuzzBackend[];
  readonly proxy: ProxyUnderTest | undefined;
}

function bytesReadBy({ backends }: Target): number {
  return backends.reduce((sum, backend) => sum + backend.bytesRead(), 0);
}

/** `wanted`: what came of it without the proxy. */
async function say(target: Target, made: FuzzCase, wanted: Run | undefined): Promise<Run> {
  const { journal, proxy } = target;
  [journal.seen, journal.malformed] = [[], []];
  const before = {
    reached: bytesReadBy(target),
    arrivals: proxy?.arrivals.length ?? 0,
    exchanges: proxy?.exchanges.length ?? 0,
  };
  const ear = listen(target);
  const size = await ear.write(piecesOf(made));
  const deadline = setTimeout(ear.giveUp, DEADLINE_MS);
  const isQuiet = (): boolean => isOver(target, ear, { wanted, wireBytes: before.reached + size });
  for (let idle = 0; !ear.isClosed() && idle < IDLE_TURNS; idle = isQuiet() ? idle + 1 : 0) await turn();
  ear.leave();
  await ear.closed;
  await settled(target, before, ear.isHung);
  clearTimeout(deadline);
  return {
    ...ear.read(),
    end: ear.isHung() ? 'hung' : ear.hasLeft() ? 'left' : 'closed',
    seen: journal.seen,
    malformed: journal.malformed,
    reached: bytesReadBy(target) - before.reached,
    inFlight: proxy?.listener.load().inFlight ?? 0,
    arrivals: (proxy?.arrivals.length ?? 0) - before.arrivals,
    exchanges: (proxy?.exchanges ?? []).slice(before.exchanges).map(({ result }) => result.kind),
  };
}

interface Expectation {
  readonly wanted: Run | undefined;
  /** How much a backend has read when it has read all. */
  readonly wireBytes: number;
}

/** Whether a client may go, since what is to come has come. */
function isOver(target: Target, ear: Ear, { wanted, wireBytes }: Expectation): boolean {
  if (!wanted) return bytesReadBy(target) >= wireBytes && target.backends.every((backend) => backend.owed() === 0);
  if (ear.quietMs() > QUIET_MS && (wanted.end === 'left' || wanted.responses.at(-1)?.isLast === true)) return true;
  return wanted.end === 'left' && ear.read().responses.length >= wanted.responses.length;
}

/** Until the proxy has let go of all that it had, and no more bytes come to a backend. */
async function settled(
  target: Target,
  before: { readonly arrivals: number; readonly exchanges: number },
  isLate: () => boolean,
): Promise<void> {
  const { proxy } = target;
  const isBusy = (): boolean =>
    proxy !== undefined &&
    (proxy.listener.load().inFlight > 0 ||
      proxy.arrivals.length - before.arrivals > proxy.exchanges.length - before.exchanges);
  let bytes = bytesReadBy(target);
  for (let idle = 0; idle < IDLE_TURNS && !isLate(); idle += 1) {
    await turn();
    const now = bytesReadBy(target);
    if (isBusy() || now !== bytes) idle = -1;
    bytes = now;
  }
}

interface Ear {
  write(pieces: readonly Buffer[]): Promise<number>;
  read(): WireReading;
  leave(): void;
  giveUp(): void;
  isClosed(): boolean;
  hasLeft(): boolean;
  isHung(): boolean;
  quietMs(): number;
  readonly closed: Promise<void>;
}

function listen({ port, journal }: Target): Ear {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
  let [text, isClosed, hasLeft, isHung] = ['', false, false, false];
  let lastAt = performance.now();
  let reading: WireReading | undefined;
  const changed = (): void => {
    reading = undefined;
    lastAt = performance.now();
  };
  socket.setEncoding('latin1');
  socket.on('data', (chunk: string) => {
    text += chunk;
    changed();
  });
  socket.on('end', () => socket.end());
  // A peer that refuses may reset while there is still something to write; what it said before counts.
  socket.on('error', () => {});
  const closed = new Promise<void>((resolve) =>
    socket.once('close', () => {
      isClosed = true;
      changed();
      resolve();
    }),
  );
  const methodOf = (seq: number): string => journal.seen[seq]?.method ?? '';
  return {
    write: async (pieces) => {
      for (const piece of pieces) {
        socket.write(piece);
        await turn();
        await turn();
      }
      return pieces.reduce((sum, { length }) => sum + length, 0);
    },
    read: () => {
      reading ??= readWire({ text, isClosed, methodOf });
      return reading;
    },
    leave: () => {
      hasLeft = !isClosed && !socket.readableEnded;
      socket.end();
    },
    giveUp: () => {
      isHung = true;
      socket.destroy();
    },
    isClosed: () => isClosed,
    hasLeft: () => hasLeft,
    isHung: () => isHung,
    quietMs: () => performance.now() - lastAt,
    closed,
  };
}
