import type { GatePolicy, Location } from '../core/index.ts';
import type { Places } from './places.ts';

export interface Address {
  /** A name or an IP address, without brackets. */
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
}

/** A file that the config names: its absolute path, and where it is named. */
export interface NamedFile {
  readonly path: string;
  readonly at: Location | undefined;
}

/** PEM files. A certificate has its key. */
export interface TlsFiles {
  readonly ca: NamedFile | undefined;
  readonly cert: NamedFile | undefined;
  readonly key: NamedFile | undefined;
}

export interface Backend {
  readonly url: URL;
  /** Absolute. */
  readonly socketPath: string | undefined;
  readonly tls: (TlsFiles & { readonly servername: string | undefined }) | undefined;
}

/** The pair a request may go to. Without a candidate legacy serves everything and nothing is compared. */
export interface Backends {
  readonly legacy: Backend;
  readonly candidate: Backend | undefined;
}

/** Of the live leg. */
export interface Timeouts {
  readonly connectMs: number;
  readonly headersMs: number;
  readonly idleMs: number;
  /** 0 sets no limit. */
  readonly totalMs: number;
  readonly resolveMs: number;
}

export interface FallbackConfig {
  /** What legacy may carry out although the candidate had it and failed. */
  readonly repeat: 'safe' | 'idempotent' | 'any';
  /** Share of the candidate's requests that legacy may take over, 0 to 1. */
  readonly budget: number;
}

export interface GroupConfig extends Backends {
  readonly name: string;
  readonly operations: readonly string[];
  readonly tags: readonly string[];
  readonly flag: string;
  readonly fallback: FallbackConfig;
  readonly timeouts: Timeouts;
}

/** A network in CIDR notation, taken apart. */
export interface Network {
  readonly address: string;
  readonly prefix: number;
  readonly family: 'ipv4' | 'ipv6';
}

/** What keeps a client on one side. Header names are in lower case. */
export type StickinessKey =
  | { readonly kind: 'header'; readonly name: string }
  | { readonly kind: 'cookie'; readonly name: string }
  | { readonly kind: 'ip' };

export interface ShadowConfig {
  /** 0..100. */
  readonly percent: number;
  /** Upper case. */
  readonly methods: readonly string[];
  readonly concurrency: number;
  readonly queue: number;
  /** New ones, of mirroring. */
  readonly connectionsPerSecond: number;
  readonly timeoutMs: number;
  readonly maxBodyBytes: number;
  /** The header that mirrored requests carry, in lower case. */
  readonly mark: string;
}

/** `paritygate.yaml` made whole: defaults filled in, notations parsed, paths absolute, frozen. */
export interface Config {
  /** As the user gave it. */
  readonly file: string;
  /** The directory of the file, absolute; relative paths in it are relative to this. */
  readonly directory: string;
  readonly contract: string;
  /** Absolute, in the order in which they are applied. */
  readonly overlays: readonly string[];
  /** The file of the acceptances, which need not exist. */
  readonly accepted: string;
  readonly listen: Address;
  /** Absent where clients are spoken to in the clear. */
  readonly tls: TlsFiles | undefined;
  readonly control: { readonly listen: Address };
  /** Processes that serve requests. */
  readonly workers: number;
  readonly backends: Backends;
  readonly groups: readonly GroupConfig[];
  /** In order of preference; the first one that a request carries decides. */
  readonly stickiness: readonly StickinessKey[];
  /** Whose word about their clients is taken. */
  readonly trustedProxies: readonly Network[];
  readonly flags: { readonly kind: 'file'; readonly file: string };
  readonly shadow: ShadowConfig;
  /** `strict`: no value is kept, only names, types and lengths. */
  readonly redaction: { readonly strict: boolean };
  readonly confirm: { readonly perSecond: number; readonly delayMs: number };
  /** `percent` of the mirrored requests, and no more than `perSecond`. */
  readonly probe: { readonly percent: number; readonly perSecond: number };
  /** Where a group has none of its own. */
  readonly fallback: FallbackConfig;
  /** Where a group has none of its own. */
  readonly timeouts: Timeouts;
  /** Live requests of one worker. */
  readonly maxInFlight: number;
  readonly graceMs: number;
  readonly windowMs: number;
  readonly store: { readonly kind: 'sqlite'; readonly path: string };
  readonly retention: { readonly ageMs: number; readonly maxBytes: number };
  readonly candidateBuild: string;
  readonly reports: string;
  readonly gates: GatePolicy;
  /** Where each value stands in the file, for errors found after loading. */
  readonly places: Places;
}
