import { headerValue } from './header-names.ts';
import type { BackendRequest } from './mirror.ts';
import type { Side } from './outcome.ts';

/** How often each feature was seen in so many requests. Names begin with what they are of, so none is `__proto__`. */
export interface FeatureCounts {
  readonly n: number;
  readonly seen: Readonly<Record<string, number>>;
}

/** Of one request, and of one operation or cause. */
const MAX = { parameters: 20, kept: 300, name: 40, value: 24 } as const;

/** Headers whose presence may set requests apart, and those whose value may. */
const PRESENT = ['authorization', 'cookie', 'if-none-match', 'range', 'origin'];
const VALUED = ['accept', 'accept-language', 'content-type'];
const TELLING = /^x-.*(?:tenant|org|region|version|client|platform|app|feature)/;
/** A header that tells who, and not of what kind. */
const PERSONAL = /key|secret|token|session|signature|user|account|device/;

/** What of a request may be told. */
export interface MayTell {
  /** A name as it may be told. */
  readonly name: (name: string) => string;
  readonly value: (name: string, value: string) => boolean;
}

/**
 * What a request has that others may not have: `?detail`, `?detail=full`, `accept-language: de`, `x-tenant: acme`, `with
 * cookie`, `served by legacy`. Each once.
 */
export function featuresOf(
  { method, target, headers }: Pick<BackendRequest, 'method' | 'target' | 'headers'>,
  served: Side,
  mayTell: MayTell,
): readonly string[] {
  const tell = (name: string, value: string, text: string): readonly string[] =>
    value.length <= MAX.value && /^[\w.,:+ /*-]+$/.test(value) && mayTell.value(name, value) ? [text] : [];
  const query = target.split('?', 2)[1];
  const parameters = query === undefined ? [] : [...new URLSearchParams(query)].slice(0, MAX.parameters);
  const byParameter = parameters.flatMap(([name, value]) => {
    const told = name.length > MAX.name ? '*' : mayTell.name(name);
    return [`?${told}`, ...(told === name ? tell(name, value, `?${name}=${value}`) : [])];
  });
  const byHeader = [...VALUED, ...tellingNames(headers)].flatMap((name) => {
    const value = firstOf(headerValue(headers, name) ?? '');
    return value === '' ? [] : tell(name, value, `${name}: ${value.toLowerCase()}`);
  });
  const present = PRESENT.filter((name) => headerValue(headers, name) !== undefined).map((name) => `with ${name}`);
  return [...new Set([`method ${method}`, `served by ${served}`, ...byParameter, ...present, ...byHeader])];
}

function tellingNames(headers: BackendRequest['headers']): readonly string[] {
  const names = headers.filter((_, index) => index % 2 === 0).map((name) => name.toLowerCase());
  return [...new Set(names.filter((name) => TELLING.test(name) && !PERSONAL.test(name)))].slice(0, MAX.parameters);
}

/** What is preferred, without its parameters: `de` of `de;q=0.9, en`. */
function firstOf(value: string): string {
  return (/^[^;,]*/.exec(value)?.[0] ?? '').trim();
}

/** Features while they are counted. */
export interface FeatureTally {
  /** Each of them once. */
  add(features: readonly string[]): void;
  close(): FeatureCounts;
}

export function createFeatureTally(): FeatureTally {
  const seen = new Map<string, number>();
  let n = 0;
  return {
    add(features) {
      n += 1;
      for (const feature of features) {
        const known = seen.get(feature);
        if (known !== undefined || seen.size < MAX.kept) seen.set(feature, (known ?? 0) + 1);
      }
    },
    close: () => ({ n, seen: Object.fromEntries(seen) }),
  };
}

/** Of too many the first are kept: what comes once in so many requests sets nothing apart. */
export function mergeFeatures(one: FeatureCounts, other: FeatureCounts): FeatureCounts {
  const seen: Record<string, number> = { ...one.seen };
  let room = MAX.kept - Object.keys(seen).length;
  for (const [feature, count] of Object.entries(other.seen)) {
    const known = seen[feature];
    if (known === undefined && room <= 0) continue;
    if (known === undefined) room -= 1;
    seen[feature] = (known ?? 0) + count;
  }
  // Zeros are not stored.
  return { n: (one.n ?? 0) + (other.n ?? 0), seen };
}
