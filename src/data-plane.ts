// The data plane: everything a request goes through, in one process. It listens, forwards, mirrors, compares, records.
import { type Analysis, type AnalysisSetup, createAnalysis } from './analysis.ts';
import { bindingOf } from './binding.ts';
import { type Config, resolveGroups } from './config/index.ts';
import type { Contract, Sources } from './contract/index.ts';
import { type Clock, LiveSteps, messageOf, type Side } from './core/index.ts';
import { at } from './error-place.ts';
import { createRecorder, type Recorder } from './observations/index.ts';
import { createPatientStarts, type PatientStarts } from './patient-starts.ts';
import {
  createListener,
  createOwnPass,
  createProtection,
  createUpstreams,
  createWire,
  type Listener,
  type OwnPass,
  type Protection,
  type DataPlane as ProxyPlane,
  type StopManner,
  type UpstreamGroup,
  type Upstreams,
} from './proxy/index.ts';
import { createRedaction, type Redaction } from './redaction-key.ts';
import { createFlagSource, type FlagSource, type RoutedGroup } from './routing/index.ts';
import { createMirrorPlanner, type Shadow } from './shadow/index.ts';
import { wireShadow } from './shadow-ports.ts';
import { describePlane, type PlaneReport, type ServedCounts } from './status.ts';

export interface DataPlane {
  /** Rejects with a ParitygateError when something is not as it must be; what had started is then stopped. */
  start(manner?: StartManner): Promise<{ readonly port: number }>;
  /** Drains the live leg, finishes or drops shadow work, and writes what was recorded. Again with less patience: sooner. */
  stop(manner?: Partial<StopManner>): Promise<void>;
  isReady(): boolean;
  report(): PlaneReport;
}

export interface StartManner {
  /**
   * Listens as soon as it can, and serves, by legacy, also while flags or store cannot be used: for a plane that takes the
   * place of one that had them.
   */
  readonly patient: boolean;
}

export interface DataPlaneParts {
  readonly config: Config;
  readonly contract: Contract;
  readonly clock: Clock;
  readonly warn: (message: string) => void;
  /** An app that requests come from and that is legacy itself. Without it there is a listener. */
  readonly host?: Host | undefined;
}

/** Makes what takes the place of the listener; `pass` is for requests of ours to the app itself. */
export type Host = (
  plane: ProxyPlane,
  told: { readonly pass: OwnPass; readonly warn: (message: string) => void },
) => Listener;

export function createDataPlane({ config, contract, clock, warn, host }: DataPlaneParts): DataPlane {
  const redaction = createRedaction(config.store.path);
  const flags = createFlagSource({ file: config.flags.file, clock, onWarning: warn });
  const recorder = createRecorder({
    store: { path: config.store.path },
    binding: bindingOf(config, contract),
    retention: config.retention,
    windowMs: config.windowMs,
    clock,
    onWarning: warn,
  });
  const starts = createPatientStarts({ flags, names: config.groups.map(({ flag }) => flag), recorder, warn });
  const upstreams = wireUpstreams(config, clock, warn);
  const analysis = wireAnalysis({ config, contract, clock, warn }, redaction);
  // From the key of the store, so that processes which share both address and store know each other's requests.
  const pass = createOwnPass(() => redaction.hash('a request of our own'));
  const asked = host ? withPass(upstreams, pass) : upstreams;
  const steps = new LiveSteps();
  const shadow = wireShadow({ config, contract, upstreams: asked, analysis, recorder, redaction, steps, clock, warn });
  const protections = new Map(
    config.groups.map(({ name, fallback }) => [name, createProtection(name, fallback, { clock, warn })]),
  );
  const observed = new Map(config.groups.map(({ name }) => [name, { legacy: 0, candidate: 0 }]));
  const parts = { config, contract, clock, flags, upstreams, protections, recorder, shadow, steps, observed };
  const listen: Host = (plane) =>
    createListener(plane, {
      ...config.listen,
      graceMs: config.graceMs,
      maxInFlight: config.maxInFlight,
      tls: config.tls,
    });
  const proxy = (host ?? listen)(wireProxy(parts), { pass, warn });
  return {
    isReady: proxy.isReady,
    report: () =>
      starts.addTrouble(describePlane({ config, contract, flags, recorder, proxy, protections, shadow, observed })),
    ...lifecycle({ config, starts, recorder, flags, redaction, analysis, shadow, upstreams, proxy, clock, warn }),
  };
}

function wireUpstreams(config: Config, clock: Clock, warn: DataPlaneParts['warn']): Upstreams {
  const groups = new Map<string, UpstreamGroup>([
    ['', { ...config.backends, timeouts: config.timeouts }],
    ...config.groups.map((group) => [group.name, group] as const),
  ]);
  const onFault = (error: unknown): void => warn(`a fault of ours broke off a response: ${messageOf(error)}`);
  return createUpstreams({ groups, shadow: config.shadow, clock, onFault });
}

