// Who is compared: for each the files and the command that put it in front of the backends, as data.
import { join } from 'node:path';
import { FEW_OPERATIONS, MANY_OPERATIONS } from './contract.ts';
import { haproxyConfig } from './haproxy.ts';
import { mirrorConfig, proxyConfig } from './nginx.ts';
import { paritygateFiles } from './paritygate.ts';
import type { ProgramName, Programs } from './programs.ts';

/** Where one contender stands. */
export interface Site {
  readonly directory: string;
  readonly port: number;
  readonly controlPort: number;
  readonly legacy: number;
  readonly candidate: number;
  /** A candidate of whose answers five percent differ. */
  readonly drifting: number;
  readonly programs: Programs;
}

export interface Launch {
  readonly command: string;
  readonly args: readonly string[];
  readonly files: Readonly<Record<string, string>>;
}

export type Contender =
  /** No proxy: the load goes to the legacy backend itself. */
  | { readonly kind: 'direct'; readonly name: string }
  | {
      readonly kind: 'process';
      readonly name: string;
      readonly needs?: ProgramName;
      /** Sends each safe request to the candidate as well. */
      readonly mirrors: boolean;
      /** It is `paritygate serve`, with a store in its directory. */
      readonly records: boolean;
      readonly launch: (site: Site) => Launch;
    }
  | { readonly kind: 'skipped'; readonly name: string; readonly why: string };

export type ProcessContender = Extract<Contender, { kind: 'process' }>;

export const FORWARDING = paritygate('paritygate-forward', { mirrorTo: undefined });

/** In the order of the table. */
export const CONTENDERS: readonly Contender[] = [
  { kind: 'direct', name: 'direct' },
  nginx('nginx', false, proxyConfig),
  nginx('nginx-mirror', true, mirrorConfig),
  {
    kind: 'process',
    name: 'haproxy',
    needs: 'haproxy',
    mirrors: false,
    records: false,
    launch: (site) => ({
      command: site.programs.haproxy ?? 'haproxy',
      args: ['-db', '-f', 'haproxy.cfg'],
      files: { 'haproxy.cfg': haproxyConfig(site) },
    }),
  },
  nodeProxy('http-proxy-middleware', 'http-proxy-middleware-server.ts'),
  nodeProxy('http-proxy-middleware-express', 'http-proxy-middleware-express.ts'),
  nodeProxy('fastify-reply-from', 'reply-from-server.ts'),
  FORWARDING,
  paritygate('paritygate-mirror', { mirrorTo: 'candidate' }),
  paritygate('paritygate-drift', { mirrorTo: 'drifting' }),
  paritygate('paritygate-2-workers', { mirrorTo: 'candidate', workers: 2 }),
];

/** The same as `paritygate-mirror` with a contract of more than a thousand operations. */
export const LARGE_CONTRACT = paritygate('paritygate-1223-operations', {
  mirrorTo: 'candidate',
  operations: MANY_OPERATIONS,
});

/** The same, for a candidate that is put in the place of the usual one. */
export const BESIDE_HOSTILE = paritygate('paritygate-beside-hostile', { mirrorTo: 'candidate' });

/** `paritygate-mirror` under the sampling profiler of V8; at its end it writes one profile for each thread. */
export const PROFILED = paritygate('paritygate-profiled', {
  mirrorTo: 'candidate',
  nodeOptions: ['--cpu-prof', '--cpu-prof-interval=500', '--cpu-prof-dir=profiles'],
});

/** `paritygate-mirror`, whose garbage can be collected from outside (`alive.ts`). */
export const COLLECTED = paritygate('paritygate-collected', {
  mirrorTo: 'candidate',
  nodeOptions: ['--expose-gc', '--import', new URL('./collect-on-signal.ts', import.meta.url).href],
});

/** What is printed beside a name. */
export const LABELS: Readonly<Record<string, string>> = {
  direct: 'direct (no proxy)',
  nginx: 'nginx proxy_pass',
  'nginx-mirror': 'nginx with mirror (compares nothing)',
  haproxy: 'HAProxy',
  'http-proxy-middleware': 'http-proxy-middleware 4',
  'http-proxy-middleware-express': 'the same in Express, with forwarding headers',
  'fastify-reply-from': 'fastify, @fastify/reply-from',
  'paritygate-forward': 'Paritygate, forwarding only',
  'paritygate-mirror': 'Paritygate, mirror + compare + record',
  'paritygate-drift': 'the same, 5 % of bodies differing',
  'paritygate-2-workers': 'Paritygate, two workers',
  'paritygate-1223-operations': 'the same, contract of 1,223 operations',
  'paritygate-beside-hostile': 'the same, with a hostile candidate',
  'paritygate-profiled': 'the same, under the profiler',
  'paritygate-collected': 'the same, its garbage collected now and then',
};

function nginx(name: string, mirrors: boolean, configOf: (site: Site) => string): ProcessContender {
  return {
    kind: 'process',
    name,
    needs: 'nginx',
    mirrors,
    records: false,
    launch: (site) => ({
      command: site.programs.nginx ?? 'nginx',
      args: ['-e', 'stderr', '-p', site.directory, '-c', 'nginx.conf'],
      files: { 'nginx.conf': configOf(site) },
    }),
  };
}

function nodeProxy(name: string, file: string): ProcessContender {
  return {
    kind: 'process',
    name,
    mirrors: false,
    records: false,
    launch: ({ port, legacy }) => ({
      command: process.execPath,
      args: [join(import.meta.dirname, file), String(port), `http://127.0.0.1:${legacy}`],
      files: {},
    }),
  };
}

interface ParitygateOptions {
  readonly mirrorTo: 'candidate' | 'drifting' | undefined;
  readonly operations?: number;
  readonly workers?: number;
  readonly nodeOptions?: readonly string[];
}

function paritygate(
  name: string,
  { mirrorTo, operations = FEW_OPERATIONS, workers = 1, nodeOptions = [] }: ParitygateOptions,
): ProcessContender {
  const main = join(import.meta.dirname, '../src/cli/main.ts');
  return {
    kind: 'process',
    name,
    mirrors: mirrorTo !== undefined,
    records: true,
    launch: ({ port, controlPort, legacy, ...site }) => ({
      command: process.execPath,
      args: [...nodeOptions, main, 'serve'],
      files: paritygateFiles({
        ports: { port, controlPort, legacy, ...(mirrorTo && { candidate: site[mirrorTo] }) },
        operations,
        workers,
      }),
    }),
  };
}
