import { isIP, isIPv4 } from 'node:net';
import { z } from 'zod';
import type { Address, Network, StickinessKey } from './config.ts';

// The small languages inside the values of the file. Each is a zod schema from text to value, whose message says what was
// expected; the pattern also goes into the published JSON Schema, so that an editor marks a slip while it is typed.

export function text(expected: string) {
  return z.string(expected).trim().min(1, expected);
}

export function count(min: number, max: number) {
  const expected = `expected a whole number from ${min} to ${max}`;
  return z.int(expected).min(min, expected).max(max, expected);
}

/** A longer timer than a day is a slip; beyond 24.8 days Node would fire it at once. */
export function milliseconds(min: number) {
  return count(min, 86_400_000);
}

const UNIT_MS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const DURATION = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/;

export interface DurationRange {
  readonly min: string;
  readonly max: string;
}

export function duration({ min, max }: DurationRange) {
  const [minMs, maxMs] = [parseDuration(min), parseDuration(max)];
  const expected = `expected a duration from ${min} to ${max} with its unit (ms, s, m, h, d)`;
  return z
    .string(expected)
    .regex(DURATION, expected)
    .transform(parseDuration)
    .refine((ms) => ms >= minMs && ms <= maxMs, expected);
}

function parseDuration(text: string): number {
  const [, amount, unit] = DURATION.exec(text) ?? [];
  // The cast is safe: the pattern admits only these units.
  return Number(amount) * UNIT_MS[unit as keyof typeof UNIT_MS];
}

/** A share in percent, as 0..1. A bare number is refused: 0.1 might mean ten percent or a tenth of one. */
export function share() {
  const expected = 'expected a percentage above 0% and up to 50%, such as 0.1%';
  return z
    .string(expected)
    .regex(/^\d+(\.\d+)?%$/, expected)
    .transform((text) => Number(text.slice(0, -1)) / 100)
    .refine((value) => value > 0 && value <= 0.5, expected);
}

/** A percentage, 0..100, with or without its sign. */
export function percent() {
  const expected = 'expected a percentage from 0 to 100';
  const isPercent = (value: number) => value >= 0 && value <= 100;
  const text = z
    .string()
    .regex(/^\d+(\.\d+)?%$/, expected)
    .transform((value) => Number(value.slice(0, -1)))
    .refine(isPercent, expected);
  return z.union([z.number().min(0, expected).max(100, expected), text], expected);
}

const EXCESS = /^\+(\d+(?:\.\d+)?)%(?:\s+\+(\d+(?:\.\d+)?)ms)?$|^\+(\d+(?:\.\d+)?)ms$/;

/** How far above legacy's quantile the bound lies: `+20%`, `+20ms` or `+20% +20ms`. */
export function excess() {
  const expected = 'expected `+20%`, `+20ms` or `+20% +20ms`';
  return z
    .string(expected)
    .regex(EXCESS, expected)
    .transform((text) => {
      const [, percents = '0', slack, onlySlack] = EXCESS.exec(text) ?? [];
      return { ratio: Number(percents) / 100, slackMs: Number(slack ?? onlySlack ?? 0) };
    });
}

const ADDRESS = /^(?:\[([0-9A-Fa-f:.]+)\]|([^\s:/[\]]+)):(\d+)$/;

export function address() {
  const expected = 'expected host:port, such as 127.0.0.1:8080 or "[::1]:8080"';
  return z
    .string(expected)
    .regex(ADDRESS, expected)
    .transform(parseAddress)
    .refine(({ port }) => port <= 65_535, 'expected a port from 0 to 65535');
}

function parseAddress(text: string): Address {
  const [, bracketed, host, port] = ADDRESS.exec(text) ?? [];
  return { host: bracketed ?? host ?? '', port: Number(port) };
}

export function isLoopback({ host }: Address): boolean {
  return host === 'localhost' || host === '::1' || (isIPv4(host) && host.startsWith('127.'));
}

const NETWORK = /^([\dA-Fa-f:.]+)(?:\/(\d{1,3}))?$/;

/** A network in CIDR notation (RFC 4632, RFC 4291 section 2.3); a single address stands for itself. */
export function network() {
  const expected = 'expected a network such as 10.0.0.0/8 or fd00::/8, or an address';
  return z.string(expected).regex(NETWORK, expected).transform(parseNetwork).refine(isNetwork, expected);
}

function parseNetwork(text: string): Network {
  const [, address = '', prefix] = NETWORK.exec(text) ?? [];
  const family = isIPv4(address) ? 'ipv4' : 'ipv6';
  return { address, family, prefix: prefix === undefined ? maxPrefix(family) : Number(prefix) };
}

function isNetwork({ address, prefix, family }: Network): boolean {
  return isIP(address) !== 0 && prefix <= maxPrefix(family);
}

function maxPrefix(family: Network['family']): number {
  return family === 'ipv4' ? 32 : 128;
}

/** A header name of ours alone: what is called so is taken out of every request that comes in. */
export function markName() {
  const expected = 'expected a header name that begins with `x-`, other than X-Forwarded-* and X-Real-IP';
  return z
    .string(expected)
    .regex(/^x-(?!forwarded-|real-ip$)[\da-z-]{1,62}$/i, expected)
    .transform((name) => name.toLowerCase());
}

/** An origin: requests are forwarded with their own path and query, so a path here would be lost in silence. */
export function origin() {
  const expected = 'expected the http:// or https:// URL of a backend';
  return z
    .string(expected)
    .regex(/^https?:\/\//i, expected)
    .refine(URL.canParse, { message: expected, abort: true })
    .transform((text) => new URL(text))
    .refine(
      (url) => url.username === '' && url.password === '',
      'expected a backend URL without user name and password',
    )
    .refine(
      (url) => url.pathname === '/' && url.search === '' && url.hash === '',
      'expected a backend URL without path',
    );
}

/** RFC 6066, section 3: the name asked for in a TLS handshake is never an address. */
export function servername() {
  const expected = 'expected a host name, without scheme and port, that is no IP address';
  return z
    .string(expected)
    .regex(/^[A-Za-z0-9_](?:[\w.-]{0,252})$/, expected)
    .refine((name) => isIP(name) === 0, expected);
}

// RFC 9110 section 5.6.2 (token) for header names, RFC 6265 section 4.1.1 for cookie names.
const STICKINESS = /^(?:(header|cookie):([!#$%&'*+.^_`|~0-9A-Za-z-]+)|ip)$/;

export function stickinessKey() {
  const expected = 'expected `header:<name>`, `cookie:<name>` or `ip`';
  return z.string(expected).regex(STICKINESS, expected).transform(parseStickinessKey);
}

function parseStickinessKey(text: string): StickinessKey {
  const [, kind, name = ''] = STICKINESS.exec(text) ?? [];
  if (kind === 'header') return { kind, name: name.toLowerCase() };
  return kind === 'cookie' ? { kind, name } : { kind: 'ip' };
}

export function store() {
  const expected = 'expected `sqlite:<path>`';
  return z
    .string(expected)
    .refine((text) => !/^postgres(ql)?:/i.test(text), {
      message: 'expected `sqlite:<path>`; PostgreSQL is not yet supported',
      abort: true,
    })
    .regex(/^sqlite:(?!\/\/)./, expected)
    .transform((text) => ({ kind: 'sqlite' as const, path: text.slice('sqlite:'.length) }));
}
