import { formatCount, formatShare } from '../core/index.ts';

/** `40 of 1,204 (3.32 %)`: no share without what it is a share of. */
export function formatCountOf(k: number, n: number): string {
  return n > 0 ? `${formatCount(k)} of ${formatCount(n)} (${formatShare(k / n)})` : '0 of 0';
}

/** `1 pair`, `2 pairs` */
export function formatNoun(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? '' : 's'}`;
}

/** An ISO time as people read it, in UTC and to the second. */
export function formatTime(iso: string | null): string {
  return iso === null ? 'never' : `${iso.slice(0, 10)} ${iso.slice(11, 19)} UTC`;
}

export function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}