function wireAnalysis({ config, contract, clock, warn }: DataPlaneParts, redaction: Redaction): Analysis {
  const setup = (): AnalysisSetup => ({
    contract: { files: { contract: contract.file, overlays: contract.overlays }, sources: compact(contract.sources) },
    hashKey: redaction.key(),
    keepsShapesOnly: config.redaction.strict,
    maxDecodedBytes: config.shadow.maxBodyBytes * 8,
  });
  return createAnalysis(setup, clock, warn);
}

/** A small file is a view into a slab, and all of that would be sent to the thread. */
function compact(sources: Sources): Sources {
  return new Map([...sources].map(([file, bytes]) => [file, new Uint8Array(bytes)]));
}

/** The app knows by it that it is asked by us. */
function withPass(upstreams: Upstreams, pass: OwnPass): Upstreams {
  return {
    ...upstreams,
    send: (side, request, likely) => upstreams.send(side, side === 'legacy' ? pass.give(request) : request, likely),
  };
}

interface ProxyParts extends Omit<DataPlaneParts, 'warn' | 'host'> {
  readonly flags: FlagSource;
  readonly upstreams: Upstreams;
  readonly protections: ReadonlyMap<string, Protection>;
  readonly recorder: Recorder;
  readonly shadow: Shadow;
  readonly steps: LiveSteps;
  readonly observed: ServedCounts;
}

function wireProxy(parts: ProxyParts): ProxyPlane {
  const { config, contract, clock, flags, upstreams, protections, recorder, shadow, steps, observed } = parts;
  const groups = routedGroups(config, contract, resolveGroups(config, contract.operations));
  return {
    contract,
    groupOf: (operation) => groups[operation.index],
    stickiness: config.stickiness,
    wire: createWire(config.shadow.mark, config.trustedProxies),
    flags,
    upstreams,
    protections,
    plan: createMirrorPlanner(config.shadow),
    onArrival: (operationId, group) => recorder.arrived(operationId, group),
    onStep: () => steps.take(),
    onExchange: (exchange) => {
      countServed(observed, exchange.request.group, exchange.served);
      shadow.offer(exchange);
    },
    clock,
  };
}

/** The group of each operation by its index, so that the hot path looks nothing up. */
function routedGroups(
  config: Config,
  contract: Contract,
  names: ReadonlyMap<string, string>,
): readonly (RoutedGroup | undefined)[] {
  const groups = new Map(
    config.groups.map(({ name, flag, candidate }) => [name, { name, flag, hasCandidate: candidate !== undefined }]),
  );
  return contract.operations.map(({ id }) => groups.get(names.get(id) ?? ''));
}

function countServed(observed: ServedCounts, group: string | undefined, side: Side): void {
  const counts = group === undefined ? undefined : observed.get(group);
  if (counts) counts[side] += 1;
}

interface Parts {
  readonly config: Config;
  readonly starts: PatientStarts;
  readonly recorder: Recorder;
  readonly flags: FlagSource;
  readonly redaction: Redaction;
  readonly analysis: Analysis;
  readonly shadow: Shadow;
  readonly upstreams: Upstreams;
  readonly proxy: Listener;
  readonly clock: Clock;
  readonly warn: (message: string) => void;
}

/** Starts in order; a failing start stops what was started. Stops in the order in which work flows. */
function lifecycle(parts: Parts): Pick<DataPlane, 'start' | 'stop'> {
  const { config, starts, redaction, analysis, proxy, warn } = parts;
  let stopped: Promise<void> | undefined;
  const stop = (manner: Partial<StopManner> = {}): Promise<void> => {
    const drained = proxy.stop(manner);
    stopped ??= stopAfter(drained, parts, manner.graceMs ?? config.graceMs);
    return stopped;
  };
  const start = async (patient: boolean): Promise<{ port: number }> => {
    await starts.startFlags(patient);
    if (patient) startBehind();
    else await startBefore();
    return proxy.start().catch(at(config, ['listen']));
  };
  /** What only the shadow lane needs. */
  const startBefore = async (): Promise<void> => {
    await starts.startStore(false);
    redaction.start();
    await analysis.start();
  };
  /** The same while requests are served already. */
  const startBehind = (): void => {
    redaction.start();
    void starts.startStore(true);
    analysis.start().catch((error: unknown) => warn(`the analysis thread did not start: ${String(error)}`));
  };
  return {
    start: ({ patient } = { patient: false }) =>
      start(patient).catch((error) => stop().then(() => Promise.reject(error))),
    stop,
  };
}

async function stopAfter(drained: ReturnType<Listener['stop']>, parts: Parts, graceMs: number): Promise<void> {
  const { config, starts, recorder, flags, analysis, shadow, upstreams, clock, warn } = parts;
  const beganMs = clock.monotonicMs();
  const { cut } = await drained;
  if (cut > 0) warn(`${cut} requests were still in flight after the grace period and were cut`);
  // Shadow work gets what the requests left of the grace period: whoever asked for the stop waits no longer for it.
  const leftMs = Math.max(0, graceMs - (clock.monotonicMs() - beganMs));
  await shadow.stop(Math.min(leftMs, config.shadow.timeoutMs));
  starts.stop();
  await analysis.stop();
  await upstreams.stop();
  await recorder.stop();
  flags.stop();
}
