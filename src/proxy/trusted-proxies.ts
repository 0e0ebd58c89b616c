// Who may say what about the client. Without a trusted proxy before us we are the first who know, and what a client says
// about itself is replaced; a trusted one is believed, and what we know is added (RFC 7239; X-Forwarded-* by custom).
import { BlockList, isIP } from 'node:net';
import { Recent } from '../core/index.ts';
import type { SpecialHeader } from './header-kinds.ts';

/** A network in CIDR notation, taken apart. */
export interface Network {
  readonly address: string;
  readonly prefix: number;
  readonly family: 'ipv4' | 'ipv6';
}

export interface TrustedProxies {
  trusts(address: string): boolean;
}

/** Undefined when nobody is trusted, so that nothing is asked of each request. */
export function createTrustedProxies(networks: readonly Network[]): TrustedProxies | undefined {
  if (networks.length === 0) return undefined;
  const list = new BlockList();
  for (const { address, prefix, family } of networks) list.addSubnet(address, prefix, family);
  // Looking an address up costs a microsecond, and few proxies send many requests each.
  const known = new Recent<boolean>(1000);
  const look = (address: string): boolean => {
    const version = isIP(address);
    return version !== 0 && list.check(address, version === 6 ? 'ipv6' : 'ipv4');
  };
  return { trusts: (address) => known.of(address, look) };
}

/** What is known of the client of one request. */
export interface ClientFacts {
  /** The other end of the connection. */
  readonly peer: string;
  /** Whether a trusted proxy stands there. */
  readonly isTrusted: boolean;
  readonly host: string;
  readonly protocol: 'http' | 'https';
  readonly version: string;
}

/** The address of a peer as other hosts write it: without the IPv6 form of an IPv4 address, and without the zone; empty if it is gone. */
export function peerAddress(remoteAddress: string | undefined): string {
  if (remoteAddress === undefined) return '';
  const mapped = remoteAddress.startsWith('::ffff:') ? remoteAddress.slice('::ffff:'.length) : remoteAddress;
  const zone = mapped.indexOf('%');
  return zone === -1 ? mapped : mapped.slice(0, zone);
}

/**
 * Who the client is: from the right, the first address in `X-Forwarded-For` that is not a trusted proxy's. What stands
 * further left was written by somebody whom nobody vouches for.
 */
export function clientAddress(peer: string, forwardedFor: string, trusted: TrustedProxies): string {
  let client = peer;
  for (const entry of forwardedFor.split(',').reverse()) {
    if (!trusted.trusts(client)) return client;
    const address = addressOf(entry.trim());
    if (address === undefined) return client;
    client = address;
  }
  return client;
}

/** Some proxies add the port. */
function addressOf(entry: string): string | undefined {
  const [, bracketed, plain] = /^(?:\[([\da-f:.]+)\](?::\d+)?|([\d.]+):\d+)$/i.exec(entry) ?? [];
  const address = peerAddress(bracketed ?? plain ?? entry);
  return isIP(address) === 0 ? undefined : address;
}

/** What a backend is told of the client, as names and values. */
export function forwardingHeaders(client: ClientFacts, special: readonly SpecialHeader[]): readonly string[] {
  return client.isTrusted
    ? extended(
        client,
        special.filter(({ kind }) => kind === 'forwarding'),
      )
    : replaced(client);
}

/** RFC 7239, section 6.2. */
const UNKNOWN = 'unknown';

function replaced({ peer, host, protocol }: ClientFacts): readonly string[] {
  return ['x-forwarded-for', peer || UNKNOWN, 'x-forwarded-host', host, 'x-forwarded-proto', protocol];
}

function extended(client: ClientFacts, received: readonly SpecialHeader[]): readonly string[] {
  const { peer, host, protocol } = client;
  const said = (name: string): string[] => received.filter((header) => header.name === name).map(({ value }) => value);
  const unlessSaid = (name: string, value: string): readonly string[] => (said(name).length > 0 ? [] : [name, value]);
  const forwarded = said('forwarded');
  const kept = received.filter(({ name }) => name !== 'x-forwarded-for' && name !== 'forwarded');
  return [
    ...['x-forwarded-for', [...said('x-forwarded-for'), peer || UNKNOWN].join(', ')],
    ...kept.flatMap(({ name, value }) => [name, value]),
    ...unlessSaid('x-forwarded-host', host),
    ...unlessSaid('x-forwarded-proto', protocol),
    ...(forwarded.length > 0 ? ['forwarded', [...forwarded, forwardedElement(client)].join(', ')] : []),
  ];
}

/** RFC 7239, section 4; what holds more than a token is quoted, as an address of IPv6 and a port are. */
function forwardedElement({ peer, host, protocol }: ClientFacts): string {
  const node = peer.includes(':') ? `"[${peer}]"` : peer || UNKNOWN;
  return `for=${node};host=${quoted(host)};proto=${protocol}`;
}

function quoted(text: string): string {
  return /^[\w!#$%&'*+.^`|~-]+$/.test(text) ? text : `"${text}"`;
}
