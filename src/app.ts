// The composition root: a config in, { start, stop } out. It wires the rooms and decides nothing.

import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createAnalysis } from './analysis.ts';
import { type Config, locate, resolveGroups } from './config/index.ts';
import { type Contract, loadContract, type Operation } from './contract/index.ts';
import { createControl } from './control/index.ts';
import {
  type Clock,
  type EvidenceBinding,
  ParitygateError,
  RULES_VERSION,
  type Side,
  systemClock,
} from './core/index.ts';
import { failureOf, isIdentical, judgeFailure, judgeUnreadable, redactTarget } from './diff/index.ts';
import { createRecorder, type Recorder } from './observations/index.ts';
import { createListener, createUpstreams, type Listener, shadowHeaders, type Upstreams } from './proxy/index.ts';
import { createRedaction, type Redaction } from './redaction-key.ts';
import { createFlagSource, type FlagSource, type RoutedGroup } from './routing/index.ts';
import { createBudget, createMirrorPlanner, createShadow, type Shadow } from './shadow/index.ts';
import { describeStatus, type ServedCounts } from './status.ts';

export interface Seams {
  readonly clock?: Clock;
  /** Gets one sentence for each thing a person should know. */
  readonly onWarning?: (message: string) => void;
}

export interface App {
  /** Binds the ports; rejects with a ParitygateError when something is not as it must be. */
  start(): Promise<{ readonly port: number; readonly controlPort: number }>;
  /** Drains the live leg, finishes or drops shadow work, and writes what was recorded. */
  stop(): Promise<void>;
  readonly contract: Contract;
}

/** What evidence made by this config is bound to. */
export function bindingOf(config: Config, contract: Contract): EvidenceBinding {
  return { contract: contract.digest, rules: RULES_VERSION, build: buildOf(config) };
}

/** Without a name for the build, its address is all there is to tell one candidate from another. */
function buildOf({ candidateBuild, backends, groups }: Config): string {
  if (candidateBuild !== 'unknown') return candidateBuild;
  const addresses = [backends, ...groups].flatMap(({ candidate }) => candidate?.origin ?? []);
  return `unknown at ${[...new Set(addresses)].sort().join(', ') || 'no address'}`;
}

export function createApp(config: Config, { clock = systemClock, onWarning = () => {} }: Seams = {}): App {
  const contract = loadContract(config.contract);
  const groupNames = resolveGroups(config, contract.operations);
  const warnings = [...contract.warnings];
  const warn = (message: string): void => {
    warnings.push(`${new Date(clock.now()).toISOString()} ${message}`);
    warnings.splice(0, warnings.length - MAX_WARNINGS);
    onWarning(message);
  };
  const redaction = createRedaction(config.store.path);
  const flags = createFlagSource({ file: config.flags.file, clock, onWarning: warn });
  const recorder = createRecorder({
    store: { path: config.store.path },
    binding: bindingOf(config, contract),
    windowMs: config.windowMs,
    clock,
    onWarning: warn,
  });
  const upstreams = createUpstreams({
    groups: new Map([['', config.backends], ...config.groups.map((group) => [group.name, group] as const)]),
    live: config.timeouts,
    shadow: {
      timeoutMs: config.shadow.timeoutMs,
      connections: config.shadow.concurrency,
      maxBodyBytes: config.shadow.maxBodyBytes,
    },
    clock,
  });
  const analysis = createAnalysis(
    () => ({
      contract: { file: contract.file, bytes: new Uint8Array(contract.bytes) },
      hashKey: redaction.key(),
      maxDecodedBytes: config.shadow.maxBodyBytes * 8,
    }),
    warn,
  );
  const shadow = wireShadow({ config, contract, upstreams, analysis, recorder, redaction, clock, warn });
  const groups = routedGroups(config, contract, groupNames);
  const fallbacks = new Map(config.groups.map(({ name, fallback }) => [name, fallback]));
  const observed = new Map(config.groups.map(({ name }) => [name, { legacy: 0, candidate: 0 }]));
  const proxy = createListener(
    {
      contract,
      groupOf: (operation) => groups[operation.index],
      stickiness: config.stickiness,
      flags,
      upstreams,
      repeatOf: (group) => (fallbacks.get(group ?? '') ?? config.fallback).repeat,
      plan: createMirrorPlanner(config.shadow),
      onArrival: (operationId, group) => recorder.arrived(operationId, group),
      onExchange: (exchange) => {
        countServed(observed, exchange.request.group, exchange.served);
        shadow.offer(exchange);
      },
      clock,
    },
    { ...config.listen, graceMs: config.graceMs },
  );
  const startedMs = clock.monotonicMs();
  const control = createControl({
    listen: config.control.listen,
    contractFile: fileURLToPath(new URL('../openapi/control.yaml', import.meta.url)),
    ready: () => proxy.isReady(),
    status: () =>
      describeStatus({
        config,
        contract,
        flags,
        recorder,
        shadow,
        observed,
        warnings,
        uptimeMs: clock.monotonicMs() - startedMs,
      }),
  });
  return {
    contract,
    ...lifecycle({ config, recorder, flags, redaction, analysis, shadow, upstreams, proxy, control, warn }),
  };
}

const MAX_WARNINGS = 50;

interface Shadowed {
  readonly config: Config;
  readonly contract: Contract;
  readonly upstreams: Upstreams;
  readonly analysis: ReturnType<typeof createAnalysis>;
  readonly recorder: Recorder;
  readonly redaction: Redaction;
  readonly clock: Clock;
  readonly warn: (message: string) => void;
}

function wireShadow({ config, contract, upstreams, analysis, recorder, redaction, clock, warn }: Shadowed): Shadow {
  const keyed = redaction.hash;
  const operations = new Map(contract.operations.map((operation) => [operation.id, operation]));
  const withOperation = <Result>(id: string, use: (operation: Operation) => Result): Result | undefined => {
    const operation = operations.get(id);
    return operation && use(operation);
  };
  const ports = {
    send: upstreams.send,
    mark: (request: Parameters<Upstreams['send']>[1]) => ({ ...request, headers: shadowHeaders(request.headers) }),
    judgeFailure: (id: string, results: Parameters<typeof judgeFailure>[1]) =>
      withOperation(id, (operation) => judgeFailure(operation, results, keyed)),
    judgeUnreadable: (id: string, side: Side) =>
      withOperation(id, (operation) => judgeUnreadable({ operation, hash: keyed }, side)),
    isIdentical: (id: string, pair: Omit<Parameters<typeof isIdentical>[1], 'operation'>) =>
      withOperation(id, (operation) => isIdentical(contract, { operation, ...pair })) === true,
    checkSample: analysis.checkSample,
    compare: analysis.compare,
    confirm: analysis.confirm,
    failureOf,
    isBodyless: (id: string, method: string) => method === 'HEAD' && operations.get(id)?.method !== 'HEAD',
    redactTarget: (target: string) => redactTarget(target, keyed),
    record: recorder.record,
    mayConfirm: createBudget(config.confirm.perSecond, clock),
    delay: (ms: number) => delay(ms, undefined, { ref: false }),
    onFault: (error: unknown) =>
      warn(`an exchange could not be compared: ${error instanceof Error ? error.message : String(error)}`),
  };
  return createShadow(ports, { ...config.shadow, confirmDelayMs: config.confirm.delayMs });
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

/** Adds where in the config the address stands that could not be bound: the listeners know no files. */
function at(config: Config, path: readonly string[]): (error: unknown) => never {
  return (error) => {
    if (!(error instanceof ParitygateError) || error.at) throw error;
    throw new ParitygateError(error.code, error.message, {
      at: locate(config.places, path),
      fix: error.fix,
      cause: error.cause,
    });
  };
}

interface Parts {
  readonly config: Config;
  readonly recorder: Recorder;
  readonly flags: FlagSource;
  readonly redaction: Redaction;
  readonly analysis: ReturnType<typeof createAnalysis>;
  readonly shadow: Shadow;
  readonly upstreams: Upstreams;
  readonly proxy: Listener;
  readonly control: ReturnType<typeof createControl>;
  readonly warn: (message: string) => void;
}

/** Starts in order; a failing start stops what was started. Stops in the order in which work flows. */
function lifecycle(parts: Parts): Pick<App, 'start' | 'stop'> {
  const { config, recorder, flags, redaction, analysis, shadow, upstreams, proxy, control, warn } = parts;
  const stop = async (): Promise<void> => {
    const { cut } = await proxy.stop();
    if (cut > 0) warn(`${cut} requests were still in flight after the grace period and were cut`);
    await shadow.stop(Math.min(config.graceMs, config.shadow.timeoutMs));
    await analysis.stop();
    await upstreams.stop();
    await recorder.stop();
    flags.stop();
    await control.stop();
  };
  const start = async (): Promise<{ port: number; controlPort: number }> => {
    await flags.start();
    flags.assertFlags(config.groups.map(({ flag }) => flag));
    await recorder.start();
    redaction.start();
    await analysis.start();
    const { port: controlPort } = await control.start().catch(at(config, ['control', 'listen']));
    const { port } = await proxy.start().catch(at(config, ['listen']));
    return { port, controlPort };
  };
  return { start: () => start().catch((error) => stop().then(() => Promise.reject(error))), stop };
}
